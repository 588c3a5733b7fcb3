/** What the disk has lost: asked of the centres, and out of the tables until it is back. */
import type { Journal, Missing } from "../sync/journal.ts";
import { streamKey } from "../sync/segments.ts";
import { pause } from "../sync/timer.ts";
import type { Wants } from "../sync/wants.ts";
import { type Span, without } from "../sync/spans.ts";
import type { QueryTables } from "./tables.ts";

/** How often it is looked whether something was lost, or is back. */
const LOOK_MS = 1000;

interface Parts {
  readonly journal: Pick<Journal, "missing" | "position">;
  readonly tables: Pick<QueryTables, "mend">;
  readonly wants: Wants;
}

/** Until the signal aborts. */
export async function followLosses(parts: Parts, signal: AbortSignal): Promise<void> {
  let known: readonly Missing[] = [];
  while (!signal.aborted) {
    const now = parts.journal.missing();
    if (now !== known) await takeIn(parts, known, now);
    known = now;
    // One of each stream at a time: those behind it are asked for once it is here.
    for (const [missing] of byStream(now).values()) {
      const { origin, stream, first, last } = missing;
      parts.wants.add({ origin, stream, after: first - 1, last });
    }
    await pause(LOOK_MS, signal);
  }
}

async function takeIn(
  { journal, tables }: Parts,
  before: readonly Missing[],
  now: readonly Missing[],
): Promise<void> {
  const [was, is] = [byStream(before), byStream(now)];
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    const [old, left] = [was.get(key) ?? [], is.get(key) ?? []];
    const back: Span[] = without(old, left);
    const lost: Span[] = without(left, old);
    if (back.length === 0 && lost.length === 0) continue;
    const [{ origin, stream }] = [...old, ...left];
    const seq = journal.position(origin, stream)?.seq ?? 0;
    await tables.mend({ origin, stream, seq });
  }
}

function byStream(missing: readonly Missing[]): Map<string, Missing[]> {
  return Map.groupBy(missing, ({ origin, stream }) => streamKey(origin, stream));
}
