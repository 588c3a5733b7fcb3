/** Follows the node's own readings, and has each cycle judged that is over. */
import { join } from "node:path";
import * as z from "zod";
import { lifeOf, nodeOf } from "../../../sync/origin.ts";
import { removeDurably, writeDurablyBeside } from "../../durable_file.ts";
import { newEntries } from "../../new_entries.ts";
import { whenChanged } from "../../when_changed.ts";
import { recordOf } from "./cycle_record.ts";
import { Recorder } from "./recorder.ts";
import type { ReadPlace, SeenCycle } from "./seen_cycle.ts";
import type { SterileDesk } from "./sterile_desk.ts";

/** While a cycle is under way it is looked at again so often, whether or not anything comes. */
const LOOK_MS = 2000;
/** The place is written down so often at most. */
const SAVE_MS = 60_000;

const saved = z.strictObject({ life: z.int().min(0), seq: z.int().min(0) });

/**
 * Goes on from a place before which all is told, and no cycle was under way. That file may be lost:
 * what is judged again is the same entry, so all that is left of the readings is only read again.
 */
export async function followReadings(desk: SterileDesk, signal: AbortSignal): Promise<void> {
  const { journal, name, dataDir, clock } = desk.node;
  const path = join(dataDir, "sterile_place.json");
  const recorder = new Recorder([...desk.setups.values()]);
  let place = readPlace(path);
  let savedAt = -Infinity;
  const told = async (seen: readonly SeenCycle[]) => {
    if (seen.length > 0) await desk.record(seen.flatMap((one) => recordOf(name, one) ?? []));
  };
  const look = async (): Promise<boolean | number> => {
    const own = journal.positions().filter(({ origin, stream, seq }) =>
      stream === "reading" && nodeOf(origin) === name &&
      (lifeOf(origin) > place.life || (lifeOf(origin) === place.life && seq > place.seq))
    ).sort((one, other) => lifeOf(one.origin) - lifeOf(other.origin));
    for (const state of own) {
      const life = lifeOf(state.origin);
      const after = life === place.life ? place.seq : 0;
      for await (const { entries, upTo } of newEntries(journal, state, after)) {
        for (const entry of entries) await told(recorder.take(entry));
        place = { life, seq: upTo };
        if (signal.aborted) return false;
      }
    }
    await told(recorder.due(clock.now()));
    desk.running = recorder.running;
    const open = recorder.openFrom;
    if (performance.now() - savedAt >= SAVE_MS && place.life > 0) {
      savedAt = performance.now();
      await writeDurablyBeside(path, JSON.stringify(open === null ? place : before(open)));
    }
    return open === null ? false : LOOK_MS;
  };
  const readings = {
    async *changes(signal: AbortSignal) {
      for await (const moved of journal.changes(signal)) {
        if (moved.some(({ stream, origin }) => stream === "reading" && nodeOf(origin) === name)) {
          yield;
        }
      }
    },
  };
  await whenChanged(readings, signal, look);
}

function before({ life, seq }: ReadPlace): ReadPlace {
  return { life, seq: seq - 1 };
}

function readPlace(path: string): ReadPlace {
  try {
    return saved.parse(JSON.parse(Deno.readTextFileSync(path)));
  } catch (error) {
    // One that cannot be read says no more than one that is not there.
    if (!(error instanceof Deno.errors.NotFound)) removeDurably(path);
    return { life: 0, seq: 0 };
  }
}
