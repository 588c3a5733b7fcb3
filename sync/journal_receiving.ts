/** Takes runs of other journals into this one: what has to be committed for them. */
import { blockChanges } from "./block.ts";
import type { HashName } from "./chain.ts";
import { fillHole, holeUnder, whole } from "./journal_filling.ts";
import type { JournalHoles } from "./journal_holes.ts";
import type { JournalReading } from "./journal_reading.ts";
import { receiveRun, type Reception } from "./reception.ts";
import type { SignedRun } from "./run.ts";
import type { Change, StreamState } from "./segments.ts";
import { streamKey } from "./segments.ts";

export interface SignedRunWithKey {
  readonly run: SignedRun;
  /** All keys that the run's origin ever had. */
  readonly publicKeys: readonly string[];
}

/** The journal that receives. */
export interface Receiving {
  readonly hashName: HashName;
  readonly holes: JournalHoles;
  readonly reading: JournalReading;
  readonly stateOf: (origin: string, stream: string) => StreamState;
}

export interface Received {
  readonly receptions: Reception[];
  readonly changes: readonly Change[];
  /** What is still missing after these changes. */
  readonly holes: JournalHoles;
}

/** Each run on its own merits; a later one may go on from what an earlier one brought. */
export function receiveRuns(runs: readonly SignedRunWithKey[], receiving: Receiving): Received {
  const { hashName, reading, stateOf } = receiving;
  const changes: Change[] = [];
  const states = new Map<string, StreamState>();
  let { holes } = receiving;
  const receptions = runs.map(({ run, publicKeys }): Reception => {
    const { origin, stream } = run;
    const key = streamKey(origin, stream);
    const state = states.get(key) ?? stateOf(origin, stream);
    const held = {
      hashName,
      hashAt: (seq: number) => reading.hashAt(origin, stream, seq),
      previousOf: (seq: number) => reading.previousOf(origin, stream, seq),
    };
    const known = holes.of(origin, stream);
    const { reception, blocks } = holeUnder(run, known) === undefined
      ? whole(receiveRun(run, publicKeys, state, held))
      : fillHole(run, publicKeys, state, known, held);
    for (const block of blocks) {
      if (block.last <= state.seq) {
        changes.push({ kind: "block", origin, stream, block });
        holes = holes.filled(origin, stream, block);
        continue;
      }
      const moved = blockChanges(state, [block]);
      changes.push(...moved.changes);
      states.set(key, moved.state);
    }
    return reception;
  });
  return { receptions, changes, holes };
}
