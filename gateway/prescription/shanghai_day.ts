/**
 * Days of the calendar in Asia/Shanghai, which is eight hours ahead of UTC, without summer time
 * since 1992 (IANA time zone database, rules PRC).
 */
export { dayOf } from "../../sync/day.ts";

const DAY_MS = 86_400_000;

/** Days since 1970-01-01 of a date as `2026-09-01`. */
export function dayOfDate(date: string): number {
  return Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}

/** Whole months from one day to a later one: 31 January to 28 February is none yet. */
export function monthsBetween(from: number, to: number): number {
  const [one, other] = [new Date(from * DAY_MS), new Date(to * DAY_MS)];
  const months = (other.getUTCFullYear() - one.getUTCFullYear()) * 12 +
    other.getUTCMonth() - one.getUTCMonth();
  return other.getUTCDate() < one.getUTCDate() ? months - 1 : months;
}
