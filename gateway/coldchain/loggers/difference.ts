/** Where a logger's own record and our calculation differ: all of it, small or not. */
import { timeOf } from "../evaluate/written.ts";
import { meanOf } from "../evaluate/report.ts";
import type { AlarmRule } from "../rules/alarm_rule.ts";
import type { Calendar } from "../series/calendar.ts";
import type { Watching } from "../series/fold.ts";
import { loggerSample, type Sample } from "../series/sample.ts";
import type { DayTold } from "../series/told.ts";
import type { LoggerDay, LoggerRecord, LoggerRow } from "./logger_record.ts";

export const COMPARED = [
  "min",
  "max",
  "mean",
  "minutesBelow",
  "minutesAbove",
  "alarmBelow",
  "alarmAbove",
] as const;

export interface Difference {
  readonly date: string;
  readonly what: typeof COMPARED[number];
  /** °C, minutes, or milliseconds since 1970 UTC; `null`: it has none. */
  readonly logger: number | null;
  readonly ours: number | null;
  /** No more than what comes of samples that are farther apart than the logger's own. */
  readonly isSmall: boolean;
}

/** A logger looks each minute, and writes with one decimal. */
const ROUNDING_CELSIUS = 0.05;
const ROUNDING_MINUTES = 1;
/** Ours: what an extreme between two rows may have that the rows do not. */
const SMALL_CELSIUS = 0.5;
const SMALL_MEAN_CELSIUS = 0.2;

/**
 * Days that both have. Minutes may differ by two intervals an event, and no event is known of a day
 * but that there was one: so by two. Extremes between two samples are seen by the logger alone.
 */
export function differencesOf(
  logger: readonly LoggerDay[],
  ours: readonly DayTold[],
  { rules, intervalMs, calendar }: Watching,
): Difference[] {
  const byDate = new Map(ours.map((day) => [day.date, day]));
  const intervalMinutes = intervalMs / 60_000;
  return logger.flatMap((theirs) => {
    const day = byDate.get(theirs.date);
    if (day === undefined) return [];
    const id = (side: AlarmRule["side"]) => rules.find((rule) => rule.side === side)?.id ?? "";
    const minutes = (side: AlarmRule["side"]) => (day.outMs[id(side)] ?? 0) / 60_000;
    const at = (text: string | null) => text === null ? null : timeOf(text, calendar);
    const found = (
      what: Difference["what"],
      logger: number | null,
      ours: number | null,
      rounding: number,
      small: number,
    ): Difference[] => {
      if (logger === ours) return [];
      const by = logger === null || ours === null ? Infinity : Math.abs(logger - ours);
      if (by <= rounding) return [];
      return [{ date: theirs.date, what, logger, ours, isSmall: by <= small }];
    };
    const minutesSmall = 2 * intervalMinutes + ROUNDING_MINUTES;
    const alarmSmall = intervalMs + ROUNDING_MINUTES * 60_000;
    return [
      ...found("min", theirs.min, day.min?.celsius ?? null, ROUNDING_CELSIUS, SMALL_CELSIUS),
      ...found("max", theirs.max, day.max?.celsius ?? null, ROUNDING_CELSIUS, SMALL_CELSIUS),
      ...found("mean", theirs.mean, meanOf(day.known), ROUNDING_CELSIUS, SMALL_MEAN_CELSIUS),
      ...found("minutesBelow", theirs.below.minutes, minutes("below"), 0, minutesSmall),
      ...found("minutesAbove", theirs.above.minutes, minutes("above"), 0, minutesSmall),
      ...found(
        "alarmBelow",
        at(theirs.below.alarm),
        day.alarmMs[id("below")] ?? null,
        0,
        alarmSmall,
      ),
      ...found(
        "alarmAbove",
        at(theirs.above.alarm),
        day.alarmMs[id("above")] ?? null,
        0,
        alarmSmall,
      ),
    ];
  });
}

/** Rows as samples, by the clocks of the zone; a time that is none there is left out. */
export function loggerSamples(rows: readonly LoggerRow[], calendar: Calendar): Sample[] {
  const byTime = new Map(rows.flatMap(({ time, celsius }) => {
    const ms = timeOf(time, calendar);
    return ms === null ? [] : [[ms, celsius] as const];
  }));
  return [...byTime].sort(([one], [other]) => one - other)
    .map(([ms, celsius]) => loggerSample(ms, celsius));
}

/** By the logger's own rules; without rows: those of the record, for a probe beside it. */
export function comparingOf(record: LoggerRecord, calendar: Calendar): Watching {
  const intervalMs = (record.intervalMinutes ?? 1) * 60_000;
  return { rules: record.rules, intervalMs, calendar };
}
