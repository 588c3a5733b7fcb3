/** Whether records were close enough while a unit was out of range (C1). */
import { isOut } from "../rules/alarm_rule.ts";
import { RECORDS_OUT } from "../rules/plans.ts";
import type { Calendar, Day } from "../series/calendar.ts";
import { INTERVALS_MAX } from "../series/fold.ts";
import { elapsedMs, type Sample } from "../series/sample.ts";
import type { DayTold } from "../series/told.ts";
import type { WatchedPoint } from "./watched.ts";

const APART_MS_MAX = (RECORDS_OUT.secondsMax + RECORDS_OUT.lateSecondsMax) * 1000;

/** A day on which a point was out of range, with its samples and the first ones behind it. */
export interface DayOut {
  readonly date: string;
  readonly samples: readonly Sample[];
}

/** Whether samples may be so far apart without a gap between them, which is told as one (C7). */
export function mayBeFarApart({ intervalMs }: Pick<WatchedPoint, "intervalMs">): boolean {
  return INTERVALS_MAX * intervalMs > APART_MS_MAX;
}

/** Days of which the samples have to be looked at. */
export function daysOut(told: readonly DayTold[], days: readonly Day[]): Day[] {
  const dates = new Set(
    told.filter(({ outMs }) => Object.values(outMs).some((ms) => ms > 0)).map(({ date }) => date),
  );
  return days.filter(({ date }) => dates.has(date));
}

/**
 * Days with a value out of range that stands for longer than the next record may take. What is
 * stored as it changes is so where each value out of range is stored, or often enough.
 */
export function datesFarApart(
  outside: readonly DayOut[],
  { rules, intervalMs, stretches }: WatchedPoint,
  calendar: Calendar,
): string[] {
  const isFar = (one: Sample, next: Sample) => {
    const { celsius, wallMs } = one;
    if (celsius === null || !rules.some((rule) => isOut(rule, celsius))) return false;
    if (!stretches.some(({ fromMs, toMs }) => wallMs >= fromMs && wallMs < toMs)) return false;
    const ms = elapsedMs(one, next);
    if (ms === null) return false;
    return (ms > INTERVALS_MAX * intervalMs ? intervalMs : ms) > APART_MS_MAX;
  };
  return outside.flatMap(({ date, samples }) => {
    const found = samples.slice(0, -1).some((one, at) =>
      isFar(one, samples[at + 1]) && calendar.dayOf(one.wallMs).date === date
    );
    return found ? [date] : [];
  });
}
