/**
 * The rules at work at a site: what its series ask for, and what is due by time, becomes entries;
 * people are told in the same commit (C4, C7, C8, C9). A site decides for itself alone.
 */
import type { NewEntry } from "../../../sync/append.ts";
import type { Stamp } from "../../../sync/entry.ts";
import { pause } from "../../../sync/timer.ts";
import { ageOf } from "../../age.ts";
import { entryId } from "../../collected_entry.ts";
import { listDevices } from "../../devices/device_list.ts";
import { presentFor } from "../../devices/present.ts";
import { tellingInForce, tellingMark } from "../../notifications/persons.ts";
import { writtenVials } from "../flow/vial_reads.ts";
import type { AlarmBody, AlarmCause, AlarmEndedBody } from "../life/alarm_body.ts";
import { alarmBodiesOf, episodesOf, isToldNoMore } from "../life/episode.ts";
import { dueLevels, goneOnMs, latenessMs, planAlarms } from "../life/escalation.ts";
import { ageOfEvent, type ColdEvent, ofKind } from "../life/event.ts";
import { isOfOtherWords } from "../life/rules_changed.ts";
import { hasLevels, unansweredAlarms } from "../life/unanswered.ts";
import type { UnitBody } from "../life/unit_body.ts";
import * as reads from "../record/cold_reads.ts";
import { watchingOf } from "../record/part_fold.ts";
import { eventsOf, presentOf } from "../record/stored_events.ts";
import { endOfTakenOut } from "../record/taken_out.ts";
import { watches } from "../record/unit_settings.ts";
import { PLATFORM_PLANS } from "../rules/plans.ts";
import { Calendar } from "../series/calendar.ts";
import { alarmKey, type Carry } from "../series/carry.ts";
import { foldTail } from "../series/fold.ts";
import { elapsedMs, type Sample } from "../series/sample.ts";
import { NO_DATA, RULES_CHANGED, SENSOR_FAULT } from "../series/told.ts";
import { BootWatches } from "./boot_watches.ts";
import { type AlarmNode, coldEntry } from "./cold_node.ts";
import { messagesOf } from "./episode_messages.ts";
import { lateVials } from "./late_vials.ts";
import { presenceOf } from "./presence.ts";
import { calibrationWords, unitWords } from "./unit_words.ts";

/** Local sound and light are within 5 s (C5): entry, message and relay share them. */
const LOOK_MS = 1000;
/** So often it is looked at devices and open vials: with a look and a commit still within 5 s. */
const PRESENCE_MS = 2000;
/** A sample may be so long on its way into the tables before it is missed. */
const LAG_MS = 5000;
/** Episodes that began so long ago and are over are not told of any more. */
const TELLING_MS = 7 * 86_400_000;
/** Causes of which samples tell: what they tell of no more is over. */
const OF_SERIES: ReadonlySet<string> = new Set(["high", "low", NO_DATA, SENSOR_FAULT]);

interface Due {
  readonly unit: string;
  readonly begun: AlarmBody[];
  readonly ended: AlarmEndedBody[];
}

export class AlarmDesk {
  readonly #node: AlarmNode;
  readonly #calendar = new Calendar();
  /** With which contacts in force units were told last; `null`: not yet. */
  #announced: string | null = null;
  #lookedMs = -Infinity;
  readonly #watches = new BootWatches();
  /** Episodes that are over and told of. */
  #settled = new Set<string>();

  constructor(node: AlarmNode) {
    this.#node = node;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal);
      await pause(LOOK_MS, signal);
    }
  }

  /** Writes what is due now. */
  async look(signal?: AbortSignal): Promise<void> {
    const { clock, journal, tables } = this.#node;
    // What came before this moment is in the tables, however far behind they were: no value that
    // has come is missed.
    const now = clock.now();
    await tables.caughtUp(journal, signal);
    if (signal?.aborted) return;
    const mark = await tellingMark(this.#rows);
    if (mark !== this.#announced) await this.#announce();
    this.#announced = mark;
    const due = new Map<string, Due>();
    await this.#ofSeries(due);
    const gaps = await this.#ofGaps(due, now);
    const going = await reads.goingEpisodes(this.#rows, this.#site);
    for (const row of going) await this.#ofTime(row, due, now, gaps);
    if (now.bootMs - this.#lookedMs >= PRESENCE_MS) {
      this.#lookedMs = now.bootMs;
      await this.#ofPresence(going, due, now);
      await this.#ofVials(going, due, now);
    }
    const recent = await reads.episodesSince(this.#rows, now.wallMs - TELLING_MS);
    const subjects = [...going, ...recent].filter(({ site, episode }) =>
      site === this.#site && !this.#settled.has(episode)
    );
    this.#settled = new Set(
      recent.map(({ episode }) => episode).filter((one) => this.#settled.has(one)),
    );
    for (const { episode, unit } of subjects) dueOf(due, episode, unit);
    for (const [episode, one] of due) await this.#write(episode, one);
  }

  get #rows() {
    return this.#node.tables.near;
  }

  get #site(): string {
    return this.#node.name;
  }

  /** What the configuration and the contacts in force say of units, where that is news. */
  async #announce(): Promise<void> {
    const { coldchain, clock, disk, tables } = this.#node;
    const telling = await tellingInForce(this.#rows, this.#node);
    const known = await reads.watchedUnits(tables, this.#site);
    const now = clock.now();
    const units = unitWords(this.#site, coldchain, telling, known, now.wallMs);
    const entries = [
      ...units.map((body) => coldEntry(this.#node, "record", "cold-unit", body)),
      ...calibrationWords(this.#site, coldchain)
        .map((body) => coldEntry(this.#node, "record", "cold-calibration", body)),
    ];
    if (entries.length > 0) await disk.append(entries, now);
  }

  async #ofSeries(due: Map<string, Due>): Promise<void> {
    const { begun, ended } = await reads.dueOfSeries(this.#rows, this.#site);
    for (const body of begun) dueOf(due, body.episode, body.unit).begun.push(body);
    for (const body of ended) dueOf(due, body.episode, body.unit).ended.push(body);
  }

  /**
   * Gaps that are open still: no sample tells of them before the next one comes. Returns episodes
   * that go on until then, whatever interval counts by now.
   */
  async #ofGaps(due: Map<string, Due>, now: Stamp): Promise<ReadonlySet<string>> {
    const open = new Set<string>();
    for (const unit of await reads.watchedUnits(this.#rows, this.#site)) {
      for (const { device, point } of unit.probes) {
        const series = { site: this.#site, device, point };
        const last = await reads.lastCarry(this.#rows, series);
        const agoMs = last === null || last.setting === null ? null : ago(last.carry, now);
        if (last === null || agoMs === null) continue;
        open.add(gapAfter(unit, last.carry));
        const watching = watchingOf(unit, this.#calendar);
        const { told } = foldTail(last.carry, Math.max(0, agoMs - LAG_MS), watching);
        const gaps = told.begun.filter(({ rule }) => rule === NO_DATA);
        const { begun } = alarmBodiesOf(unit, unit.rules, { begun: gaps, ended: [] });
        for (const body of begun) dueOf(due, body.episode, body.unit).begun.push(body);
      }
    }
    return open;
  }

  /** Levels that time alone brings, and the end of what no sample tells of any more. */
  async #ofTime(
    row: reads.EpisodeRow,
    due: Map<string, Due>,
    now: Stamp,
    gaps: ReadonlySet<string>,
  ): Promise<void> {
    const { site, episode, unit, cause, sinceMs, level } = row;
    const one = dueOf(due, episode, unit);
    const plan = PLATFORM_PLANS.find((plan) => plan.cause === cause);
    if (plan !== undefined) {
      const told = Array.from({ length: level }, (_, at) => at + 1);
      const levels = dueLevels(plan, await this.#goesOnMs(site, episode, now), told);
      one.begun.push(
        ...planAlarms({ site, unit, episode, cause: plan.cause, sinceMs }, plan, levels),
      );
    }
    const words = OF_SERIES.has(cause) ? await reads.unitOf(this.#rows, site, unit) : null;
    if (cause === "high" || cause === "low") {
      // An end that came meanwhile was before what time would have brought since.
      const isBefore = ({ alarmMs }: AlarmBody) =>
        one.ended.every(({ endedMs }) => alarmMs < endedMs);
      one.begun.push(...(await this.#unanswered(row, words)).filter(isBefore));
    }
    if (!OF_SERIES.has(cause) || gaps.has(episode) || one.ended.length > 0) return;
    if (isToldNoMore(row.state)) return;
    const series = await reads.tellingSeries(this.#rows, site, episode);
    if (series !== null && words !== null && watches(words, series)) return;
    const end = series === null
      ? await this.#takenBack(row, now)
      : await endOfTakenOut(this.#rows, series, episode);
    if (end !== null) one.ended.push(end);
  }

  /** Levels of a temperature of which nobody said anything for long. */
  async #unanswered(
    { episode: id }: reads.EpisodeRow,
    words: UnitBody | null,
  ): Promise<AlarmBody[]> {
    const events = await this.#events(id);
    const [episode] = episodesOf(events);
    const [first] = episode.levels;
    if (hasLevels(words?.rules ?? [], first.rule)) return [];
    const present = await presentOf({ ...this.#node, tables: this.#rows }, events);
    const written = events.find(({ body }) => body.id === first.id);
    if (written?.written === undefined) return [];
    return unansweredAlarms(episode, this.#node.coldchain.unansweredMinutes, {
      firstAgoMs: ageOfEvent(written, present).ms + latenessMs(first, written.written),
      answeredAgoMs: episode.acknowledgements.map((one) => ageOfEvent(one, present).ms),
    });
  }

  /** The end of what no series tells of any more. */
  async #takenBack(
    { site, unit, episode }: reads.EpisodeRow,
    now: Stamp,
  ): Promise<AlarmEndedBody | null> {
    const alarm = ofKind(await this.#events(episode), "cold-alarm").at(0);
    if (alarm === undefined) return null;
    const words = await eventsOf(this.#rows, { site, subject: `unit/${unit}` });
    const isChanged = isOfOtherWords(alarm, words);
    return {
      id: entryId("cold-alarm-ended", episode, isChanged ? RULES_CHANGED : "taken-back"),
      ...{ site, unit, episode, cause: alarm.body.cause },
      endedMs: now.wallMs,
      worstCelsius: null,
      ...isChanged ? { because: RULES_CHANGED } : {},
    };
  }

  /**
   * So long an episode goes on by the boot-time clock, which nobody sets (T12). Of a vial since
   * people know of it: however late it was found, they are told of one level at a time.
   */
  async #goesOnMs(site: string, episode: string, now: Stamp): Promise<number> {
    const began = await reads.beginningOf(this.#rows, site, episode);
    if (began === null) return 0;
    const { ms } = ageOf(began.written, { now, corrections: [], node: this.#site });
    const isVial = began.alarm.cause === "late-vial";
    return (isVial ? 0 : goneOnMs(began.alarm, began.written)) + ms;
  }

  /** Power that is off or on again, and units that went or came back. */
  async #ofPresence(
    going: readonly reads.EpisodeRow[],
    due: Map<string, Due>,
    now: Stamp,
  ): Promise<void> {
    const { coldchain, tables } = this.#node;
    const units = await reads.watchedUnits(this.#rows, this.#site);
    if (units.length === 0) return;
    const devices = await listDevices(tables, this.#site, now);
    for (const unit of units) {
      const contact = coldchain.units.find(({ id }) => id === unit.unit)?.power ?? null;
      const own = going.filter((row) => row.unit === unit.unit);
      const goesOnMs = (cause: AlarmCause, sinceMs: number) =>
        this.#watches.goesOnMs(`${cause} ${unit.unit}`, sinceMs, now);
      const clock = { nowMs: now.wallMs, goesOnMs };
      const { begun, ended } = presenceOf(unit, contact, devices, own, clock);
      for (const body of begun) dueOf(due, body.episode, body.unit).begun.push(body);
      for (const body of ended) dueOf(due, body.episode, body.unit).ended.push(body);
    }
  }

  /** Opened vials that are beyond their time, and those that were until nothing was left. */
  async #ofVials(
    going: readonly reads.EpisodeRow[],
    due: Map<string, Due>,
    now: Stamp,
  ): Promise<void> {
    const open = await writtenVials(this.#rows, this.#site);
    const moments = open.map(({ written }) => written);
    const present = await presentFor({ ...this.#node, tables: this.#rows }, moments);
    const { begun, ended } = lateVials(this.#site, open, going, { ...present, now });
    for (const body of begun) dueOf(due, body.episode, body.unit).begun.push(body);
    for (const body of ended) dueOf(due, body.episode, body.unit).ended.push(body);
  }

  #events(episode: string): Promise<ColdEvent[]> {
    return eventsOf(this.#rows, { site: this.#site, subject: `episode/${episode}` });
  }

  /** Entries of one episode and what people are told of it: in one commit. */
  async #write(episode: string, { begun, ended }: Due): Promise<void> {
    const { disk, clock } = this.#node;
    const written = await this.#events(episode);
    const ids = new Set(written.map(({ body }) => body.id));
    const alarms = begun.filter(({ id }) => !ids.has(id));
    const ends = ended.filter(({ id }) => !ids.has(id));
    const entries: NewEntry[] = [
      ...alarms.map((body) => coldEntry(this.#node, "alarm", "cold-alarm", body)),
      ...ends.map((body) => coldEntry(this.#node, "alarm", "cold-alarm-ended", body)),
    ];
    const now = clock.now();
    const place = { place: "due", node: this.#site, timeMs: now.wallMs, written: now };
    const told = [
      ...written,
      ...alarms.map((body): ColdEvent => ({ ...place, kind: "cold-alarm", body })),
      ...ends.map((body): ColdEvent => ({ ...place, kind: "cold-alarm-ended", body })),
    ];
    const [stands] = episodesOf(told);
    const messages = stands === undefined ? [] : await messagesOf(this.#node, stands, told);
    entries.push(...messages ?? []);
    if (entries.length > 0) await disk.append(entries, now);
    else if (stands?.endedMs !== null && messages !== null) this.#settled.add(episode);
  }
}

function dueOf(due: Map<string, Due>, episode: string, unit: string): Due {
  const known = due.get(episode);
  if (known !== undefined) return known;
  const one: Due = { unit, begun: [], ended: [] };
  due.set(episode, one);
  return one;
}

/** The episode of a gap behind the last sample. */
function gapAfter(unit: UnitBody, { last }: Carry): string {
  const place = last?.place ?? [];
  const gap = { key: alarmKey(NO_DATA, place, null), rule: NO_DATA, place, sinceMs: 0, alarmMs: 0 };
  return alarmBodiesOf(unit, [], { begun: [gap], ended: [] }).begun[0].episode;
}

/**
 * How long ago the last sample was, at least; `null`: there is none, or it came just now. One
 * of another boot is as old as this one: without the time it is known that nothing came (C7).
 */
function ago({ last }: { readonly last: Sample | null }, now: Stamp): number | null {
  if (last === null) return null;
  const agoMs = elapsedMs(last, {
    place: [],
    wallMs: now.wallMs,
    boot: { id: now.bootId, ms: now.bootMs },
    trusted: now.clock !== "untrusted",
    celsius: null,
  });
  return last.boot?.id === now.bootId ? agoMs : Math.max(now.bootMs, agoMs ?? 0);
}
