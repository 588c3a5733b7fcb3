/** What a logger itself recorded: kept as it says it, beside what we make of its samples. */
import * as z from "zod";
import { alarmRuleSchema } from "../rules/alarm_rule.ts";

const DAYS_MAX = 400;
const ALARMS_MAX = 1000;
const NAME_LENGTH_MAX = 100;

const name = z.string().max(NAME_LENGTH_MAX);
/** Wall clock of the logger, `2026-11-29T08:00`: it has no zone. */
const wallTime = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/);

/** One side of a day: minutes out of range, and when the day had its alarm. */
const daySide = z.object({
  minutes: z.number().nullable(),
  alarm: wallTime.nullable(),
});

export const loggerDaySchema = z.object({
  date: z.iso.date(),
  min: z.number().nullable(),
  minAt: wallTime.nullable(),
  max: z.number().nullable(),
  maxAt: wallTime.nullable(),
  mean: z.number().nullable(),
  /** Minutes without a sensor. */
  faultMinutes: z.number().nullable(),
  below: daySide,
  above: daySide,
  /** When somebody looked at it, morning and afternoon. */
  checked: z.array(wallTime),
});
export type LoggerDay = z.infer<typeof loggerDaySchema>;

export const loggerAlarmSchema = z.object({
  rule: name,
  since: wallTime,
  minutes: z.number().nullable(),
  alarm: wallTime.nullable(),
  ended: wallTime.nullable(),
  worst: z.number().nullable(),
});
export type LoggerAlarm = z.infer<typeof loggerAlarmSchema>;

export const loggerRecordSchema = z.object({
  device: name,
  serial: name,
  firmware: name.nullable(),
  from: wallTime.nullable(),
  to: wallTime.nullable(),
  /** By which it alarmed. */
  rules: z.array(alarmRuleSchema),
  /** Minutes from one row to the next; `null`: it has none. */
  intervalMinutes: z.number().nullable(),
  days: z.array(loggerDaySchema).max(DAYS_MAX),
  alarms: z.array(loggerAlarmSchema).max(ALARMS_MAX),
  /** Of a whole journey; `null`: it tells days. */
  journey: z.object({
    min: z.number().nullable(),
    max: z.number().nullable(),
    mean: z.number().nullable(),
    mkt: z.number().nullable(),
    activationKjMol: z.number().nullable(),
  }).nullable(),
  /** It says that its sensor or memory failed. */
  errors: z.array(z.string()),
});
export type LoggerRecord = z.infer<typeof loggerRecordSchema>;

/** `celsius` null: broken, disconnected, or beyond what it writes. */
export interface LoggerRow {
  readonly time: string;
  readonly celsius: number | null;
  /** As marked by the logger. */
  readonly isOut: boolean;
}

export type LoggerFile =
  | { readonly kind: "record"; readonly record: LoggerRecord; readonly rows: readonly LoggerRow[] }
  /** Each names line and field. */
  | { readonly kind: "faulty"; readonly faults: readonly string[] };
