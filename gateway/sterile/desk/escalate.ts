/**
 * An alarm that nobody closes comes to the institution, then to the regulator (S5, as W9 has it):
 * as long after it was raised as the clocks can tell (T12), whatever a wall clock is set to. Each
 * level is told once, in the commit that tells it.
 */
import { pause } from "../../../sync/timer.ts";
import { ageOf } from "../../age.ts";
import { presentFor } from "../../devices/present.ts";
import { type Ladder, levelsReached } from "../../escalation.ts";
import {
  ALARMS,
  ESCALATION_LEVELS,
  type SterileAlarmLevelBody,
  topLevel,
} from "../record/alarm_body.ts";
import { type AlarmLine, risingAlarms } from "../record/sterile_reads.ts";
import type { RulesInForce } from "../rules.ts";
import { levelEntries } from "./alarm_entries.ts";
import type { SterileDesk } from "./sterile_desk.ts";

/** Of what has happened to a patient the institution hears at once. */
const LOOK_MS = 5000;
/** Levels of one commit, each with what people are told of it. */
const LEVELS_MAX = 100;
const HOUR_MS = 3_600_000;

export async function watchUnattended(desk: SterileDesk, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await lookForUnattended(desk);
    await pause(LOOK_MS, signal);
  }
}

/** Writes the levels that open alarms have come to. */
export async function lookForUnattended(desk: SterileDesk): Promise<void> {
  await desk.alone(async () => {
    const { name: site, disk, journal, tables } = desk.node;
    let isTold = false;
    // A page begins behind the last alarm of the one before: what is written meanwhile hides none.
    for await (const alarms of risingAlarms(tables, site)) {
      const present = await presentFor(desk.node, alarms.map(({ raised }) => raised));
      const due = alarms.flatMap((line) =>
        dueLevels(line, ageOf(line.raised, present).ms, desk.rules)
          .map((level) => levelEntries(line, level, present.now, desk.around))
      );
      for (let at = 0; at < due.length; at += LEVELS_MAX) {
        await disk.append(due.slice(at, at + LEVELS_MAX).flat(), present.now);
        isTold = true;
      }
    }
    if (isTold) await tables.caughtUp(journal);
  });
}

type Level = SterileAlarmLevelBody["level"];

/** Levels that an alarm has come to and that nobody told of yet. */
export function dueLevels(
  { what, level: told }: Pick<AlarmLine, "what" | "level">,
  forMs: number,
  rules: RulesInForce,
): Level[] {
  const reached = levelsReached(ESCALATION_LEVELS, ladderOf(what, rules), forMs);
  return reached.filter((level) => level > told);
}

function ladderOf(what: string, rules: RulesInForce): Ladder<Level> {
  const rule = rules.one("escalation");
  const alarm = ALARMS.find((one) => one === what);
  if (rule === null || alarm === undefined) return {};
  const institution = rule.institutionHours * HOUR_MS;
  const regulator = rule.regulatorHours * HOUR_MS;
  if (alarm === "unsterile-use") return { 2: 0, 3: regulator };
  return topLevel(alarm) === 3 ? { 2: institution, 3: regulator } : { 2: institution };
}
