/** What has to be known of all samples so far to go on with the next: small, and plain JSON. */
import * as z from "zod";
import type { AlarmRule } from "../rules/alarm_rule.ts";
import { sampleSchema } from "./sample.ts";

/** One rule's count. */
export const runSchema = z.object({
  rule: z.string(),
  /** Milliseconds out of range, of this event or of all that count. */
  outMs: z.number(),
  /** Day to which they belong, where each begins anew; `null`: they go on over midnight. */
  date: z.string().nullable(),
  /** The sample with which it began; `null`: nothing is out of range. */
  since: sampleSchema.nullable(),
  /** When the day's count began, where that is later. */
  sinceMs: z.number(),
  worstCelsius: z.number().nullable(),
  isAlarm: z.boolean(),
  /** The last day that has it as an alarm, and milliseconds out of range since then. */
  alarmDate: z.string().nullable(),
  countedMs: z.number(),
});
export type Run = z.infer<typeof runSchema>;

export const carrySchema = z.object({
  last: sampleSchema.nullable(),
  /** The first sample of a fault that goes on. */
  fault: sampleSchema.nullable(),
  runs: z.array(runSchema),
});
export type Carry = z.infer<typeof carrySchema>;

/** Before the first sample. */
export function firstCarry(rules: readonly AlarmRule[]): Carry {
  return { last: null, fault: null, runs: rules.map(({ id }) => emptyRun(id, null)) };
}

export function emptyRun(rule: string, date: string | null): Run {
  return {
    rule,
    outMs: 0,
    date,
    since: null,
    sinceMs: 0,
    worstCelsius: null,
    isAlarm: false,
    alarmDate: null,
    countedMs: 0,
  };
}

/** The same alarm has the same key wherever it is found. */
export function alarmKey(rule: string, place: readonly number[], date: string | null): string {
  return `${rule}@${place.join(".")}${date === null ? "" : `/${date}`}`;
}
