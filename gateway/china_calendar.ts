/** Days and months of Asia/Shanghai, as reports name them. */
import { dayOf, dayText as textOfDay, startOfDay } from "../sync/day.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Moments from `fromMs` up to and without `toMs`, milliseconds since 1970 UTC. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A day as `2026-11-28`; throws where it is none. */
export function spanOfDay(day: string): Span {
  const fromMs = Date.parse(`${day}T00:00:00+08:00`);
  if (Number.isNaN(fromMs)) throw new RangeError(`Cannot read the day "${day}"`);
  return { fromMs, toMs: fromMs + DAY_MS };
}

/** A month as `2026-11`; throws where it is none. */
export function spanOfMonth(month: string): Span {
  const { fromMs } = spanOfDay(`${month}-01`);
  return { fromMs, toMs: spanOfDay(`${monthAfter(month, 1)}-01`).fromMs };
}

/** `2026-11-28` of a moment; of one that no calendar has, which day it is. */
export function dayText(ms: number): string {
  return textOfDay(dayOf(ms));
}

export function monthText(ms: number): string {
  return dayText(ms).slice(0, 7);
}

/** The month `count` months later; negative: earlier. */
export function monthAfter(month: string, count: number): string {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7);
}

export function dayAfter(day: string, count: number): string {
  return dayText(spanOfDay(day).fromMs + count * DAY_MS);
}

/** The hour of the day, 0 to 23. */
export function hourOf(ms: number): number {
  return Math.floor((ms - startOfDay(dayOf(ms))) / HOUR_MS);
}
