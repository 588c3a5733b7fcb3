/** What pages and programs ask the tables. */
import type { WrittenMoment } from "../../age.ts";
import type { Row, Rows } from "../../sql/sql.ts";
import type { Moment } from "../supply/supply_body.ts";
import { momentIn } from "./stored_words.ts";

const CYCLE = "SELECT site, cycle, steriliser, number, started, ended, load, loadtype, program, " +
  "source, verdict, held, lowest, highest, f0, offsaturation, judged FROM sterilecycles";
const PLACED = "SELECT cycle, load, life, seq, wall, bootid, bootms FROM sterilecycles";
const LOAD = "SELECT site, load, steriliser, type, packs, wall, cycle FROM sterileloads";
/** Of alarms, as `alarmLine` reads them. */
export const ALARM_SELECT =
  "SELECT site, alarm, what, steriliser, subject, since, node, wall, bootid, " +
  "bootms, clock, level, why, comment, open FROM sterilealarms";
const RECALL = "SELECT site, recall, steriliser, cause, packs, wall, supplier FROM sterilerecalls";

export const SELECTS = {
  cycle: `${CYCLE} WHERE site = ? AND cycle = ?`,
  cycles: `${CYCLE} WHERE started < ? ORDER BY started DESC, site DESC, cycle DESC LIMIT ?`,
  cyclesOfSite: `${CYCLE} WHERE site = ? AND started < ? ` +
    "ORDER BY started DESC, cycle DESC LIMIT ?",
  /** Of one steriliser, from a moment on and before another. */
  cyclesOfDevice: `${CYCLE} WHERE site = ? AND steriliser = ? AND started >= ? AND started < ? ` +
    "ORDER BY started, cycle LIMIT ?",
  /** The same by their places: those before one, and those from one on to another. */
  lastOfDevice: `${CYCLE} WHERE site = ? AND steriliser = ? AND (life, seq) < (?, ?) ` +
    "ORDER BY life DESC, seq DESC, cycle DESC LIMIT 1",
  placeOf: `${PLACED} WHERE site = ? AND cycle = ?`,
  placedBefore: `${PLACED} WHERE site = ? AND steriliser = ? AND (life, seq) < (?, ?) ` +
    "ORDER BY life DESC, seq DESC, cycle DESC LIMIT ?",
  placedFrom: `${PLACED} WHERE site = ? AND steriliser = ? AND (life, seq) >= (?, ?) ` +
    "AND (life, seq) <= (?, ?) ORDER BY life, seq, cycle LIMIT ?",
  load: `${LOAD} WHERE site = ? AND load = ?`,
  loads: `${LOAD} WHERE wall < ? ORDER BY wall DESC, site DESC, load DESC LIMIT ?`,
  loadsOfSite: `${LOAD} WHERE site = ? AND wall < ? ORDER BY wall DESC, load DESC LIMIT ?`,
  /** Loads of a steriliser whose cycle nobody has seen yet. */
  waiting: `${LOAD} WHERE waits IS NOT NULL AND site = ? AND steriliser = ? ` +
    "ORDER BY wall DESC, load DESC LIMIT ?",
  pack: "SELECT site, pack, title, implant, expires, state, place, since FROM sterilepacks " +
    "WHERE site = ? AND pack = ?",
  openAlarms:
    `${ALARM_SELECT} WHERE open IS NOT NULL ORDER BY since DESC, site DESC, alarm DESC LIMIT ?`,
  alarms: `${ALARM_SELECT} WHERE since < ? ORDER BY since DESC, site DESC, alarm DESC LIMIT ?`,
  /** Open ones of a site that may come further, behind one of them. */
  rising: `${ALARM_SELECT} WHERE rises IS NOT NULL AND site = ? AND alarm > ? ` +
    "ORDER BY alarm LIMIT ?",
  /** Open ones of a site and a kind, behind one of them. */
  openOfKind: `${ALARM_SELECT} WHERE open IS NOT NULL AND site = ? AND what = ? AND alarm > ? ` +
    "ORDER BY alarm LIMIT ?",
  alarm: `${ALARM_SELECT} WHERE site = ? AND alarm = ?`,
  recalls: `${RECALL} WHERE wall < ? ORDER BY wall DESC, site DESC, recall DESC LIMIT ?`,
  recall: `${RECALL} WHERE site = ? AND recall = ?`,
  /** Recalls of a site's suppliers. */
  suppliedRecalls: `${RECALL} WHERE supplier IS NOT NULL AND site = ? AND recall > ? ` +
    "ORDER BY recall LIMIT ?",
  /** Packs whose suppliers called them back, and whose sites were not told so. */
  untold: "SELECT site, pack, supplier FROM sterilepacks WHERE untold IS NOT NULL " +
    "ORDER BY site, pack LIMIT ?",
  /** Of one key, the tests that grow something or do not: some fifty a year. */
  indicators: "SELECT e.body AS body FROM sterilekeys k JOIN sterileevents e " +
    "ON e.origin = k.origin AND e.stream = k.stream AND e.seq = k.seq " +
    "WHERE k.site = ? AND k.name = ? AND e.kind = 'sterile-indicator'",
  steriliser: "SELECT site, steriliser, wall, body FROM sterilisers " +
    "WHERE site = ? AND steriliser = ?",
  sterilisersOf: "SELECT steriliser FROM sterilisers WHERE site = ? LIMIT 1",
} as const;

/** All of them: a county has some hundred. */
export const STERILISERS_SELECT = "SELECT site, steriliser, wall, body FROM sterilisers " +
  "ORDER BY site, steriliser LIMIT 1000";

/** A cycle as lists have it. */
export interface CycleLine {
  readonly site: string;
  readonly cycle: string;
  readonly steriliser: string;
  readonly number: string | null;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly load: string | null;
  readonly loadType: string | null;
  readonly program: string | null;
  readonly source: string;
  readonly verdict: string;
  readonly holdSeconds: number | null;
  readonly lowestCel: number | null;
  readonly highestCel: number | null;
  readonly f0Minutes: number;
  readonly offSaturationKelvin: number | null;
  readonly judgements: number;
}

export function cycleLine(row: Row): CycleLine {
  return {
    site: row.text("site"),
    cycle: row.text("cycle"),
    steriliser: row.text("steriliser"),
    number: row.textOrNull("number"),
    startedMs: row.number("started"),
    endedMs: row.numberOrNull("ended"),
    load: row.textOrNull("load"),
    loadType: row.textOrNull("loadtype"),
    program: row.textOrNull("program"),
    source: row.text("source"),
    verdict: row.text("verdict"),
    holdSeconds: row.numberOrNull("held"),
    lowestCel: row.numberOrNull("lowest"),
    highestCel: row.numberOrNull("highest"),
    f0Minutes: row.number("f0"),
    offSaturationKelvin: row.numberOrNull("offsaturation"),
    judgements: row.number("judged"),
  };
}

export interface LoadLine {
  readonly site: string;
  readonly load: string;
  readonly steriliser: string;
  readonly type: string;
  readonly packs: number;
  readonly loadedMs: number;
  readonly cycle: string | null;
}

export function loadLine(row: Row): LoadLine {
  return {
    site: row.text("site"),
    load: row.text("load"),
    steriliser: row.text("steriliser"),
    type: row.text("type"),
    packs: row.number("packs"),
    loadedMs: row.number("wall"),
    cycle: row.textOrNull("cycle"),
  };
}

export interface AlarmLine {
  readonly site: string;
  readonly alarm: string;
  readonly what: string;
  readonly steriliser: string | null;
  readonly subject: string;
  readonly sinceMs: number;
  /** When it was raised, and by which node. */
  readonly raised: Required<WrittenMoment>;
  /** 1: the site; 2: the institution heard of it, too; 3: and the regulator. */
  readonly level: number;
  /** What speaks against the pack, of `unsterile-use`. */
  readonly why: readonly string[];
  readonly comment: string | null;
  readonly isOpen: boolean;
}

export function alarmLine(row: Row): AlarmLine {
  const { node, time } = momentIn(row);
  return {
    site: row.text("site"),
    alarm: row.text("alarm"),
    what: row.text("what"),
    steriliser: row.textOrNull("steriliser"),
    subject: row.text("subject"),
    sinceMs: row.number("since"),
    raised: { ...time, node },
    level: row.number("level"),
    why: row.textOrNull("why")?.split(" ") ?? [],
    comment: row.textOrNull("comment"),
    isOpen: row.numberOrNull("open") !== null,
  };
}

/** A cycle by its place, and by when it began. */
export interface PlacedCycle {
  readonly cycle: string;
  readonly load: string | null;
  readonly life: number;
  readonly seq: number;
  readonly started: Moment;
}

export function placedCycle(row: Row): PlacedCycle {
  const started = {
    wallMs: row.number("wall"),
    bootId: row.text("bootid"),
    bootMs: row.number("bootms"),
  };
  return {
    cycle: row.text("cycle"),
    load: row.textOrNull("load"),
    life: row.number("life"),
    seq: row.number("seq"),
    started,
  };
}

/** No place is behind it. */
export const LAST_PLACE = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const;

/** Alarms of one question; all are gone through. */
const ALARMS_TOGETHER = 500;

/** Open alarms of a site that may come to a further level: a page of them after the other. */
export async function* risingAlarms(rows: Rows, site: string): AsyncGenerator<AlarmLine[]> {
  yield* pagesOf((after) => rows.rows(SELECTS.rising, [site, after, ALARMS_TOGETHER]));
}

/** All open alarms of a site and a kind. */
export async function openAlarmsOf(rows: Rows, site: string, what: string): Promise<AlarmLine[]> {
  const found: AlarmLine[] = [];
  const asked = (after: string) =>
    rows.rows(SELECTS.openOfKind, [site, what, after, ALARMS_TOGETHER]);
  for await (const some of pagesOf(asked)) found.push(...some);
  return found;
}

async function* pagesOf(ask: (after: string) => Promise<Row[]>): AsyncGenerator<AlarmLine[]> {
  for (let after = "";;) {
    const lines = (await ask(after)).map(alarmLine);
    if (lines.length > 0) yield lines;
    if (lines.length < ALARMS_TOGETHER) return;
    after = lines[lines.length - 1].alarm;
  }
}

/** Cycles of every site, or of one, the latest first. */
export async function cyclesBefore(
  rows: Rows,
  { site, beforeMs, limit }: { site: string | null; beforeMs: number; limit: number },
): Promise<CycleLine[]> {
  const found = site === null
    ? await rows.rows(SELECTS.cycles, [beforeMs, limit])
    : await rows.rows(SELECTS.cyclesOfSite, [site, beforeMs, limit]);
  return found.map(cycleLine);
}

/** The same of loads. */
export async function loadsBefore(
  rows: Rows,
  { site, beforeMs, limit }: { site: string | null; beforeMs: number; limit: number },
): Promise<LoadLine[]> {
  const found = site === null
    ? await rows.rows(SELECTS.loads, [beforeMs, limit])
    : await rows.rows(SELECTS.loadsOfSite, [site, beforeMs, limit]);
  return found.map(loadLine);
}
