/** Days as people in China count them, and what a journal holds of each. */

/** China has one time zone, eight hours ahead of UTC, and no summer time (GB/T 7408). */
const OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
/** The last moment that a date can tell, milliseconds since 1970 UTC (ECMA-262, time values). */
const DATE_MAX = 8.64e15;

/** The day in Asia/Shanghai of a wall clock as read: 0 is the first of January 1970. */
export function dayOf(wallMs: number): number {
  return Math.floor((wallMs + OFFSET_MS) / DAY_MS);
}

/** The first moment of a day in Asia/Shanghai, milliseconds since 1970 UTC. */
export function startOfDay(day: number): number {
  return day * DAY_MS - OFFSET_MS;
}

/** `2026-11-24`; a wrong clock may say what no calendar has: then the number itself. */
export function dayText(day: number): string {
  const ms = day * DAY_MS;
  return Math.abs(ms) > DATE_MAX ? `day ${day}` : new Date(ms).toISOString().split("T")[0];
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The day that a text names, or `null` where it is none. */
export function parseDay(text: string): number | null {
  const ms = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return Number.isNaN(ms) || dayText(ms / DAY_MS) !== text ? null : ms / DAY_MS;
}

/** What is held of one (origin, stream) of one day, by the wall clock as read. */
export interface DayDigest {
  readonly origin: string;
  readonly stream: string;
  readonly day: number;
  /** Entries; those of a gap are not counted. */
  readonly count: number;
  /** The lowest and the highest number among them. */
  readonly first: number;
  readonly last: number;
  /** Hash of the entry `last`. */
  readonly hash: Uint8Array;
}
