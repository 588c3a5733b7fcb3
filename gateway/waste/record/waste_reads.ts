/** What pages and rules ask of the tables of waste. */
import { among, chunks } from "../../keyed_words.ts";
import type { Parameter, Row, Rows } from "../../sql/sql.ts";
import type { AlarmBody, AlarmName, Level } from "../alarm/alarm_body.ts";
import { alarmBody } from "../alarm/alarm_body.ts";
import { BAGS_MAX, LOADS_MAX } from "../entry/subject.ts";
import type { BagStanding } from "../life/bag.ts";
import type { ManifestStanding } from "../manifest/manifest.ts";

/** Rows of one answer. */
export const ROWS_MAX = 2000;

/** Statements by what they ask, so that a test sees the plan of each. */
export const SELECTS = {
  bag: "SELECT standing, faults FROM wastebags WHERE bag = ?",
  held: "SELECT standing, faults, bag AS turn FROM wastebags " +
    "WHERE held = ? AND bag > ? ORDER BY bag LIMIT ?",
  inLoad: "SELECT bag FROM wastebags WHERE inload = ? ORDER BY bag LIMIT ?",
  onManifest: "SELECT standing, faults FROM wastebags WHERE manifest = ? ORDER BY bag LIMIT ?",
  ofReceipt: "SELECT standing, faults FROM wastebags WHERE receipt = ? ORDER BY bag LIMIT ?",
  unsettled: "SELECT standing, faults, unsettled AS turn FROM wastebags " +
    "WHERE unsettled IS NOT NULL AND site = ? AND unsettled > ? ORDER BY unsettled LIMIT ?",
  unsettledEverywhere: "SELECT standing, faults, unsettled AS turn FROM wastebags " +
    "WHERE unsettled IS NOT NULL AND unsettled > ? ORDER BY unsettled LIMIT ?",
  untold: "SELECT bag FROM wastebags WHERE untold IS NOT NULL ORDER BY bag LIMIT ?",
  manifest: "SELECT standing, site FROM wastemanifests WHERE manifest = ?",
  numbered: "SELECT standing, site FROM wastemanifests WHERE number = ? ORDER BY manifest LIMIT ?",
  manifests: "SELECT standing, site FROM wastemanifests " +
    "WHERE site = ? AND began >= ? AND began < ? ORDER BY began, manifest LIMIT ?",
  manifestsOfSite: "SELECT standing, site FROM wastemanifests " +
    "WHERE site = ? ORDER BY began DESC, manifest DESC LIMIT ?",
  manifestsEverywhere: "SELECT standing, site FROM wastemanifests " +
    "ORDER BY began DESC, manifest DESC LIMIT ?",
  inner: "SELECT load FROM wasteloads WHERE around = ? ORDER BY load LIMIT ?",
  ofBox: "SELECT load FROM wasteloads WHERE box = ? ORDER BY load LIMIT ?",
  alarms: "SELECT * FROM wastealarms " +
    "WHERE unsettled IS NOT NULL AND site = ? AND unsettled > ? ORDER BY unsettled LIMIT ?",
  alarmsEverywhere: "SELECT * FROM wastealarms " +
    "WHERE unsettled IS NOT NULL AND unsettled > ? ORDER BY unsettled LIMIT ?",
  alarmsAbout: "SELECT * FROM wastealarms " +
    "WHERE unsettled IS NOT NULL AND site = ? AND subject = ? ORDER BY alarm LIMIT ?",
  alarmsNamed: "SELECT * FROM wastealarms " +
    "WHERE unsettled IS NOT NULL AND name = ? ORDER BY site, unsettled LIMIT ?",
  unsettledSites: "SELECT site, count(*) AS bags FROM wastebags WHERE unsettled IS NOT NULL " +
    "GROUP BY site ORDER BY site LIMIT ?",
} as const;

/** The statement for so many bags. */
export function bagsSelect(bags: number): string {
  return `SELECT standing, faults FROM wastebags WHERE ${among("bag", bags)}`;
}

/** The statement for so many loads. */
export function boxesSelect(loads: number): string {
  return `SELECT load, box FROM wasteloads WHERE ${among("load", loads)}`;
}

/** The statement for so many manifests. */
export function manifestsSelect(manifests: number): string {
  return `SELECT standing, site FROM wastemanifests WHERE ${among("manifest", manifests)}`;
}

/** The statement for so many alarms. */
export function alarmsSelect(alarms: number): string {
  return `SELECT * FROM wastealarms WHERE ${among("alarm", alarms)}`;
}

/** Which part of a list: what follows the place that an answer before named as its `next`. */
export interface Asked {
  readonly after?: string;
  /** At most so many. */
  readonly limit?: number;
}

export interface Listed<T> {
  readonly listed: readonly T[];
  /** Where the rest begins; `null`: this is all. */
  readonly next: string | null;
}

/** Of rows in the order of `key`; one more than the limit is read, which tells that there is. */
async function listed<T>(
  rows: Rows,
  select: string,
  whose: readonly string[],
  { after = "", limit = ROWS_MAX }: Asked,
  [key, read]: readonly [key: "turn" | "unsettled", read: (row: Row) => T],
): Promise<Listed<T>> {
  const found = await rows.rows(select, [...whose, after, limit + 1]);
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return { listed: shown.map(read), next: last?.text(key) ?? null };
}

export interface KnownBag {
  readonly standing: BagStanding;
  /** Other bags that were weighed by the same reading. */
  readonly faults: number;
}

export async function bagOf(rows: Rows, bag: string): Promise<KnownBag | null> {
  return (await bagsBy(rows, SELECTS.bag, [bag])).at(0) ?? null;
}

/** Those of these that are known. */
export async function bagsCalled(rows: Rows, bags: readonly string[]): Promise<KnownBag[]> {
  const found: KnownBag[] = [];
  for (const some of chunks(bags)) {
    found.push(...await bagsBy(rows, bagsSelect(some.length), [...some]));
  }
  return found;
}

/** In the order of their codes; `custodian`: as `custodianKey` has it. */
export async function bagsHeldBy(
  rows: Rows,
  custodian: string,
  asked: Asked = {},
): Promise<Listed<KnownBag>> {
  return await listed(rows, SELECTS.held, [custodian], asked, ["turn", bagIn]);
}

export async function bagsOfReceipt(rows: Rows, receipt: string): Promise<KnownBag[]> {
  return await bagsBy(rows, SELECTS.ofReceipt, [receipt, ROWS_MAX]);
}

export async function bagsOnManifest(rows: Rows, manifest: string): Promise<KnownBag[]> {
  return await bagsBy(rows, SELECTS.onManifest, [manifest, ROWS_MAX]);
}

/** Bags and loads in these loads, however deep, and these. */
export async function insideOf(rows: Rows, outer: readonly string[]) {
  const loads = new Set<string>(outer);
  const bags = new Set<string>();
  for (const load of loads) {
    for (const row of await rows.rows(SELECTS.inLoad, [load, BAGS_MAX])) {
      bags.add(row.text("bag"));
    }
    for (const row of await rows.rows(SELECTS.inner, [load, LOADS_MAX])) {
      loads.add(row.text("load"));
    }
  }
  return { bags: [...bags], loads: [...loads] };
}

/** Every load that filled this box. */
export async function loadsOfBox(rows: Rows, box: string): Promise<string[]> {
  return (await rows.rows(SELECTS.ofBox, [box, LOADS_MAX])).map((row) => row.text("load"));
}

/** Which box each of these loads fills; `null` where nobody told. */
export async function boxesOf(
  rows: Rows,
  loads: readonly string[],
): Promise<Map<string, string | null>> {
  const boxes = new Map<string, string | null>();
  for (const some of chunks(loads)) {
    for (const row of await rows.rows(boxesSelect(some.length), [...some])) {
      boxes.set(row.text("load"), row.textOrNull("box"));
    }
  }
  return boxes;
}

/** Bags of which a site that has a word on them is to be told. */
export async function untoldBags(rows: Rows, max: number): Promise<string[]> {
  return (await rows.rows(SELECTS.untold, [max])).map((row) => row.text("bag"));
}

/** Bags that somebody has to look after, in their turn; `site` `null`: of all sites. */
export async function unsettledBags(
  rows: Rows,
  site: string | null,
  asked: Asked = {},
): Promise<Listed<KnownBag>> {
  return site === null
    ? await listed(rows, SELECTS.unsettledEverywhere, [], asked, ["turn", bagIn])
    : await listed(rows, SELECTS.unsettled, [site], asked, ["turn", bagIn]);
}

async function bagsBy(rows: Rows, select: string, values: Parameter[]): Promise<KnownBag[]> {
  return (await rows.rows(select, values)).map(bagIn);
}

function bagIn(row: Row): KnownBag {
  return { standing: JSON.parse(row.text("standing")), faults: row.number("faults") };
}

export interface KnownManifest {
  readonly site: string;
  /** Without what its bags say, see `bagsOnManifest`. */
  readonly standing: ManifestStanding;
}

export async function manifestOf(rows: Rows, manifest: string): Promise<KnownManifest | null> {
  return (await manifestsBy(rows, SELECTS.manifest, [manifest])).at(0) ?? null;
}

/** Those of these that are known. */
export async function manifestsCalled(
  rows: Rows,
  manifests: readonly string[],
): Promise<KnownManifest[]> {
  const found: KnownManifest[] = [];
  for (const some of chunks(manifests)) {
    found.push(...await manifestsBy(rows, manifestsSelect(some.length), [...some]));
  }
  return found;
}

/** The latest ones; `site` `null`: of all sites. */
export async function latestManifests(
  rows: Rows,
  site: string | null,
  max: number,
): Promise<KnownManifest[]> {
  return site === null
    ? await manifestsBy(rows, SELECTS.manifestsEverywhere, [max])
    : await manifestsBy(rows, SELECTS.manifestsOfSite, [site, max]);
}

/** Manifests that bear this national number: more than one are a fault. */
export async function manifestsNumbered(rows: Rows, number: string): Promise<KnownManifest[]> {
  return await manifestsBy(rows, SELECTS.numbered, [number, ROWS_MAX]);
}

async function manifestsBy(
  rows: Rows,
  select: string,
  values: Parameter[],
): Promise<KnownManifest[]> {
  return (await rows.rows(select, values)).map((row) => ({
    standing: JSON.parse(row.text("standing")),
    site: row.text("site"),
  }));
}

export interface OpenAlarm extends AlarmBody {
  readonly alarm: AlarmName;
  readonly level: Level;
  /** When it was raised, by the wall clock of its node. */
  readonly sinceMs: number;
  /** How often, until now. */
  readonly raised: number;
}

/** Alarms that are not over, in their turn; `site` `null`: of all sites. */
export async function openAlarms(
  rows: Rows,
  site: string | null,
  asked: Asked = {},
): Promise<Listed<OpenAlarm>> {
  return site === null
    ? await listed(rows, SELECTS.alarmsEverywhere, [], asked, ["unsettled", alarmIn])
    : await listed(rows, SELECTS.alarms, [site], asked, ["unsettled", alarmIn]);
}

function alarmIn(row: Row): OpenAlarm {
  const hours = row.numberOrNull("hours");
  const body = alarmBody.parse({
    id: row.text("alarm"),
    site: row.text("site"),
    rule: row.text("rule"),
    alarm: row.text("name"),
    level: row.text("level"),
    subject: row.text("subject"),
    basis: row.text("basis"),
    ...(hours === null ? {} : { hours }),
    isCertain: row.number("certain") === 1,
  });
  return { ...body, sinceMs: row.number("since"), raised: row.number("raised") };
}

/** Those about one bag, store or manifest of a site that are not over. */
export async function openAlarmsAbout(
  rows: Rows,
  site: string,
  subject: string,
): Promise<OpenAlarm[]> {
  return (await rows.rows(SELECTS.alarmsAbout, [site, subject, ROWS_MAX])).map(alarmIn);
}

/** Alarms of this name that are not over, of all sites. */
export async function openAlarmsNamed(rows: Rows, name: AlarmName): Promise<OpenAlarm[]> {
  return (await rows.rows(SELECTS.alarmsNamed, [name, ROWS_MAX])).map(alarmIn);
}

/** Sites with bags that somebody has to look after, and how many those are. */
export async function unsettledSites(rows: Rows): Promise<Map<string, number>> {
  const found = await rows.rows(SELECTS.unsettledSites, [ROWS_MAX]);
  return new Map(found.map((row) => [row.text("site"), row.number("bags")]));
}

/** Those of these that were ever raised, by their ids. */
export async function alarmsCalled(
  rows: Rows,
  alarms: readonly string[],
): Promise<Map<string, OpenAlarm>> {
  const found = new Map<string, OpenAlarm>();
  for (const some of chunks(alarms)) {
    for (const row of await rows.rows(alarmsSelect(some.length), some)) {
      found.set(row.text("alarm"), alarmIn(row));
    }
  }
  return found;
}
