/** Whether what told of an alarm is other words of its unit by now (C8). */
import { countingOf } from "../rules/alarm_rule.ts";
import type { AlarmBody } from "./alarm_body.ts";
import { type ColdEvent, type EventOf, ofKind } from "./event.ts";
import type { UnitBody } from "./unit_body.ts";

/**
 * Since the alarm was written: its rule counts otherwise, a probe is another one, or the unit is
 * watched no more. `events`: words of its unit.
 */
export function isOfOtherWords(
  { body, timeMs }: EventOf<"cold-alarm">,
  events: readonly ColdEvent[],
): boolean {
  const words = ofKind(events, "cold-unit");
  const then = words.findLast((word) => word.timeMs <= timeMs) ?? words.at(0);
  const now = words.at(-1);
  if (then === undefined || now === undefined) return true;
  return sayingOf(then.body, body) !== sayingOf(now.body, body);
}

function sayingOf({ rules, probes, retired }: UnitBody, { rule }: AlarmBody): string {
  const counting = rules.filter(({ id }) => id === rule).map(countingOf);
  const points = probes.map(({ device, point }) => [device, point]);
  return JSON.stringify([retired, counting, points]);
}
