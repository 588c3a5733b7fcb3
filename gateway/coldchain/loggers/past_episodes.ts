/**
 * Times out of range that a logger's rows tell of afterwards, by the unit's rules. They are over
 * when they are told: entries of their own moments, of which nobody is called.
 */
import { entryId } from "../../collected_entry.ts";
import type { AlarmBody, AlarmEndedBody } from "../life/alarm_body.ts";
import { alarmBodiesOf } from "../life/episode.ts";
import type { UnitBody } from "../life/unit_body.ts";
import { isOut } from "../rules/alarm_rule.ts";
import type { Sample } from "../series/sample.ts";
import type { Told } from "../series/told.ts";

export interface PastEpisode {
  readonly alarms: readonly AlarmBody[];
  readonly end: AlarmEndedBody;
}

/** In the order in which they began. What goes on at the file's end is over with its last row. */
export function pastEpisodes(
  unit: Pick<UnitBody, "site" | "unit" | "rules">,
  told: Told,
  samples: readonly Sample[],
  intervalMs: number,
): PastEpisode[] {
  const { begun, ended } = alarmBodiesOf(unit, unit.rules, told);
  const byEpisode = Map.groupBy(
    begun.filter(({ cause }) => cause === "high" || cause === "low"),
    ({ episode }) => episode,
  );
  const last = samples.at(-1)?.wallMs ?? 0;
  return [...byEpisode].map(([episode, levels]) => {
    const alarms = levels.map((level) => ({ ...level, afterwards: true }));
    const [{ site, unit: name, cause }] = alarms;
    const own = ended.filter((one) => one.episode === episode);
    const sinceMs = Math.min(...alarms.map((alarm) => alarm.sinceMs));
    const endedMs = own.length > 0 ? Math.max(...own.map((one) => one.endedMs)) : last + intervalMs;
    const side = cause === "high" ? "above" : "below";
    const out = samples.flatMap(({ wallMs, celsius }) =>
      celsius !== null && wallMs >= sinceMs && wallMs <= endedMs &&
        unit.rules.some((rule) => rule.side === side && isOut(rule, celsius))
        ? [celsius]
        : []
    );
    const worst = out.reduce(
      (worst, one) => cause === "high" ? Math.max(worst, one) : Math.min(worst, one),
      out[0],
    );
    const end: AlarmEndedBody = {
      id: entryId("cold-alarm-ended", episode, endedMs),
      ...{ site, unit: name, episode, cause, endedMs },
      worstCelsius: worst ?? null,
    };
    return { alarms, end };
  }).sort((one, other) => one.alarms[0].sinceMs - other.alarms[0].sinceMs);
}
