/** What samples tell: days, alarms, gaps, jumps of the clock. Parts of it add up in any order. */
import * as z from "zod";
import { comparePlaces } from "./sample.ts";

const extreme = z.object({ celsius: z.number(), wallMs: z.number() });
type Extreme = Readonly<z.infer<typeof extreme>>;

const place = z.array(z.number()).readonly();

export const dayToldSchema = z.object({
  /** Of the zone, as `2026-11-29`. */
  date: z.string(),
  /** Good values that came on it, and faults. */
  samples: z.int(),
  faults: z.int(),
  /** When it was so warm and so cold first. */
  min: extreme.nullable(),
  max: extreme.nullable(),
  /** Milliseconds at each temperature, the coldest first. */
  known: z.array(z.tuple([z.number(), z.number()])),
  faultMs: z.number(),
  gapMs: z.number(),
  /** Milliseconds out of range, by the id of the rule; none: it is not there. */
  outMs: z.record(z.string(), z.number()),
  /**
   * When the day first had each rule's alarm, as WHO-prequalified loggers print it: an event that
   * goes on is an alarm of the next day once it has gone on for the rule's time since the last.
   */
  alarmMs: z.record(z.string(), z.number()),
});
export type DayTold = z.infer<typeof dayToldSchema>;

/** Rules that are not about a temperature (C7). */
export const SENSOR_FAULT = "sensor-fault";
export const NO_DATA = "no-data";

/** Why an alarm is told of no more, where no value was in range (C8). */
export const RULES_CHANGED = "rules-changed";

export const alarmBegunSchema = z.object({
  /** Made of rule, place and, where each day begins anew, date: alike wherever it is found. */
  key: z.string(),
  rule: z.string(),
  /** Of the sample with which it began. */
  place,
  /** Wall clock: when it left the range, and when it had been out for as long as the rule says. */
  sinceMs: z.number(),
  alarmMs: z.number(),
});
export type AlarmBegun = z.infer<typeof alarmBegunSchema>;

export const alarmEndedSchema = z.object({
  key: z.string(),
  endedMs: z.number(),
  /** The farthest from the range. */
  worstCelsius: z.number().nullable(),
  /** Nothing was in range: it is told of no more. */
  because: z.literal(RULES_CHANGED).optional(),
});
export type AlarmEnded = z.infer<typeof alarmEndedSchema>;

export const toldSchema = z.object({
  days: z.array(dayToldSchema),
  begun: z.array(alarmBegunSchema),
  ended: z.array(alarmEndedSchema),
  /** Nothing is known from the end of the last sample's interval on; `ms` null: for how long. */
  gaps: z.array(z.object({
    place,
    fromMs: z.number(),
    toMs: z.number(),
    ms: z.number().nullable(),
  })),
  /** The wall clock went by so much more than the boot-time clock (T12). */
  jumps: z.array(z.object({ place, wallMs: z.number(), byMs: z.number() })),
});
export type Told = z.infer<typeof toldSchema>;

export const NOTHING: Told = { days: [], begun: [], ended: [], gaps: [], jumps: [] };

/** The same samples told in parts are the same as told at once, whichever part comes first. */
export function addedUp(parts: readonly Told[]): Told {
  const days = Map.groupBy(parts.flatMap(({ days }) => days), ({ date }) => date);
  return {
    days: [...days.values()].map(addedDays).sort((one, other) => one.date < other.date ? -1 : 1),
    begun: parts.flatMap(({ begun }) => begun).sort(inOrder),
    ended: parts.flatMap(({ ended }) => ended).sort(byKey),
    gaps: parts.flatMap(({ gaps }) => gaps).sort(byPlace),
    jumps: parts.flatMap(({ jumps }) => jumps).sort(byPlace),
  };
}

interface Placed {
  readonly place: readonly number[];
}

interface Keyed {
  readonly key: string;
}

function byPlace(one: Placed, other: Placed): number {
  return comparePlaces(one.place, other.place);
}

function byKey({ key: one }: Keyed, { key: other }: Keyed): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function inOrder(one: AlarmBegun, other: AlarmBegun): number {
  return byPlace(one, other) || byKey(one, other);
}

function addedDays(days: readonly DayTold[]): DayTold {
  if (days.length === 1) return days[0];
  const known = new Map<number, number>();
  const outMs = new Map<string, number>();
  const alarmMs = new Map<string, number>();
  for (const day of days) {
    for (const [celsius, ms] of day.known) known.set(celsius, (known.get(celsius) ?? 0) + ms);
    for (const [rule, ms] of Object.entries(day.outMs)) {
      outMs.set(rule, (outMs.get(rule) ?? 0) + ms);
    }
    for (const [rule, ms] of Object.entries(day.alarmMs)) setEarlier(alarmMs, rule, ms);
  }
  const sum = (of: (day: DayTold) => number) => days.reduce((all, day) => all + of(day), 0);
  return {
    date: days[0].date,
    samples: sum(({ samples }) => samples),
    faults: sum(({ faults }) => faults),
    min: days.map(({ min }) => min).reduce((one, other) => farther(one, other, -1), null),
    max: days.map(({ max }) => max).reduce((one, other) => farther(one, other, 1), null),
    known: inDegrees(known),
    faultMs: sum(({ faultMs }) => faultMs),
    gapMs: sum(({ gapMs }) => gapMs),
    outMs: inNames(outMs),
    alarmMs: inNames(alarmMs),
  };
}

/** The one farther up (1) or down (-1); of two alike the earlier. */
export function farther(one: Extreme | null, other: Extreme | null, way: 1 | -1): Extreme | null {
  if (one === null || other === null) return one ?? other;
  const difference = (other.celsius - one.celsius) * way;
  if (difference !== 0) return difference > 0 ? other : one;
  return other.wallMs < one.wallMs ? other : one;
}

export function setEarlier(byName: Map<string, number>, name: string, ms: number): void {
  byName.set(name, Math.min(ms, byName.get(name) ?? ms));
}

export function inDegrees(known: ReadonlyMap<number, number>): [number, number][] {
  return [...known].sort(([one], [other]) => one - other);
}

export function inNames(byName: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...byName].sort(([one], [other]) => one < other ? -1 : 1));
}
