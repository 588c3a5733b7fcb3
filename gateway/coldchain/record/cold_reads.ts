/** What the tables of the cold chain are asked for: by indexes, and never the journal. */
import * as z from "zod";
import type { Stamp } from "../../../sync/entry.ts";
import type { WrittenMoment } from "../../age.ts";
import type { Row, Rows } from "../../sql/sql.ts";
import {
  type AlarmBody,
  alarmBody,
  type AlarmCause,
  type AlarmEndedBody,
} from "../life/alarm_body.ts";
import { alarmEndedBody } from "../life/alarm_body.ts";
import type { UnitBody } from "../life/unit_body.ts";
import type { Sample } from "../series/sample.ts";
import { addedUp, type DayTold, NOTHING } from "../series/told.ts";
import { storedDay } from "./day_rows.ts";
import { originPlace, type ReadValue, unpackedSamples, unpackedValues } from "./packed_samples.ts";
import type { PartCarry } from "./part_fold.ts";
import type { Series } from "./series_samples.ts";

/** Of texts that this program has written. */
const storedUnit = z.custom<UnitBody>();
const storedCarry = z.custom<PartCarry>();

const UNITS_MAX = 20_000;
export const EPISODES_MAX = 500;
const DUE_MAX = 200;
const HELD_MAX = 2000;
/** Ninety days of minutes. */
const PARTS_MAX = 2000;
const OF_SERIES = "site = ? AND device = ? AND point = ?";

/** Units that are watched; `site`: null: of all. */
export async function watchedUnits(rows: Rows, site: string | null): Promise<UnitBody[]> {
  const where = site === null ? "" : "site = ? AND ";
  const select = `SELECT body FROM coldunits WHERE ${where}watched IS NOT NULL ` +
    `ORDER BY site, unit LIMIT ${UNITS_MAX}`;
  return (await rows.rows(select, site === null ? [] : [site])).map(unitIn);
}

/** Whether a site of this name has units. */
export async function isWatched(rows: Rows, site: string): Promise<boolean> {
  const select = "SELECT unit FROM coldunits WHERE site = ? AND watched IS NOT NULL LIMIT 1";
  return (await rows.rows(select, [site])).length > 0;
}

export interface WatchedSite {
  readonly site: string;
  readonly units: number;
}

/** How many units each site has; it counts all of them, so it is not for the node's own thread. */
export async function watchedBySite(rows: Rows): Promise<WatchedSite[]> {
  const select = "SELECT site, COUNT(*) AS units FROM coldunits WHERE watched IS NOT NULL " +
    "GROUP BY site ORDER BY site";
  return (await rows.rows(select)).map((row) => ({
    site: row.text("site"),
    units: row.number("units"),
  }));
}

export async function unitOf(rows: Rows, site: string, unit: string): Promise<UnitBody | null> {
  const select = "SELECT body FROM coldunits WHERE site = ? AND unit = ?";
  return (await rows.rows(select, [site, unit])).map(unitIn).at(0) ?? null;
}

function unitIn(row: Row): UnitBody {
  return storedUnit.parse(JSON.parse(row.text("body")));
}

/** An episode as its tables row tells it. */
export interface EpisodeRow {
  readonly site: string;
  readonly episode: string;
  readonly unit: string;
  readonly cause: string;
  readonly state: string;
  readonly level: number;
  readonly rule: string;
  readonly sinceMs: number;
  readonly endedMs: number | null;
  readonly worstCelsius: number | null;
  readonly isExplained: boolean;
}

const EPISODE = "site, episode, unit, cause, state, level, rule, since, ended, worst, explained";

/** Those of the whole site, such as late vials, are last: however many, they hide no unit's. */
export async function goingEpisodes(rows: Rows, site: string): Promise<EpisodeRow[]> {
  const select = `SELECT ${EPISODE} FROM coldepisodes WHERE goes IS NOT NULL AND site = ? ` +
    `ORDER BY unit DESC LIMIT ${EPISODES_MAX}`;
  return (await rows.rows(select, [site])).map(episodeIn);
}

/** Of all sites, those of one cause of units of this name: a site has at least one unit. */
export const GOING_OF_CAUSE = `SELECT ${EPISODE} FROM coldepisodes WHERE goes IS NOT NULL ` +
  `AND unit = ? AND cause = ? ORDER BY site LIMIT ${UNITS_MAX}`;

export async function goingOfCause(
  rows: Rows,
  unit: string,
  cause: AlarmCause,
): Promise<EpisodeRow[]> {
  return (await rows.rows(GOING_OF_CAUSE, [unit, cause])).map(episodeIn);
}

/**
 * Causes of alarms that go on at a unit: also at one that is used no more, of which nothing says
 * any more that they are over.
 */
export const GOING_CAUSES = "SELECT DISTINCT cause FROM coldepisodes " +
  "WHERE goes IS NOT NULL AND site = ? AND unit = ?";

export async function goingCauses(rows: Rows, site: string, unit: string): Promise<string[]> {
  return (await rows.rows(GOING_CAUSES, [site, unit])).map((row) => row.text("cause"));
}

/** Of texts that this program has written. */
const storedClock = z.custom<Stamp["clock"]>();
const storedAlarm = z.custom<AlarmBody>();

/** The alarm that began an episode, and when it was written down; `null`: there is none. */
export async function beginningOf(
  rows: Rows,
  site: string,
  episode: string,
): Promise<{ readonly alarm: AlarmBody; readonly written: WrittenMoment } | null> {
  const select = "SELECT node, wall, bootid, bootms, clock, body FROM coldevents " +
    "WHERE site = ? AND subject = ? AND kind = 'cold-alarm' " +
    "ORDER BY wall, origin, stream, seq LIMIT 1";
  const [row] = await rows.rows(select, [site, `episode/${episode}`]);
  if (row === undefined) return null;
  return {
    alarm: storedAlarm.parse(JSON.parse(row.text("body"))),
    written: {
      ...{ node: row.text("node"), wallMs: row.number("wall") },
      ...{ bootId: row.text("bootid"), bootMs: row.number("bootms") },
      clock: storedClock.parse(row.text("clock")),
    },
  };
}

/** What somebody has to look at or to explain, the latest first; `site`: null: of all. */
export async function episodesToDo(rows: Rows, site: string | null): Promise<EpisodeRow[]> {
  // By the few that somebody has to look at, and not by all that the site ever had.
  const where = site === null ? "" : " AND site || '' = ?";
  const select = `SELECT ${EPISODE} FROM coldepisodes WHERE todo IS NOT NULL${where} ` +
    `ORDER BY since DESC LIMIT ${EPISODES_MAX}`;
  return (await rows.rows(select, site === null ? [] : [site])).map(episodeIn);
}

/** Those that began at a moment or later, the latest first. */
export async function episodesSince(rows: Rows, ms: number): Promise<EpisodeRow[]> {
  const select = `SELECT ${EPISODE} FROM coldepisodes WHERE since >= ? ` +
    `ORDER BY since DESC LIMIT ${EPISODES_MAX}`;
  return (await rows.rows(select, [ms])).map(episodeIn);
}

export async function episodesOfUnit(
  rows: Rows,
  site: string,
  unit: string,
): Promise<EpisodeRow[]> {
  const select = `SELECT ${EPISODE} FROM coldepisodes WHERE site = ? AND unit = ? ` +
    "ORDER BY since DESC LIMIT 50";
  return (await rows.rows(select, [site, unit])).map(episodeIn);
}

/** Ids of a unit's episodes of one cause that went on within a span. */
export async function episodesWithin(
  rows: Rows,
  { site, unit, cause }: { readonly site: string; readonly unit: string; readonly cause: string },
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<string[]> {
  const select = "SELECT episode FROM coldepisodes WHERE site = ? AND unit = ? AND since <= ? " +
    `AND cause = ? AND (ended IS NULL OR ended >= ?) LIMIT ${EPISODES_MAX}`;
  const found = await rows.rows(select, [site, unit, toMs, cause, fromMs]);
  return found.map((row) => row.text("episode"));
}

function episodeIn(row: Row): EpisodeRow {
  return {
    site: row.text("site"),
    episode: row.text("episode"),
    unit: row.text("unit"),
    cause: row.text("cause"),
    state: row.text("state"),
    level: row.number("level"),
    rule: row.text("rule"),
    sinceMs: row.number("since"),
    endedMs: row.numberOrNull("ended"),
    worstCelsius: row.numberOrNull("worst"),
    isExplained: row.number("explained") === 1,
  };
}

/** A lot that waits for a decision; `isDisputed`: two decided otherwise of a part of it. */
export interface HeldLot {
  readonly site: string;
  readonly unit: string;
  readonly product: string;
  readonly lot: string;
  readonly sinceMs: number;
  readonly isDisputed: boolean;
}

/** Those first that wait the longest; `site`: null: of all. */
export async function heldLots(rows: Rows, site: string | null): Promise<HeldLot[]> {
  // By the few that wait, and not by all that the site ever had.
  const where = site === null ? "" : " AND site || '' = ?";
  const select = `SELECT ${HELD_LOT} FROM coldlots ` +
    `WHERE held IS NOT NULL${where} ORDER BY since LIMIT ${HELD_MAX}`;
  return (await rows.rows(select, site === null ? [] : [site])).map(heldLotIn);
}

const HELD_LOT = "site, unit, product, lot, since, disputed";

/** Of those to be destroyed or sent back that were found from a moment on, the latest. */
export const LOST = {
  all: `SELECT ${HELD_LOT} FROM coldlots WHERE lost IS NOT NULL AND since >= ? ` +
    "ORDER BY since DESC LIMIT ?",
  ofSite: `SELECT ${HELD_LOT} FROM coldlots WHERE lost IS NOT NULL AND since >= ? ` +
    "AND site || '' = ? ORDER BY since DESC LIMIT ?",
} as const;

/** `site`: null: of all. */
export async function lostLots(
  rows: Rows,
  site: string | null,
  sinceMs: number,
  most: number,
): Promise<HeldLot[]> {
  const found = site === null
    ? await rows.rows(LOST.all, [sinceMs, most])
    : await rows.rows(LOST.ofSite, [sinceMs, site, most]);
  return found.map(heldLotIn);
}

function heldLotIn(row: Row): HeldLot {
  return {
    ...{ site: row.text("site"), unit: row.text("unit") },
    ...{ product: row.text("product"), lot: row.text("lot") },
    sinceMs: row.number("since"),
    isDisputed: row.number("disputed") === 1,
  };
}

/** Ids of messages that left about an episode. */
export async function sentOf(rows: Rows, site: string, episode: string): Promise<Set<string>> {
  const select = "SELECT id FROM coldsent WHERE site = ? AND episode = ?";
  return new Set((await rows.rows(select, [site, episode])).map((row) => row.text("id")));
}

export interface DueBodies {
  readonly begun: readonly AlarmBody[];
  readonly ended: readonly AlarmEndedBody[];
}

/** Entries of alarms that series ask for and that nobody wrote yet, the earliest first. */
export async function dueOfSeries(rows: Rows, site: string): Promise<DueBodies> {
  const select = "SELECT kind, body FROM coldtold WHERE due IS NOT NULL AND site = ? " +
    `ORDER BY wall, id LIMIT ${DUE_MAX}`;
  const begun: AlarmBody[] = [];
  const ended: AlarmEndedBody[] = [];
  for (const row of await rows.rows(select, [site])) {
    const body: unknown = JSON.parse(row.text("body"));
    if (row.text("kind") === "cold-alarm") begun.push(alarmBody.parse(body));
    else ended.push(alarmEndedBody.parse(body));
  }
  return { begun, ended };
}

/** The series that tells of an episode; `null`: late samples have taken it back. */
export async function tellingSeries(
  rows: Rows,
  site: string,
  episode: string,
): Promise<Series | null> {
  const select = "SELECT device, point FROM coldtold WHERE site = ? AND episode = ? LIMIT 1";
  const [row] = await rows.rows(select, [site, episode]);
  return row === undefined ? null : { site, device: row.text("device"), point: row.text("point") };
}

/** What a series carries on behind its last sample, or `null`: it has none. */
export async function lastCarry(
  rows: Rows,
  { site, device, point }: Series,
): Promise<PartCarry | null> {
  const select = `SELECT carry FROM coldparts WHERE ${OF_SERIES} ` +
    "ORDER BY life DESC, origin DESC, part DESC LIMIT 1";
  const [row] = await rows.rows(select, [site, device, point]);
  return row === undefined ? null : storedCarry.parse(JSON.parse(row.text("carry")));
}

/** The last sample of a series, also before any unit named it. */
export async function lastSample(
  rows: Rows,
  { site, device, point }: Series,
): Promise<Sample | null> {
  const select = `SELECT origin, samples FROM coldparts WHERE ${OF_SERIES} ` +
    "ORDER BY life DESC, origin DESC, part DESC LIMIT 1";
  const [row] = await rows.rows(select, [site, device, point]);
  return row === undefined ? null : samplesIn(row).at(-1) ?? null;
}

/** Samples between two moments of the wall clock, in their order. */
export async function samplesBetween(
  rows: Rows,
  series: Series,
  fromMs: number,
  toMs: number,
): Promise<Sample[]> {
  return (await partsBetween(rows, series, fromMs, toMs)).flatMap(samplesIn)
    .filter(({ wallMs }) => wallMs >= fromMs && wallMs < toMs);
}

/** The same, for whoever draws them. */
export async function valuesBetween(
  rows: Rows,
  series: Series,
  fromMs: number,
  toMs: number,
): Promise<ReadValue[]> {
  return (await partsBetween(rows, series, fromMs, toMs))
    .flatMap((row) => unpackedValues(row.text("samples")))
    .filter(({ wallMs }) => wallMs >= fromMs && wallMs < toMs);
}

async function partsBetween(
  rows: Rows,
  { site, device, point }: Series,
  fromMs: number,
  toMs: number,
): Promise<Row[]> {
  const select = `SELECT life, part, origin, samples FROM coldparts WHERE ${OF_SERIES} ` +
    `AND towall >= ? AND fromwall < ? ORDER BY towall LIMIT ${PARTS_MAX}`;
  return inPlaces(await rows.rows(select, [site, device, point, fromMs, toMs]));
}

/** The same, a part at a time, in the order of their places; of too many the latest. */
export async function* samplesInParts(
  rows: Rows,
  { site, device, point }: Series,
  fromMs: number,
  toMs: number,
): AsyncGenerator<Sample[]> {
  const keys = `SELECT life, origin, part FROM coldparts WHERE ${OF_SERIES} ` +
    `AND towall >= ? AND fromwall < ? ORDER BY towall DESC LIMIT ${PARTS_MAX}`;
  const one = `SELECT origin, samples FROM coldparts WHERE ${OF_SERIES} ` +
    "AND life = ? AND origin = ? AND part = ?";
  const series = [site, device, point];
  for (const key of inPlaces(await rows.rows(keys, [...series, fromMs, toMs]))) {
    const place = [key.number("life"), key.text("origin"), key.number("part")];
    const samples = (await rows.rows(one, [...series, ...place])).flatMap(samplesIn);
    yield samples.filter(({ wallMs }) => wallMs >= fromMs && wallMs < toMs);
  }
}

function inPlaces(parts: readonly Row[]): Row[] {
  return parts.toSorted((one, other) =>
    one.number("life") - other.number("life") ||
    (one.text("origin") < other.text("origin")
      ? -1
      : one.text("origin") > other.text("origin")
      ? 1
      : one.number("part") - other.number("part"))
  );
}

function samplesIn(row: Row): Sample[] {
  return unpackedSamples(row.text("samples"), originPlace(row.text("origin")));
}

/** Days of a series, both inclusive, as `2026-11-29`. */
export async function daysBetween(
  rows: Rows,
  { site, device, point }: Series,
  from: string,
  to: string,
): Promise<DayTold[]> {
  const select = `SELECT body FROM coldpartdays WHERE ${OF_SERIES} AND date >= ? AND date <= ? ` +
    "ORDER BY date, life, origin, part";
  const days = (await rows.rows(select, [site, device, point, from, to])).map(storedDay);
  return addedUp(days.map((day) => ({ ...NOTHING, days: [day] }))).days;
}
