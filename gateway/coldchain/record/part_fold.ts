/** Samples of a part into what they tell, by the rules that counted at their moment. */
import * as z from "zod";
import type { UnitBody } from "../life/unit_body.ts";
import type { Calendar } from "../series/calendar.ts";
import { alarmKey, type Carry, carrySchema, firstCarry } from "../series/carry.ts";
import { foldSamples, type Watching } from "../series/fold.ts";
import type { Sample } from "../series/sample.ts";
import { NOTHING, SENSOR_FAULT, type Told } from "../series/told.ts";
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
      const former = settings.find(({ place }) => place === setting)?.unit ?? null;
      const changed = changedOver(carry, former, now);
      if (former !== null) told.push({ unit: former, told: changed.told });
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

/**
 * Rules that stay as they are go on counting; an alarm of one that is not there any more, or that
 * says something else, ends with the moment from which the new ones count.
 */
function changedOver(carry: Carry, former: UnitBody | null, now: Setting | null) {
  const next = now?.unit ?? null;
  const isSame = former !== null && former.unit === next?.unit;
  const rules = new Set(isSame ? next?.rules.map((rule) => JSON.stringify(rule)) : []);
  const kept = new Set(
    former?.rules.filter((rule) => rules.has(JSON.stringify(rule))).map(({ id }) => id),
  );
  const changeMs = now?.fromMs ?? 0;
  const ended = carry.runs.flatMap(({ rule, isAlarm, since, sinceMs, date, worstCelsius }) =>
    isAlarm && since !== null && !kept.has(rule)
      ? [{
        key: alarmKey(rule, since.place, date),
        endedMs: Math.max(changeMs, sinceMs),
        worstCelsius,
      }]
      : []
  );
  if (carry.fault !== null && !isSame) {
    const { place, wallMs } = carry.fault;
    const key = alarmKey(SENSOR_FAULT, place, null);
    ended.push({ key, endedMs: Math.max(changeMs, wallMs), worstCelsius: null });
  }
  return {
    told: { ...NOTHING, ended },
    carry: isSame
      ? { ...carry, runs: carry.runs.filter(({ rule }) => kept.has(rule)) }
      : firstCarry([]),
  };
}
