/** The date in Asia/Shanghai of a moment in milliseconds since 1970 UTC: `2026-03-01`. */
import { dayOf } from "./shanghai_day.ts";

const DAY_MS = 86_400_000;

export function dateOf(ms: number): string {
  return new Date(dayOf(ms) * DAY_MS).toISOString().slice(0, 10);
}
