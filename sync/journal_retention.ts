/** What may leave a journal's disk. */
import { nodeOf } from "./origin.ts";
import { receiptKey, streamKey } from "./segments.ts";
import type { Range, Receipt } from "./segments.ts";

/** What may leave the disk: only whole segments go, and only when this holds for all in them. */
export interface Retention {
  /** Own entries are kept until each of these centres has given a receipt for them … */
  readonly centres: readonly string[];
  /** … and as long as this, milliseconds. */
  readonly keepOwnMs: number;
  /** How long entries of other nodes are kept, milliseconds; `null` for ever. */
  readonly keepOthersMs: number | null;
  /**
   * Up to where own entries of a fork are in a later life as well, by (origin, stream): no centre
   * gives a receipt for them under the number that they have here.
   */
  readonly adopted?: ReadonlyMap<string, number>;
  readonly nowMs: number;
}

/** Whether the entries of a range may go, the newest of them having that wall clock. */
export function mayGo(
  node: string,
  range: Range,
  newestWallMs: number,
  receipts: ReadonlyMap<string, Receipt>,
  retention: Retention,
): boolean {
  const ageMs = retention.nowMs - newestWallMs;
  if (nodeOf(range.origin) !== node) {
    return retention.keepOthersMs !== null && ageMs > retention.keepOthersMs;
  }
  if (ageMs <= retention.keepOwnMs) return false;
  if ((retention.adopted?.get(streamKey(range.origin, range.stream)) ?? 0) >= range.last) {
    return true;
  }
  return retention.centres.every((centre) => {
    const receipt = receipts.get(receiptKey({ centre, ...range }));
    return receipt !== undefined && receipt.seq >= range.last;
  });
}
