/**
 * Further levels of a temperature whose limit has one (C4, C9): by time, where nobody acknowledged;
 * after an acknowledgement as long again, so that what is still out then is opened again.
 */
import { entryId } from "../../collected_entry.ts";
import type { AlarmRule } from "../rules/alarm_rule.ts";
import { UNANSWERED_PLAN } from "../rules/plans.ts";
import type { AlarmBody } from "./alarm_body.ts";
import type { Episode } from "./episode.ts";

const MINUTE_MS = 60_000;
/** Contacts have so many. */
const LEVEL_MAX = 3;

export interface Unanswered {
  /** Since its first level, and since each acknowledgement of those in their order. */
  readonly firstAgoMs: number;
  readonly answeredAgoMs: readonly number[];
}

/** `minutes` since the first level, of each that follows. */
export function unansweredAlarms(
  { site, unit, episode, cause, sinceMs, levels, acknowledgements }: Episode,
  minutes: readonly number[],
  { firstAgoMs, answeredAgoMs }: Unanswered,
): AlarmBody[] {
  const [first] = levels;
  const top = levels[levels.length - 1].level;
  const afterMs = (level: number) =>
    level <= first.level ? 0 : minutes[level - first.level - 1] * MINUTE_MS;
  const answers = acknowledgements.map(({ body: { level }, timeMs }, at) => ({
    ...{ level, timeMs },
    agoMs: answeredAgoMs[at],
  }));
  return minutes.map((_, at) => first.level + at + 1).filter((level) => {
    const isTold = level <= top || level > LEVEL_MAX;
    const isAwaited = answers.some((one) =>
      one.level >= level || one.agoMs < afterMs(level) - afterMs(one.level)
    );
    return !isTold && !isAwaited && firstAgoMs >= afterMs(level);
  }).map((level) => ({
    id: entryId("cold-alarm", episode, `${UNANSWERED_PLAN.id}/${level}`),
    ...{ site, unit, episode, cause, level, rule: UNANSWERED_PLAN.id, sinceMs },
    alarmMs: Math.max(
      first.alarmMs + afterMs(level),
      ...answers.map((one) => one.timeMs + afterMs(level) - afterMs(one.level)),
    ),
  }));
}

/** Whether a rule's limit has further levels by rules of its own, as the platform's have. */
export function hasLevels(rules: readonly AlarmRule[], id: string): boolean {
  const own = rules.find((rule) => rule.id === id);
  return own !== undefined &&
    rules.some(({ side, limitCelsius, counting, level }) =>
      side === own.side && limitCelsius === own.limitCelsius && counting === own.counting &&
      level > own.level
    );
}
