/** Our days beside a logger's: of its rows, or of a probe beside it; by the rules that it has. */
import { meanOf } from "../evaluate/report.ts";
import { rounded } from "../evaluate/written.ts";
import type { AlarmRule } from "../rules/alarm_rule.ts";
import { type Carry, firstCarry } from "../series/carry.ts";
import { foldSamples, foldTail, type Watching } from "../series/fold.ts";
import type { Sample } from "../series/sample.ts";
import { addedUp, type DayTold, type Told } from "../series/told.ts";
import type { OwnDay } from "./logger_body.ts";

/** All of one file, to its end: behind its last sample nothing is known. */
export function toldOfFile(samples: readonly Sample[], watching: Watching): Told {
  const { carry, told } = foldSamples(firstCarry(watching.rules), samples, watching);
  return addedUp([told, foldTail(carry, null, watching).told]);
}

/** The same, of parts that come one by one: each takes a turn of the event loop. */
export async function toldOfParts(
  parts: AsyncIterable<readonly Sample[]>,
  watching: Watching,
): Promise<Told> {
  let carry: Carry = firstCarry(watching.rules);
  const all: Told[] = [];
  for await (const samples of parts) {
    const folded = foldSamples(carry, samples, watching);
    carry = folded.carry;
    all.push(folded.told);
  }
  return addedUp([...all, foldTail(carry, null, watching).told]);
}

export function ownDay(day: DayTold, rules: readonly AlarmRule[]): OwnDay {
  const mean = meanOf(day.known);
  const side = (side: AlarmRule["side"]) => {
    const rule = rules.find((one) => one.side === side);
    return {
      minutes: rule === undefined ? null : rounded((day.outMs[rule.id] ?? 0) / 60_000, 2),
      alarmMs: rule === undefined ? null : day.alarmMs[rule.id] ?? null,
    };
  };
  return {
    date: day.date,
    min: day.min?.celsius ?? null,
    max: day.max?.celsius ?? null,
    mean: mean === null ? null : rounded(mean, 2),
    unknownMinutes: rounded((day.gapMs + day.faultMs) / 60_000, 2),
    below: side("below"),
    above: side("above"),
  };
}
