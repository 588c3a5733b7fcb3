/** Samples of a part into what they tell, by the rules that counted at their moment. */
import * as z from "zod";
import type { UnitBody } from "../life/unit_body.ts";
import { countingOf } from "../rules/alarm_rule.ts";
import type { Calendar } from "../series/calendar.ts";
import { alarmKey, carrySchema, firstCarry } from "../series/carry.ts";
import { foldSamples, type Watching } from "../series/fold.ts";
import { comparePlaces, type Sample } from "../series/sample.ts";
import {
  type AlarmEnded,
  NOTHING,
  RULES_CHANGED,
  SENSOR_FAULT,
  type Told,
} from "../series/told.ts";
import { type Setting, settingAt } from "./unit_settings.ts";

/** What a part hands on; `setting`: place of the one by which its last sample was looked at. */
export const partCarrySchema = z.object({ carry: carrySchema, setting: z.string().nullable() });
export type PartCarry = z.infer<typeof partCarrySchema>;

export const FIRST_CARRY: PartCarry = { carry: firstCarry([]), setting: null };

/** What is told by one unit's rules. */
export interface UnitTold {
  readonly unit: UnitBody;
  readonly told: Told;
}

export interface FoldedPart {
  readonly after: PartCarry;
  readonly told: readonly UnitTold[];
}

export function watchingOf({ rules, intervalSeconds }: UnitBody, calendar: Calendar): Watching {
  return { rules, intervalMs: intervalSeconds * 1000, calendar };
}

/** `samples` in the order of their places. */
export function foldPart(
  before: PartCarry,
  samples: readonly Sample[],
  settings: readonly Setting[],
  calendar: Calendar,
): FoldedPart {
  let { carry, setting } = before;
  const told: UnitTold[] = [];
  for (let from = 0; from < samples.length;) {
    const now = settingAt(settings, samples[from].wallMs);
    let to = from + 1;
    while (to < samples.length && settingAt(settings, samples[to].wallMs) === now) to++;
    if ((now?.place ?? null) !== setting) {
      const changed = changedOver({ carry, setting }, now, settings);
      if (changed.former !== null) told.push({ unit: changed.former, told: changed.told });
      carry = changed.carry;
      setting = now?.place ?? null;
    }
    const unit = now?.unit ?? null;
    if (unit !== null) {
      const folded = foldSamples(carry, samples.slice(from, to), watchingOf(unit, calendar));
      told.push({ unit, told: folded.told });
      carry = folded.carry;
    }
    from = to;
  }
  return { after: { carry, setting }, told };
}

/** What the next sample would tell of alarms that went on; `null`: they are told of still. */
export function changedBehind(last: PartCarry, settings: readonly Setting[]): UnitTold | null {
  const { former, told } = changedOver(last, settings.at(-1) ?? null, settings);
  return former === null || told.ended.length === 0 ? null : { unit: former, told };
}

/**
 * Rules that stay as they are go on counting; an alarm of one that is not there any more, or that
 * says something else, is told of no more from the moment on from which the new ones count. That
 * is no recovery (C8); while another level of it goes on it goes on. A unit that did not have the
 * point all along begins anew.
 */
function changedOver(
  { carry, setting }: PartCarry,
  now: Setting | null,
  settings: readonly Setting[],
) {
  const at = settings.findIndex(({ place }) => place === setting);
  const former = settings[at]?.unit ?? null;
  const since = settings.slice(at + 1, now === null ? 0 : settings.indexOf(now) + 1);
  const left = since.find(({ unit }) => unit?.unit !== former?.unit) ?? null;
  const next = now?.unit ?? null;
  const isSame = former !== null && former.unit === next?.unit && left === null;
  const counted = new Set(isSame ? next?.rules.map(countingOf) : []);
  const kept = new Set(
    former?.rules.filter((rule) => counted.has(countingOf(rule))).map(({ id }) => id),
  );
  const limits = new Map(
    former?.rules.map(({ id, limitCelsius, counting }) => [
      id,
      `${limitCelsius}/${counting}`,
    ]),
  );
  const going = carry.runs.flatMap(({ since, ...run }) =>
    run.isAlarm && since !== null ? [{ ...run, since, limit: limits.get(run.rule) }] : []
  );
  const goesOn = going.filter(({ rule }) => kept.has(rule));
  const changeMs = (left ?? now)?.fromMs ?? 0;
  const ended: AlarmEnded[] = going.filter(({ rule, since, limit }) =>
    !kept.has(rule) &&
    !goesOn.some((one) => one.limit === limit && comparePlaces(one.since.place, since.place) === 0)
  ).map(({ rule, since, sinceMs, date, worstCelsius }) => ({
    key: alarmKey(rule, since.place, date),
    endedMs: Math.max(changeMs, sinceMs),
    worstCelsius,
    because: RULES_CHANGED,
  }));
  if (carry.fault !== null && !isSame) {
    const { place, wallMs } = carry.fault;
    const key = alarmKey(SENSOR_FAULT, place, null);
    const endedMs = Math.max(changeMs, wallMs);
    ended.push({ key, endedMs, worstCelsius: null, because: RULES_CHANGED });
  }
  return {
    former,
    told: { ...NOTHING, ended },
    carry: isSame
      ? { ...carry, runs: carry.runs.filter(({ rule }) => kept.has(rule)) }
      : firstCarry([]),
  };
}
