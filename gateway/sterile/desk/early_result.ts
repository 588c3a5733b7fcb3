/**
 * An implant that was released early waits for its biological result (rule S5): where that is out
 * for too long it is an alarm, as old as the clocks can tell (T12), which ends by itself once the
 * load waits no more. A release that was taken back is none, and no release is ever too old.
 */
import type { NewEntry } from "../../../sync/append.ts";
import { pause } from "../../../sync/timer.ts";
import { type Age, ageOf, type WrittenMoment } from "../../age.ts";
import { entryId } from "../../collected_entry.ts";
import { presentFor } from "../../devices/present.ts";
import { ALARM, keyOf } from "../record/sterile_entry.ts";
import { alarmLine, openAlarmsOf, SELECTS } from "../record/sterile_reads.ts";
import { toldOfSite } from "../supply/told.ts";
import { alarmEntries, closingEntries, doubtOf } from "./alarm_entries.ts";
import type { SterileDesk } from "./sterile_desk.ts";
import { loadView } from "./views.ts";

/** Its limit is days. */
const LOOK_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Loads of one look, beside those with an alarm; the others follow at the next. */
const LOADS_MAX = 50;
/** How often one result may be taken back, and be out again. */
const AGAIN_MAX = 100;

const CAME = "生物监测结果已出 / the biological result came";
const TAKEN_BACK = "提前放行已撤回 / the early release was taken back";
const RULE = { id: "rule", name: "S5" } as const;

export async function watchEarlyResults(desk: SterileDesk, signal: AbortSignal): Promise<void> {
  let after = "";
  while (!signal.aborted) {
    after = await lookForEarlyResults(desk, after);
    await pause(LOOK_MS, signal);
  }
}

/**
 * Writes what is due now, and what is over; people are told in the same commit. Looks at loads
 * behind one of them, by their names; returns behind which to go on, empty where that is all.
 */
export async function lookForEarlyResults(
  desk: SterileDesk,
  after = "",
  loadsMax = LOADS_MAX,
): Promise<string> {
  return await desk.alone(async () => {
    const { node: { disk, journal, name: site, tables }, rules } = desk;
    const rule = rules.one("early-result");
    if (rule === null) return "";
    const alarmed = await openAlarmsOf(tables, site, "early-result");
    const releases = await earlyReleases(desk);
    const present = await presentFor(desk.node, [...releases.values()].map(({ moment }) => moment));
    const ages = new Map(
      [...releases].map(([id, { moment }]) => [id, ageOf(moment, present)] as const),
    );
    const limitMs = rule.hours * HOUR_MS;
    const due = [...releases].filter(([id]) => (ages.get(id)?.ms ?? 0) >= limitMs);
    const loads = [...new Set(due.map(([, { load }]) => load))].sort();
    const behind = loads.filter((load) => load > after).slice(0, loadsMax);
    const entries: NewEntry[] = [];
    for (const load of new Set([...alarmed.map(({ subject }) => subject), ...behind])) {
      entries.push(...await changeOf(desk, { load, releases, ages, limitMs }, present.now));
    }
    if (entries.length > 0) {
      await disk.append(entries, present.now);
      await tables.caughtUp(journal);
    }
    return behind.length < loadsMax ? "" : behind[behind.length - 1];
  });
}

interface EarlyRelease {
  readonly load: string;
  readonly moment: Required<WrittenMoment>;
}

/** Steps by which something is released early and that were not taken back, by their ids. */
async function earlyReleases(desk: SterileDesk): Promise<ReadonlyMap<string, EarlyRelease>> {
  const stored = desk.stored();
  const words = await stored.under([keyOf.early]);
  const writtenAt = new Map(words.map(({ written }) => [written.place, written]));
  const steps = toldOfSite(await stored.events([keyOf.early])).of("sterile-release-step");
  return new Map(steps.flatMap(({ place, body: { id, load, step, emergency } }) => {
    const written = writtenAt.get(place);
    if (step !== "release" || emergency === undefined || written === undefined) return [];
    const { node, time } = written;
    return [[id, { load, moment: { ...time, node } }] as const];
  }));
}

interface Looked {
  readonly load: string;
  readonly releases: ReadonlyMap<string, EarlyRelease>;
  readonly ages: ReadonlyMap<string, Age>;
  readonly limitMs: number;
}

/** What has to be written of one load. */
async function changeOf(
  { node: { tables, name: site }, rules, around }: SterileDesk,
  { load, releases, ages, limitMs }: Looked,
  time: Parameters<typeof alarmEntries>[1],
): Promise<NewEntry[]> {
  const view = await loadView(tables, site, load, rules);
  const waits = view?.state === "released-early";
  const release = view?.released?.release.id ?? "";
  const [age, from] = [ages.get(release), releases.get(release)];
  for (let again = 0; again < AGAIN_MAX; again++) {
    const id = entryId(ALARM, site, "early-result", load, again);
    const [row] = await tables.rows(SELECTS.alarm, [site, id]);
    if (row === undefined) {
      if (!waits || age === undefined || from === undefined || age.ms < limitMs) return [];
      const { steriliser } = view.load;
      const about = { id, site, alarm: "early-result", steriliser, subject: load } as const;
      const sinceMs = Math.max(0, from.moment.wallMs + limitMs);
      return alarmEntries({ ...about, sinceMs, ...doubtOf(age.isCertain) }, time, around);
    }
    const alarm = alarmLine(row);
    if (alarm.isOpen) {
      const comment = (view?.released ?? null) === null ? TAKEN_BACK : CAME;
      return waits ? [] : closingEntries(alarm, { comment, by: RULE }, time, around);
    }
    // Of one that ended by a result, or a release, that was taken back since, another follows.
    if (alarm.comment !== CAME && alarm.comment !== TAKEN_BACK) return [];
  }
  return [];
}
