/**
 * A biological test that is overdue (rule S5) is an alarm, and over once one has passed: as long
 * after the last one, or the first cycle where none passed, as the clocks can tell (T12), whatever
 * a wall clock is set to. Where clocks that were in doubt raised it too early, it is over when they
 * are right.
 */
import type { NewEntry } from "../../../sync/append.ts";
import { pause } from "../../../sync/timer.ts";
import type { WrittenMoment } from "../../age.ts";
import { entryId } from "../../collected_entry.ts";
import { presentFor } from "../../devices/present.ts";
import type { SterileAlarmBody } from "../record/alarm_body.ts";
import { ALARM, keyOf } from "../record/sterile_entry.ts";
import {
  type AlarmLine,
  alarmLine,
  cycleLine,
  openAlarmsOf,
  SELECTS,
} from "../record/sterile_reads.ts";
import { beganAt, ranOf } from "../supply/ran.ts";
import { type BiologicalDue, biologicalDue } from "../supply/steriliser_standing.ts";
import { toldOfSite } from "../supply/told.ts";
import { alarmEntries, closingEntries, doubtOf } from "./alarm_entries.ts";
import type { SterileDesk } from "./sterile_desk.ts";
import { type SteriliserView, steriliserViews } from "./views.ts";

/** Its limit is days. */
const LOOK_MS = 60_000;
/** How often one test may be taken back and be overdue again. */
const AGAIN_MAX = 100;

const PASSED = "生物监测合格 / a biological test passed";
const NOT_DUE = "时钟已校正，尚未到期 / clocks are right again, and it is not due";
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
    const views = await steriliserViews(desk.node, site, desk.rules);
    const open = await openAlarmsOf(tables, site, "biological-overdue");
    const entries: NewEntry[] = [];
    for (const view of views) {
      const { steriliser } = view.body;
      if (!desk.setups.has(steriliser)) continue;
      const due = await dueOf(desk, view);
      if (due === null) continue;
      const own = open.filter((alarm) => alarm.steriliser === steriliser);
      const over = own.filter((alarm) => isOver(alarm, due));
      for (const alarm of over) {
        const isSame = alarm.sinceMs === due.dueMs;
        const closing = { comment: isSame ? NOT_DUE : PASSED, by: RULE };
        entries.push(...closingEntries(alarm, closing, time, desk.around));
      }
      const fresh = over.length < own.length ? null : await alarmOf(desk, steriliser, due);
      if (fresh !== null) entries.push(...alarmEntries(fresh, time, desk.around));
    }
    if (entries.length === 0) return;
    await disk.append(entries, time);
    await tables.caughtUp(journal);
  });
}

/** A test passed since, or what its week counts from is surely not so long ago. */
function isOver({ sinceMs }: AlarmLine, { dueMs, isOverdue, isCertain }: BiologicalDue): boolean {
  return dueMs > sinceMs || (!isOverdue && isCertain);
}

/** By the last test that passed, else by the first cycle; `null`: it never ran. */
async function dueOf(
  desk: SterileDesk,
  { body: { steriliser }, standing: { lastBiological } }: SteriliserView,
): Promise<BiologicalDue | null> {
  const since = lastBiological ?? await firstCycle(desk, steriliser);
  if (since === null) return null;
  return biologicalDue(since, await presentFor(desk.node, [since]), desk.rules);
}

/** The alarm where one is due, unless a person has closed it. */
async function alarmOf(
  { node: { tables, name: site } }: SterileDesk,
  steriliser: string,
  { dueMs: sinceMs, isOverdue, isCertain }: BiologicalDue,
): Promise<SterileAlarmBody | null> {
  if (!isOverdue) return null;
  for (let again = 0; again < AGAIN_MAX; again++) {
    const id = entryId(ALARM, site, "biological-overdue", steriliser, sinceMs, again);
    const [row] = await tables.rows(SELECTS.alarm, [site, id]);
    // Of one that ended by a test which was taken back since, or by a clock, another follows.
    const comment = row === undefined ? null : alarmLine(row).comment;
    if (comment === PASSED || comment === NOT_DUE) continue;
    if (row !== undefined) return null;
    const about = { id, site, alarm: "biological-overdue", steriliser } as const;
    return { ...about, subject: steriliser, sinceMs: Math.max(0, sinceMs), ...doubtOf(isCertain) };
  }
  return null;
}

/** When the first cycle that was seen began. */
async function firstCycle(
  desk: SterileDesk,
  steriliser: string,
): Promise<Required<WrittenMoment> | null> {
  const { node: { tables, name: site } } = desk;
  const asked = [site, steriliser, 0, Number.MAX_SAFE_INTEGER, 1];
  const [row] = await tables.rows(SELECTS.cyclesOfDevice, asked);
  if (row === undefined) return null;
  const { cycle } = cycleLine(row);
  const [first] = toldOfSite(await desk.stored().events([keyOf.cycle(cycle)])).cycles.get(cycle) ??
    [];
  return first === undefined ? null : beganAt(ranOf(first));
}
