/** Whether a task is still what a pharmacist is waited for, and may be decided so. */
import type { Problem } from "../../../sync/problem.ts";
import { decide } from "../life/decide.ts";
import { versionOf } from "../life/double_use.ts";
import type { LifeEvent } from "../life/event.ts";
import { standingOf } from "../life/standing.ts";
import { verdictToReview } from "../life/to_review.ts";
import { toldOfVersion } from "../life/told.ts";
import type { Task } from "../queue/queue_item.ts";
import { OTHER_VERDICT, OWN, STALE } from "./review_problems.ts";
import { authorsOf, type Reviewing } from "./reviewer.ts";

/** Whether this is what a pharmacist is waited for, by all that is known of it. */
export function isDue({ version, purpose, over }: Task, events: readonly LifeEvent[]): boolean {
  if (events.length === 0) return false;
  const standing = standingOf(events);
  const review = standing.due.find((due) => due.do === "review");
  return review !== undefined && standing.version === version && review.purpose === purpose &&
    review.over.toSorted().join() === over.toSorted().join();
}

/** Why this may not be decided so, by all that is known of it; `null`: it may. */
export function refusalBy(
  events: readonly LifeEvent[],
  task: Task,
  { account, verdict, reviewing }: {
    readonly account: string;
    /** Id of the one that was seen. */
    readonly verdict: string | null;
    readonly reviewing: Reviewing;
  },
): Problem | null {
  if (!isDue(task, events)) return STALE;
  const own = events.filter((event) => versionOf(event) === task.version);
  const told = toldOfVersion(task.version, own);
  const author = told.prescription?.prescriber.id;
  const isOwn = author !== undefined && authorsOf(reviewing, author, task.site).includes(account);
  if (isOwn) return OWN;
  const ruling = verdictToReview(told, decide(told));
  const isSeen = ruling === null ? verdict === null : ruling.ids.includes(verdict ?? "");
  return isSeen ? null : OTHER_VERDICT;
}
