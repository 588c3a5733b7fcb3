/** What the queue is told of one prescription, from where that stands. */
import type { LifeEvent } from "../life/event.ts";
import type { Standing } from "../life/standing.ts";
import { ofKind } from "../life/told.ts";
import type { QueueItem } from "./queue_item.ts";

/**
 * To be offered; `null`: to be withdrawn. `events` are those that `standing` was made of, `store`
 * the queue's name.
 */
export function queueItemOf(
  standing: Standing,
  events: readonly LifeEvent[],
  { store, senior }: { readonly store: string; readonly senior: boolean },
): QueueItem | null {
  // Of versions before nothing is to be reviewed any more.
  const review = standing.due.find((due) => due.do === "review");
  if (review === undefined) return null;
  const { site, prescription, version } = standing;
  const { purpose, not, over, order } = review;
  const decidedFence = decidedFenceOf(events, store);
  return { site, prescription, version, purpose, not, over, order, senior, decidedFence };
}

/** The highest that one store gave; 0 where none of its claims led to a decision. */
function decidedFenceOf(events: readonly LifeEvent[], store: string): number {
  const own = ofKind(events, "decision").filter(({ body }) => body.store === store);
  return Math.max(0, ...own.map(({ body }) => body.fence));
}
