/**
 * An implant that was released early waits for its biological result (rule S5): where that is out
 * for too long it is an alarm, as old as the clocks can tell (T12), which ends by itself once the
 * load waits no more.
 */
import type { NewEntry } from "../../../sync/append.ts";
import { pause } from "../../../sync/timer.ts";
import { ageOf, type WrittenMoment } from "../../age.ts";
import { entryId } from "../../collected_entry.ts";
import { presentFor } from "../../devices/present.ts";
import type { SterileAlarmBody } from "../record/alarm_body.ts";
import { ALARM, keyOf } from "../record/sterile_entry.ts";
import { alarmLine, SELECTS } from "../record/sterile_reads.ts";
import { alarmEntries, closingEntries, doubtOf } from "./alarm_entries.ts";
import type { SterileDesk } from "./sterile_desk.ts";
import { loadView } from "./views.ts";

/** Its limit is days. */
const LOOK_MS = 60_000;
const HOUR_MS = 3_600_000;
/** What was released longer ago than this was alarmed, or has its result; both stay as they are. */
const LOOKED_AFTER_MS = 90 * 24 * HOUR_MS;
/** Loads of one look, the latest: an emergency is rare. */
const LOADS_MAX = 50;
/** How often one result may be taken back, and be out again. */
const AGAIN_MAX = 100;

const CAME = "生物监测结果已出 / the biological result came";
const RULE = { id: "rule", name: "S5" } as const;

export async function watchEarlyResults(desk: SterileDesk, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await lookForEarlyResults(desk);
    await pause(LOOK_MS, signal);
  }
}

/** Writes what is due now, and what is over; people are told in the same commit. */
export async function lookForEarlyResults(desk: SterileDesk): Promise<void> {
  await desk.alone(async () => {
    const { node: { disk, journal, tables }, rules } = desk;
    const rule = rules.one("early-result");
    const releases = await earlyReleases(desk);
    if (rule === null || releases.length === 0) return;
    const present = await presentFor(desk.node, releases.map(({ moment }) => moment));
    const entries: NewEntry[] = [];
    const looked = releases.map((one) => {
      const { ms: forMs, isCertain } = ageOf(one.moment, present);
      return { ...one, forMs, isCertain };
    }).filter(({ forMs }) => forMs >= rule.hours * HOUR_MS && forMs < LOOKED_AFTER_MS)
      .slice(-LOADS_MAX);
    for (const { load, moment, isCertain } of looked) {
      const sinceMs = Math.max(0, moment.wallMs + rule.hours * HOUR_MS);
      entries.push(...await changeOf(desk, { load, sinceMs, isCertain }, present.now));
    }
    if (entries.length === 0) return;
    await disk.append(entries, present.now);
    await tables.caughtUp(journal);
  });
}

interface EarlyRelease {
  readonly load: string;
  readonly moment: Required<WrittenMoment>;
}

/** The first of each load, the earliest first by the wall clock. */
async function earlyReleases(desk: SterileDesk): Promise<EarlyRelease[]> {
  const words = await desk.stored().under([keyOf.early]);
  const releases = words.flatMap((word): EarlyRelease[] => {
    if (word.about !== "supply" || word.event.kind !== "sterile-release-step") return [];
    const { node, time } = word.written;
    const { load, step } = word.event.body;
    return step === "release" ? [{ load, moment: { ...time, node } }] : [];
  }).sort((one, other) => one.moment.wallMs - other.moment.wallMs);
  return [...Map.groupBy(releases, ({ load }) => load).values()].map(([first]) => first);
}

/** What has to be written of one load. */
async function changeOf(
  { node: { tables, name: site }, rules, around }: SterileDesk,
  { load, sinceMs, isCertain }: {
    readonly load: string;
    readonly sinceMs: number;
    readonly isCertain: boolean;
  },
  time: Parameters<typeof alarmEntries>[1],
): Promise<NewEntry[]> {
  const view = await loadView(tables, site, load, rules);
  const waits = view?.state === "released-early";
  for (let again = 0; again < AGAIN_MAX; again++) {
    const id = entryId(ALARM, site, "early-result", load, again);
    const [row] = await tables.rows(SELECTS.alarm, [site, id]);
    if (row === undefined) {
      if (view === null || !waits) return [];
      const { steriliser } = view.load;
      const about = { id, site, alarm: "early-result", steriliser, subject: load } as const;
      const body: SterileAlarmBody = { ...about, sinceMs, ...doubtOf(isCertain) };
      return alarmEntries(body, time, around);
    }
    const alarm = alarmLine(row);
    if (alarm.isOpen) {
      return waits ? [] : closingEntries(alarm, { comment: CAME, by: RULE }, time, around);
    }
    // Of one that ended by a result which was taken back since, another follows.
    if (alarm.comment !== CAME) return [];
  }
  return [];
}
