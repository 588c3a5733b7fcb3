/**
 * A biological test that is overdue (rule S5) is an alarm, and over once one has passed. Looked for
 * by the wall clock, as the rule's days are; that of an ended one goes by tests alone, whatever a
 * clock was set to.
 */
import type { NewEntry } from "../../../sync/append.ts";
import { pause } from "../../../sync/timer.ts";
import { entryId } from "../../collected_entry.ts";
import type { SterileAlarmBody } from "../record/alarm_body.ts";
import { ALARM } from "../record/sterile_entry.ts";
import {
  type AlarmLine,
  alarmLine,
  cycleLine,
  openAlarmsOf,
  SELECTS,
} from "../record/sterile_reads.ts";
import { biologicalOverdue } from "../supply/steriliser_standing.ts";
import { alarmEntries, closingEntries } from "./alarm_entries.ts";
import type { SterileDesk } from "./sterile_desk.ts";
import { type SteriliserView, steriliserViews } from "./views.ts";

/** Its limit is days. */
const LOOK_MS = 60_000;
/** How often one test may be taken back and be overdue again. */
const AGAIN_MAX = 100;

const PASSED = "生物监测合格 / a biological test passed";
const RULE = { id: "rule", name: "S5" } as const;

export async function watchBiologicals(desk: SterileDesk, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await lookForOverdue(desk);
    await pause(LOOK_MS, signal);
  }
}

/** Writes what is due now, and what is over; people are told in the same commit. */
export async function lookForOverdue(desk: SterileDesk): Promise<void> {
  await desk.alone(async () => {
    const { name: site, clock, disk, journal, tables } = desk.node;
    const time = clock.now();
    const views = await steriliserViews(tables, site, time, desk.rules);
    const open = await openAlarmsOf(tables, site, "biological-overdue");
    const entries: NewEntry[] = [];
    for (const view of views) {
      const { steriliser } = view.body;
      if (!desk.setups.has(steriliser)) continue;
      const due = await dueOf(desk, view, time.wallMs);
      const own = open.filter((alarm) => alarm.steriliser === steriliser);
      for (const alarm of own.filter((one) => isOver(one, view))) {
        entries.push(...closingEntries(alarm, { comment: PASSED, by: RULE }, time, desk.around));
      }
      const goes = own.some((one) => !isOver(one, view));
      if (due !== null && !goes) entries.push(...alarmEntries(due, time, desk.around));
    }
    if (entries.length === 0) return;
    await disk.append(entries, time);
    await tables.caughtUp(journal);
  });
}

/** A test passed since, whatever the clock says now. */
function isOver({ sinceMs }: AlarmLine, { standing: { lastBiologicalMs } }: SteriliserView) {
  return lastBiologicalMs !== null && lastBiologicalMs > sinceMs;
}

/** The alarm that is due, unless a person has closed it. */
async function dueOf(
  { node: { tables, name: site }, rules }: SterileDesk,
  { body: { steriliser }, standing }: SteriliserView,
  nowMs: number,
): Promise<SterileAlarmBody | null> {
  const [first] = await tables.rows(SELECTS.cyclesOfDevice, [
    ...[site, steriliser, 0, Number.MAX_SAFE_INTEGER, 1],
  ]);
  const firstMs = first === undefined ? null : cycleLine(first).startedMs;
  const sinceMs = biologicalOverdue(standing, firstMs, nowMs, rules);
  if (sinceMs === null) return null;
  for (let again = 0; again < AGAIN_MAX; again++) {
    const id = entryId(ALARM, site, "biological-overdue", steriliser, sinceMs, again);
    const [row] = await tables.rows(SELECTS.alarm, [site, id]);
    // Of one that ended by a test which was taken back since, another follows.
    if (row !== undefined && alarmLine(row).comment === PASSED) continue;
    if (row !== undefined) return null;
    return { id, site, alarm: "biological-overdue", steriliser, subject: steriliser, sinceMs };
  }
  return null;
}
