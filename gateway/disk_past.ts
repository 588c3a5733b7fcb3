/** What the journal itself remembers of the disk: what was told last, and how far back it goes. */
import { readContents } from "../sync/entry.ts";
import type { Journal } from "../sync/journal.ts";
import { lifeOf, nodeOf } from "../sync/origin.ts";
import { ONE_BLOCK, type StreamState } from "../sync/segments.ts";
import type { Stream } from "../sync/stream.ts";
import { DISK_STATES, type DiskState } from "./disk_rules.ts";

/** Alarms looked through; they are few, and those of the disk are mostly the last ones. */
const RECALLED_MAX = 1000;
const LIMITS = { entriesMax: RECALLED_MAX, bytesMax: 4 << 20 };

/** The kind of the entry that tells a state: `disk-filling`, `disk-ok`. */
export function kindOf(state: DiskState): string {
  return `disk-${state}`;
}

/** The state of the disk that was told last, so that its end is told after a restart too. */
export async function toldLast(journal: Journal): Promise<DiskState> {
  for (const { origin, stream, seq, floor } of ownStreams(journal, "alarm").toReversed()) {
    const after = Math.max(floor - 1, seq - RECALLED_MAX);
    const result = await journal.read(origin, stream, after, LIMITS);
    if (result.kind !== "run") continue;
    const kinds = Array.from(readContents(result.run.contents), ({ kind }) => kind);
    const last = kinds.findLast((kind) => stateOf(kind) !== undefined);
    const state = last === undefined ? undefined : stateOf(last);
    if (state !== undefined) return state;
  }
  return "ok";
}

function stateOf(kind: string): DiskState | undefined {
  return DISK_STATES.find((state) => kind === kindOf(state));
}

/** Wall clock of the oldest own reading that is still here, `null` for none. */
export async function keptSince(journal: Journal): Promise<number | null> {
  const oldest = ownStreams(journal, "reading").find(({ seq, floor }) => floor <= seq);
  if (oldest === undefined) return null;
  const { origin, stream, floor } = oldest;
  const result = await journal.read(origin, stream, floor - 1, ONE_BLOCK);
  if (result.kind !== "run") return null;
  for (const { time } of readContents(result.run.contents)) return time.wallMs;
  return null;
}

/** A stream over this node's lives, the oldest life first. */
function ownStreams(journal: Journal, stream: Stream): StreamState[] {
  const node = nodeOf(journal.origin);
  return journal.positions()
    .filter((state) => nodeOf(state.origin) === node && state.stream === stream)
    .sort((a, b) => lifeOf(a.origin) - lifeOf(b.origin));
}
