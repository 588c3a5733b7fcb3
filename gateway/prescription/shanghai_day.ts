/**
 * Days of the calendar in Asia/Shanghai, which is eight hours ahead of UTC, without summer time
 * since 1992 (IANA time zone database, rules PRC).
 */
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Days since 1970-01-01 of a moment there. */
export function dayOf(ms: number): number {
  return Math.floor((ms + 8 * HOUR_MS) / DAY_MS);
}

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
