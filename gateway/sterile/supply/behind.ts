/** What was written down before a moment of the site's readings, and what behind it. */
import type { SupplyEvent } from "./event.ts";
import type { Moment } from "./supply_body.ts";
import type { ToldOfSite } from "./told.ts";
import { writingOrder } from "./writing_order.ts";

/** A moment of a steriliser's readings, and something of the same node that came behind it. */
export interface SeenMoment {
  readonly moment: Moment;
  /** Boot of what came behind it. */
  readonly bootId: string;
  /** That itself; `null`: it is now. */
  readonly by: SupplyEvent | null;
}

/** By the boot-time clock, and the order of boots as far as it is known; `null`: nobody knows. */
export function isBehind(event: SupplyEvent, { moment, bootId, by }: SeenMoment): boolean | null {
  const { time } = event;
  if (time.bootId === moment.bootId) return time.bootMs > moment.bootMs;
  if (by !== null && writingOrder(by, event) < 0) return true;
  if (time.bootId === bootId) return true;
  // A boot does not come again: what is of another one, and before its end, is of one before it.
  return moment.bootId === bootId ? false : null;
}

/** Those of some packs that may have been packed after a cycle began: none is of it for certain. */
export function packedAfter(
  { packs }: Pick<ToldOfSite, "packs">,
  of: readonly string[],
  began: SeenMoment,
): string[] {
  return of.filter((pack) => {
    const packed = packs.get(pack);
    return packed !== undefined && isBehind(packed, began) !== false;
  });
}

/** When a cycle that was judged began. */
export function beganIn(judged: Extract<SupplyEvent, { kind: "sterile-cycle" }>): SeenMoment {
  return { moment: judged.body.started, bootId: judged.time.bootId, by: judged };
}
