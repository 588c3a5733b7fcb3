/** What rules say of a series, for people and programs: days, minutes, alarms, gaps. */
import { ACTIVATION_KJ_MOL, meanKinetic, type Weighted } from "../series/kinetic.ts";
import type { AlarmRule } from "../rules/alarm_rule.ts";
import type { Folded, Watching } from "../series/fold.ts";
import type { DayTold } from "../series/told.ts";
import { moment, rounded } from "./written.ts";

export interface DayReport {
  readonly date: string;
  readonly samples: number;
  readonly faults: number;
  /** °C, and the first moment of each. */
  readonly min: number | null;
  readonly minAt: string | null;
  readonly max: number | null;
  readonly maxAt: string | null;
  /** Over the time that is known. */
  readonly mean: number | null;
  readonly mkt: number | null;
  readonly knownMinutes: number;
  readonly faultMinutes: number;
  readonly gapMinutes: number;
  /** By the rule of each side that counts the most. */
  readonly minutesAbove: number;
  readonly minutesBelow: number;
  /** By the id of each rule: minutes out of range, and when the day first had its alarm. */
  readonly rules: Readonly<Record<string, { readonly minutes: number; readonly alarm?: string }>>;
}

export interface AlarmReport {
  /** Of a rule, or `sensor-fault`, `no-data`. */
  readonly rule: string;
  readonly level: number;
  readonly since: string;
  readonly alarm: string;
  /** `null`: it goes on. */
  readonly ended: string | null;
  readonly worst: number | null;
}

export interface Report {
  readonly days: readonly DayReport[];
  readonly alarms: readonly AlarmReport[];
  readonly gaps: readonly { readonly from: string; readonly to: string; minutes: number | null }[];
  readonly jumps: readonly { readonly at: string; readonly seconds: number }[];
}

/** Times are those of the zone, with their distance from UTC. */
export function reportOf(
  { carry, told }: Folded,
  { rules, calendar }: Watching,
  activationKjMol: number = ACTIVATION_KJ_MOL,
): Report {
  const at = (ms: number) => moment(ms, calendar);
  const rulesById = new Map(rules.map((rule) => [rule.id, rule]));
  const endedByKey = new Map(told.ended.map((one) => [one.key, one]));
  const worstNow = new Map(carry.runs.map(({ rule, worstCelsius }) => [rule, worstCelsius]));
  return {
    days: told.days.map((day) => dayReport(day, rules, at, activationKjMol)),
    alarms: told.begun.map(({ key, rule, sinceMs, alarmMs }) => {
      const ended = endedByKey.get(key);
      return {
        rule,
        level: rulesById.get(rule)?.level ?? 1,
        since: at(sinceMs),
        alarm: at(alarmMs),
        ended: ended === undefined ? null : at(ended.endedMs),
        worst: ended === undefined ? worstNow.get(rule) ?? null : ended.worstCelsius,
      };
    }),
    gaps: told.gaps.map(({ fromMs, toMs, ms }) => ({
      from: at(fromMs),
      to: at(toMs),
      minutes: ms === null ? null : minutes(ms),
    })),
    jumps: told.jumps.map(({ wallMs, byMs }) => ({ at: at(wallMs), seconds: byMs / 1000 })),
  };
}

export function dayReport(
  day: DayTold,
  rules: readonly AlarmRule[],
  at: (ms: number) => string,
  activationKjMol: number,
): DayReport {
  const { date, samples, faults, min, max, known, faultMs, gapMs, outMs, alarmMs } = day;
  const most = (side: AlarmRule["side"]) =>
    minutes(Math.max(
      0,
      ...rules.filter((rule) => rule.side === side).map(({ id }) => outMs[id] ?? 0),
    ));
  return {
    date,
    samples,
    faults,
    min: min?.celsius ?? null,
    minAt: min === null ? null : at(min.wallMs),
    max: max?.celsius ?? null,
    maxAt: max === null ? null : at(max.wallMs),
    mean: degrees(meanOf(known)),
    mkt: degrees(meanKinetic(known, activationKjMol)),
    knownMinutes: minutes(known.reduce((sum, [, ms]) => sum + ms, 0)),
    faultMinutes: minutes(faultMs),
    gapMinutes: minutes(gapMs),
    minutesAbove: most("above"),
    minutesBelow: most("below"),
    rules: Object.fromEntries(
      rules.filter(({ id }) => outMs[id] !== undefined || alarmMs[id] !== undefined)
        .map(({ id }) => [id, {
          minutes: minutes(outMs[id] ?? 0),
          ...(alarmMs[id] === undefined ? {} : { alarm: at(alarmMs[id]) }),
        }]),
    ),
  };
}

/** Over time, in °C; `null` where none is known. */
export function meanOf(known: Weighted): number | null {
  const whole = known.reduce((sum, [, ms]) => sum + ms, 0);
  return whole === 0 ? null : known.reduce((sum, [celsius, ms]) => sum + celsius * ms, 0) / whole;
}

function degrees(celsius: number | null): number | null {
  return celsius === null ? null : rounded(celsius, 2);
}

function minutes(ms: number): number {
  return rounded(ms / 60_000, 2);
}
