/**
 * A unit's day or month against the rules: what was recorded of what should have been, and whether
 * it is compliant (C1, C3, C5, C6, C7, C9, C13). State in, a row out; time is a parameter.
 */
import { meanOf } from "../evaluate/report.ts";
import { calibrationOf, type CalibrationState } from "../life/calibration.ts";
import { notCompliant } from "../life/compliance.ts";
import { type ColdEvent, type EventOf, ofKind } from "../life/event.ts";
import { type SwitchedOff, switchedOffWithin } from "../life/suppression.ts";
import type { AlarmRule } from "../rules/alarm_rule.ts";
import type { Day } from "../series/calendar.ts";
import { INTERVALS_MAX } from "../series/fold.ts";
import { meanKinetic } from "../series/kinetic.ts";
import { addedUp, type DayTold, farther, NOTHING } from "../series/told.ts";
import type { SiteCopies } from "../../site_copies.ts";
import { datesNotCopied } from "./copies.ts";
import { datesReadOut, type HalfDays, halfDaysOf } from "./half_days.ts";
import { datesFarApart, type DayOut } from "./records_out.ts";
import { type Reason, type ReasonKind, ruleIdOf, type Verdict, verdictOf } from "./reason.ts";
import {
  lengthMs,
  pointKey,
  pointsOf,
  type Reported,
  type Stretch,
  type Watched,
  watchedOf,
  type WatchedPoint,
  within,
} from "./watched.ts";

export interface ReportedEpisode {
  readonly sinceMs: number;
  /** Nobody has to look at it any more, and somebody said what it was. */
  readonly isAcknowledged: boolean;
}

/** All that is known of a unit in the time of a report. */
export interface UnitHistory {
  readonly site: string;
  readonly unit: string;
  /** All words on it that were ever told, each id once. */
  readonly words: readonly EventOf<"cold-unit">[];
  /** Days of each point by {@link pointKey}, of the time in which it was the unit's alone. */
  readonly days: ReadonlyMap<string, readonly DayTold[]>;
  /** By point, of those whose samples may be far apart: days on which it was out of range. */
  readonly outside: ReadonlyMap<string, readonly DayOut[]>;
  /** Of its probes, of all times. */
  readonly calibrations: readonly ColdEvent[];
  /** By hand, of the time of the report. */
  readonly readings: readonly ColdEvent[];
  /** Those that went on in the time of the report. */
  readonly episodes: readonly ReportedEpisode[];
  /** Where its site's records are, now. */
  readonly copies: SiteCopies;
  /** Persons who switched its alarms off and on, at all times. */
  readonly watch: readonly ColdEvent[];
}

export interface UnitCompliance {
  readonly unit: string;
  readonly name: string;
  /** Of all probes together: values that were due, good ones that came, faults. */
  readonly expected: number;
  readonly had: number;
  readonly faults: number;
  /** Of the probe that has the most. */
  readonly belowMs: number;
  readonly aboveMs: number;
  readonly gapMs: number;
  readonly faultMs: number;
  /** °C; `null`: nothing is known. MKT of the probe whose is the highest. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly mkt: number | null;
  /** `null`: nobody has to read it by hand. */
  readonly byHand: HalfDays | null;
  readonly alarms: number;
  readonly unexplained: number;
  /** Times for which its alarms were switched off (C8). */
  readonly switchedOff: readonly SwitchedOff[];
  /** The worst of its probes on the last day; `null`: it has none. */
  readonly calibration: CalibrationState | null;
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  /** Of all its words in this time. */
  readonly rules: readonly AlarmRule[];
}

/** `null`: it was not watched in this time. */
export function unitCompliance(history: UnitHistory, reported: Reported): UnitCompliance | null {
  const { days, asOfMs } = reported;
  const span = { fromMs: days[0].fromMs, toMs: Math.min(asOfMs, days[days.length - 1].toMs) };
  const watched = watchedOf(history.words, span);
  const last = watched.at(-1);
  if (last === undefined) return null;
  const points = pointsOf(watched).map((point) => pointFacts(point, history, reported));
  const known = points.map(({ whole }) => whole.known);
  const readings = ofKind(history.readings, "cold-reading");
  const byHand = halfDaysOf(readings, watched, reported);
  const had = sum(points, ({ whole }) => whole.samples);
  const reasons = new Reasons();
  for (const day of days) {
    const own = watched.findLast((one) => within(one, day) !== null);
    if (own === undefined) continue;
    for (const kind of notCompliant(own.body, calibrationsOn(history, own, day.date), null)) {
      reasons.add(kind, ruleIdOf(kind), day.date);
    }
  }
  const rules = rulesOf(watched);
  for (const { alarms, gapDates, faultDates, apartDates } of points) {
    for (const { rule, date } of alarms) {
      const side = rules.find(({ id }) => id === rule)?.side;
      reasons.add(side === "below" ? "too-cold" : "too-warm", rule, date);
    }
    for (const date of had === 0 ? [] : gapDates) reasons.add("gap", ruleIdOf("gap"), date);
    for (const date of faultDates) reasons.add("sensor-fault", ruleIdOf("sensor-fault"), date);
    for (const date of apartDates) {
      reasons.add("records-apart-out", ruleIdOf("records-apart-out"), date);
    }
  }
  for (const date of byHand?.missing ?? []) {
    reasons.add("manual-reading-missing", ruleIdOf("manual-reading-missing"), date);
  }
  for (const date of byHand?.tooClose ?? []) {
    reasons.add("manual-readings-close", ruleIdOf("manual-readings-close"), date);
  }
  for (const date of datesReadOut(readings, watched, reported)) {
    reasons.add("manual-reading-out", ruleIdOf("manual-reading-out"), date);
  }
  const notCopied = datesNotCopied(watched, reported, history.copies);
  for (const date of notCopied.dates) reasons.add(notCopied.kind, ruleIdOf(notCopied.kind), date);
  const unexplained = history.episodes.filter(({ isAcknowledged }) => !isAcknowledged);
  for (const { sinceMs } of unexplained) {
    const { date } = reported.calendar.dayOf(Math.max(sinceMs, span.fromMs));
    reasons.add("alarm-unexplained", ruleIdOf("alarm-unexplained"), date);
  }
  if (had === 0 && points.length > 0) {
    for (const [day] of reported.calendar.cut(watched[0].fromMs, last.toMs)) {
      reasons.add("no-data", ruleIdOf("no-data"), day.date);
    }
  }
  const found = reasons.all();
  return {
    unit: history.unit,
    name: last.body.name,
    expected: sum(points, ({ expected }) => expected),
    had,
    faults: sum(points, ({ whole }) => whole.faults),
    belowMs: most(points, ({ belowMs }) => belowMs),
    aboveMs: most(points, ({ aboveMs }) => aboveMs),
    gapMs: most(points, ({ gapMs }) => gapMs),
    faultMs: most(points, ({ whole }) => whole.faultMs),
    ...extremesOf(points.map(({ whole }) => whole)),
    mean: meanOf(known.flat()),
    mkt: known.map((one) => meanKinetic(one))
      .reduce((one, other) => other === null ? one : Math.max(one ?? other, other), null),
    byHand,
    alarms: history.episodes.length,
    unexplained: unexplained.length,
    switchedOff: switchedOffWithin(history.watch, { fromMs: watched[0].fromMs, toMs: last.toMs }),
    calibration: worstOf(calibrationsOn(history, last, dateAt(last, reported))),
    verdict: verdictOf(found),
    reasons: found,
    rules,
  };
}

interface PointFacts {
  readonly expected: number;
  /** All its days as one. */
  readonly whole: DayTold;
  readonly belowMs: number;
  readonly aboveMs: number;
  readonly gapMs: number;
  readonly gapDates: readonly string[];
  readonly faultDates: readonly string[];
  readonly apartDates: readonly string[];
  /** Of each limit the rule of the highest level that was reached on a day. */
  readonly alarms: readonly { readonly rule: string; readonly date: string }[];
}

const NO_DAY: DayTold = {
  date: "",
  samples: 0,
  faults: 0,
  min: null,
  max: null,
  known: [],
  faultMs: 0,
  gapMs: 0,
  outMs: {},
  alarmMs: {},
};

function pointFacts(point: WatchedPoint, history: UnitHistory, reported: Reported): PointFacts {
  const { days, calendar } = reported;
  const { intervalMs, rules, stretches } = point;
  const told = new Map((history.days.get(pointKey(point)) ?? []).map((day) => [day.date, day]));
  const inTime = days.flatMap(({ date }) => told.get(date) ?? []);
  const gaps = days.map((day) => ({
    date: day.date,
    ms: gapOf(day, stretches, told.get(day.date) ?? NO_DAY, intervalMs),
  }));
  const [whole = NO_DAY] = addedUp(
    inTime.map((day) => ({ ...NOTHING, days: [{ ...day, date: "" }] })),
  ).days;
  const outMs = (side: AlarmRule["side"]) =>
    Math.max(
      0,
      ...rules.filter((rule) => rule.side === side).map(({ id }) => whole.outMs[id] ?? 0),
    );
  return {
    expected: stretches.reduce(
      (sum, stretch) => sum + Math.floor(lengthMs([stretch]) / intervalMs),
      0,
    ),
    whole,
    belowMs: outMs("below"),
    aboveMs: outMs("above"),
    gapMs: sum(gaps, ({ ms }) => ms),
    gapDates: gaps.flatMap(({ date, ms }) => ms > 0 ? [date] : []),
    faultDates: inTime.flatMap(({ date, faults }) => faults > 0 ? [date] : []),
    apartDates: datesFarApart(history.outside.get(pointKey(point)) ?? [], point, calendar),
    alarms: inTime.flatMap(({ date, alarmMs }) =>
      highestOf(Object.keys(alarmMs), rules).map((rule) => ({ rule, date }))
    ),
  };
}

/**
 * What of a day's time nothing is known of. Beside gaps up to two intervals may be the wait for the
 * next value, and are none (C7).
 */
function gapOf(
  day: Day,
  stretches: readonly Stretch[],
  { known, faultMs, gapMs }: DayTold,
  intervalMs: number,
): number {
  const own = stretches.flatMap((stretch) => within(stretch, day) ?? []);
  const knownMs = sum(known, ([, ms]) => ms) + faultMs + gapMs;
  const waitMs = lengthMs(own) - knownMs;
  return gapMs + (waitMs > INTERVALS_MAX * intervalMs ? waitMs : 0);
}

/** Levels of one limit are one alarm: of each the highest. */
function highestOf(ids: readonly string[], rules: readonly AlarmRule[]): string[] {
  const byLimit = new Map<string, { readonly id: string; readonly level: number }>();
  for (const id of ids) {
    const rule = rules.find((one) => one.id === id);
    const level = rule?.level ?? 1;
    const limit = rule === undefined ? id : `${rule.side}/${rule.limitCelsius}/${rule.counting}`;
    if ((byLimit.get(limit)?.level ?? 0) < level) byLimit.set(limit, { id, level });
  }
  return [...byLimit.values()].map(({ id }) => id);
}

function calibrationsOn({ site, calibrations }: UnitHistory, { body }: Watched, date: string) {
  return body.probes.map(({ id: probe }) => calibrationOf(calibrations, { site, probe }, date));
}

const WORST: readonly CalibrationState[] = ["inaccurate", "never", "overdue", "due-soon", "valid"];

function worstOf(
  calibrations: readonly { readonly state: CalibrationState }[],
): CalibrationState | null {
  return WORST.find((one) => calibrations.some(({ state }) => state === one)) ?? null;
}

/** The last day of a stretch. */
function dateAt({ toMs }: Stretch, { calendar }: Reported): string {
  return calendar.dayOf(toMs - 1).date;
}

function rulesOf(watched: readonly Watched[]): AlarmRule[] {
  return [
    ...new Map(watched.flatMap(({ body }) => body.rules.map((rule) => [rule.id, rule] as const)))
      .values(),
  ];
}

function extremesOf(wholes: readonly DayTold[]) {
  const min = wholes.map(({ min }) => min).reduce((one, other) => farther(one, other, -1), null);
  const max = wholes.map(({ max }) => max).reduce((one, other) => farther(one, other, 1), null);
  return { min: min?.celsius ?? null, max: max?.celsius ?? null };
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

function most<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((highest, one) => Math.max(highest, of(one)), 0);
}

/** Reasons as they are found, each once with its days. */
class Reasons {
  readonly #found = new Map<string, { kind: ReasonKind; rule: string; dates: Set<string> }>();

  add(kind: ReasonKind, rule: string, date: string): void {
    const key = `${kind} ${rule}`;
    const known = this.#found.get(key);
    if (known === undefined) this.#found.set(key, { kind, rule, dates: new Set([date]) });
    else known.dates.add(date);
  }

  all(): Reason[] {
    return [...this.#found.values()]
      .map(({ kind, rule, dates }) => ({ kind, rule, dates: [...dates].sort() }));
  }
}
