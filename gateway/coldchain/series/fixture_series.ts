/** Series as boxes and loggers write them. */
import type { AlarmRule } from "../rules/alarm_rule.ts";
import { presetOf } from "../rules/presets.ts";
import { Calendar } from "./calendar.ts";
import { type Carry, firstCarry } from "./carry.ts";
import { foldSamples, foldTail, type Watching } from "./fold.ts";
import { loggerSample, type Sample } from "./sample.ts";
import { addedUp, type Told } from "./told.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const SHANGHAI = new Calendar();
/** 8:00 in Shanghai. */
export const MORNING_MS = Date.parse("2026-03-02T00:00:00Z");

export function rulesOf(preset: string): readonly AlarmRule[] {
  const found = presetOf(preset);
  if (found === undefined) throw new Error(`There is no preset "${preset}"`);
  return found.rules;
}

export function watching(
  preset: string | readonly AlarmRule[],
  more: Partial<Watching> = {},
): Watching {
  const rules = typeof preset === "string" ? rulesOf(preset) : preset;
  return { rules, intervalMs: MINUTE_MS, calendar: SHANGHAI, ...more };
}

/** Values one after the other, a minute each. */
export function minutes(
  values: readonly (number | null)[],
  fromMs = MORNING_MS,
): Sample[] {
  return values.map((celsius, index) => loggerSample(fromMs + index * MINUTE_MS, celsius));
}

export function times(count: number, celsius: number | null): (number | null)[] {
  return Array.from({ length: count }, () => celsius);
}

/** A sample as a box has it. */
export function boxSample(
  seq: number,
  wallMs: number,
  bootMs: number,
  celsius: number | null,
): Sample {
  return { place: [1, seq], wallMs, boot: { id: "boot", ms: bootMs }, trusted: true, celsius };
}

/** All at once; `ends`: the last sample stands for its interval. */
export function toldOf(samples: readonly Sample[], watch: Watching, ends = true): Told {
  const { carry, told } = foldSamples(firstCarry(watch.rules), samples, watch);
  return ends ? addedUp([told, foldTail(carry, null, watch).told]) : told;
}

export function carryOf(samples: readonly Sample[], watch: Watching): Carry {
  return foldSamples(firstCarry(watch.rules), samples, watch).carry;
}

/** What a test asks of alarms: rule, minutes from `fromMs` on when it left, was one and ended. */
export function alarmMinutes(
  { begun, ended }: Told,
  fromMs = MORNING_MS,
): [rule: string, since: number, alarm: number, ended: number | null][] {
  const at = (ms: number) => (ms - fromMs) / MINUTE_MS;
  return begun.map(({ key, rule, sinceMs, alarmMs }) => {
    const end = ended.find((one) => one.key === key);
    return [rule, at(sinceMs), at(alarmMs), end === undefined ? null : at(end.endedMs)];
  });
}
