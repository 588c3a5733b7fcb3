/** What has to be committed before the oldest segment of a journal may go. */
import { lastWallMs } from "./block.ts";
import { HASH_BYTES } from "./entry.ts";
import type { JournalHoles } from "./journal_holes.ts";
import { mayGo, type Retention } from "./journal_retention.ts";
import type { JournalState } from "./journal_state.ts";
import type { SegmentRow } from "./segment_row.ts";
import { type Change, ONE_BLOCK } from "./segments.ts";

export interface Pruned {
  /** The floors of its streams behind it. */
  readonly changes: readonly Change[];
  readonly holes: JournalHoles;
  /** Name of the segment. */
  readonly segment: string;
}

/** `null` where nothing may go: there is no sealed segment, or something in it has to stay. */
export function pruneOldest(
  row: SegmentRow,
  node: string,
  state: JournalState,
  holes: JournalHoles,
  retention: Retention,
): Pruned | null {
  const oldest = row.oldest();
  if (oldest === null) return null;
  const changes: Change[] = [];
  let left = holes;
  for (const range of oldest.ranges) {
    const { origin, stream, last } = range;
    const [newest] = row.with(oldest.name, (one) => one.blocks(origin, stream, last, ONE_BLOCK));
    const receipts = state.receiptsByKey();
    if (!mayGo(node, range, lastWallMs(newest), receipts, retention)) return null;
    const before = state.of(origin, stream);
    // What filled a hole lies behind its place: the floor is above it already.
    if (last < before.floor) continue;
    const floorHash = newest.hashes.slice(-HASH_BYTES);
    changes.push({ kind: "stream", state: { ...before, floor: last + 1, floorHash } });
    if (left.of(origin, stream).length > 0) {
      left = left.filled(origin, stream, { first: 1, last });
    }
  }
  return { changes, holes: left, segment: oldest.name };
}
