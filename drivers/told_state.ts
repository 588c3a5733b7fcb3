/** Whether a device's state is news to those who were told of it before. */
import type { StateItem } from "./driver.ts";

/**
 * Another reason for the same state is told so often at most: a device that answers badly in two
 * ways by turns has no more entries of that than one that is read each minute has readings.
 */
export const REASON_MS = 60_000;

/**
 * Another state is news, and so is another reason why a device is not online. Numbers in a reason
 * count on: they make no other one.
 */
export function isNews(before: StateItem | undefined, now: StateItem): boolean {
  if (before === undefined || before.state !== now.state) return true;
  return now.state !== "online" && wording(before) !== wording(now);
}

/** Whether it is to be told now; another reason that came too soon is told if it lasts. */
export function isDue(
  before: StateItem | undefined,
  now: StateItem,
  reasonMs = REASON_MS,
): boolean {
  if (!isNews(before, now)) return false;
  return before?.state !== now.state || now.receivedMs - before.receivedMs >= reasonMs;
}

function wording({ reason }: StateItem): string {
  return reason.replaceAll(/\d+/g, "0");
}
