/**
 * The trace (C14): from an excursion to doses and whom they were given to, and from a dose back to
 * what it went through. Questions are asked of indexes; nothing reads the journal.
 */
import type { Row, Rows } from "../../sql/sql.ts";
import { type Dose, type Excursion, exposureOf, wayOfDose } from "./exposure.ts";
import { nameOf, placeOf } from "./place.ts";
import type { LotStep } from "./stays.ts";
import { stepIn } from "./stored_flow.ts";

/** Doses of one answer that are listed; all are counted. */
export const LISTED_MAX = 2000;
/** Doses that one answer looks at: what is beyond it is said. */
const USES_MAX = 100_000;
const LOTS_MAX = 500;

export interface Given extends Dose {
  readonly id: string;
  readonly product: string;
  readonly lot: string;
  /** Masked. */
  readonly shown: string;
  readonly by: string;
}

export interface TracedLot {
  readonly product: string;
  readonly lot: string;
  /** Where doses of it are now that were there, or may have been. */
  readonly here: readonly {
    readonly site: string;
    readonly place: string;
    readonly doses: number;
  }[];
  readonly givenCount: number;
}

export interface ExcursionTrace {
  readonly lots: readonly TracedLot[];
  /** By time, {@link LISTED_MAX} at most. */
  readonly given: readonly Given[];
  readonly givenCount: number;
  readonly sites: readonly string[];
  /** More lots or doses were concerned than one answer looks at: ask for a shorter time. */
  readonly isCut: boolean;
}

export const QUERIES = {
  lotsIn: "SELECT DISTINCT product, lot FROM coldstays WHERE site = ? AND place = ? " +
    "AND since < ? AND (until IS NULL OR until >= ?)",
  stepsOf: "SELECT site, id, at, source, target, doses, codes, pack FROM coldmoves " +
    "WHERE product = ? AND lot = ? AND void IS NULL",
  usesSince: "SELECT site, id, at, product, lot, place, code, shown, by FROM colduses " +
    "WHERE product = ? AND lot = ? AND site = ? AND at >= ? AND void IS NULL ORDER BY at LIMIT ?",
  usesOfCode: "SELECT site, id, at, product, lot, place, code, shown, by FROM colduses " +
    "WHERE code IS NOT NULL AND code = ? AND void IS NULL ORDER BY at LIMIT 100",
  usesOfPerson: "SELECT site, id, at, product, lot, place, code, shown, by FROM colduses " +
    "WHERE person = ? AND void IS NULL ORDER BY at LIMIT 1000",
  staysNow: "SELECT site, place, since, doses FROM coldstays " +
    "WHERE product = ? AND lot = ? AND site = ? AND here IS NOT NULL",
  usedUp: "SELECT place, count(*) AS doses FROM colduses " +
    "WHERE product = ? AND lot = ? AND site = ? AND void IS NULL GROUP BY place",
  episodesOf: "SELECT site, episode, unit, cause, since, ended, worst FROM coldepisodes " +
    "WHERE site = ? AND unit = ? AND since <= ? AND (ended IS NULL OR ended > ?) " +
    "AND cause IN ('high', 'low') ORDER BY since",
} as const;

/** Which doses were in a place while something went on there; of all sites that the tables know. */
export async function traceExcursion(rows: Rows, excursion: Excursion): Promise<ExcursionTrace> {
  const { site, place, fromMs, toMs } = excursion;
  const asked = [site, place, toMs ?? Number.MAX_SAFE_INTEGER, fromMs];
  const found = await rows.rows(QUERIES.lotsIn, asked);
  const lots: TracedLot[] = [];
  const given: Given[] = [];
  let room = USES_MAX;
  for (const row of found.slice(0, LOTS_MAX)) {
    const [product, lot] = [row.text("product"), row.text("lot")];
    const steps = await stepsOf(rows, product, lot);
    const exposure = exposureOf(steps, excursion);
    const uses = await usesOf(rows, product, lot, exposure.stays, room);
    room -= uses.length;
    const exposed = uses.filter((use) => exposure.includes(use));
    for (const one of exposed) given.push(one);
    const nowMs = Number.MAX_SAFE_INTEGER;
    const sites = new Set(exposure.stays.map((stay) => stay.site));
    const here = (await Promise.all([...sites].map((one) => hereAt(rows, product, lot, one))))
      .flat().filter((one) => exposure.includes({ ...one, code: null, atMs: nowMs }));
    if (exposed.length > 0 || here.length > 0) {
      lots.push({ product, lot, here, givenCount: exposed.length });
    }
  }
  given.sort((one, other) => one.atMs - other.atMs || (one.id < other.id ? -1 : 1));
  const sites = [
    ...given.map((one) => one.site),
    ...lots.flatMap(({ here }) => here.map((one) => one.site)),
  ];
  return {
    lots,
    given: given.slice(0, LISTED_MAX),
    givenCount: given.length,
    sites: [...new Set(sites)].sort(),
    isCut: found.length > LOTS_MAX || room <= 0,
  };
}

async function usesOf(
  rows: Rows,
  product: string,
  lot: string,
  stays: readonly { readonly site: string; readonly sinceMs: number }[],
  room: number,
): Promise<Given[]> {
  const since = new Map<string, number>();
  for (const { site, sinceMs } of stays) {
    since.set(site, Math.min(since.get(site) ?? Infinity, sinceMs));
  }
  const uses: Given[] = [];
  for (const [site, sinceMs] of since) {
    const left = room - uses.length;
    if (left <= 0) break;
    const asked = [product, lot, site, sinceMs, left];
    uses.push(...(await rows.rows(QUERIES.usesSince, asked)).map(givenIn));
  }
  return uses;
}

/** Doses of a lot that were given at a site, by place; `of`: product, lot, site. */
export async function usedUp(
  rows: Rows,
  of: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const found = await rows.rows(QUERIES.usedUp, of);
  return new Map(found.map((row) => [row.text("place"), row.number("doses")]));
}

/** Doses of a lot that are somewhere at a site, those that were given taken off. */
export async function hereAt(rows: Rows, product: string, lot: string, site: string) {
  const asked = [product, lot, site];
  const [stays, used] = await Promise.all([
    rows.rows(QUERIES.staysNow, asked),
    usedUp(rows, asked),
  ]);
  return stays.map((row) => {
    const place = row.text("place");
    return { site, place, doses: row.number("doses") - (used.get(place) ?? 0) };
  }).filter(({ doses }) => doses > 0);
}

export async function stepsOf(rows: Rows, product: string, lot: string): Promise<LotStep[]> {
  return (await rows.rows(QUERIES.stepsOf, [product, lot])).map(stepIn);
}

function givenIn(row: Row): Given {
  return {
    site: row.text("site"),
    place: row.text("place"),
    code: row.textOrNull("code"),
    atMs: row.number("at"),
    id: row.text("id"),
    product: row.text("product"),
    lot: row.text("lot"),
    shown: row.text("shown"),
    by: row.text("by"),
  };
}

export interface MetEpisode {
  readonly site: string;
  readonly episode: string;
  readonly unit: string;
  readonly cause: string;
  readonly sinceMs: number;
  readonly endedMs: number | null;
  readonly worstCelsius: number | null;
}

export interface DoseTrace extends Given {
  /** Where it was, or may have been, until when. */
  readonly way: readonly {
    readonly site: string;
    readonly place: string;
    readonly fromMs: number;
    readonly toMs: number;
    readonly episodes: readonly MetEpisode[];
  }[];
}

/** What doses went through before they were given: of a code, or of a person's key. */
export async function traceDoses(
  rows: Rows,
  of: { readonly code: string } | { readonly person: string },
): Promise<DoseTrace[]> {
  const found = "code" in of
    ? await rows.rows(QUERIES.usesOfCode, [of.code])
    : await rows.rows(QUERIES.usesOfPerson, [of.person]);
  const traces: DoseTrace[] = [];
  for (const use of found.map(givenIn)) {
    const steps = await stepsOf(rows, use.product, use.lot);
    traces.push({ ...use, way: await wayWithEpisodes(rows, steps, use) });
  }
  return traces;
}

export async function wayWithEpisodes(rows: Rows, steps: readonly LotStep[], dose: Dose) {
  const way = wayOfDose(steps, dose);
  return await Promise.all(way.map(async (passed) => ({
    ...passed,
    episodes: await episodesIn(rows, passed),
  })));
}

async function episodesIn(
  rows: Rows,
  { site, place, fromMs, toMs }: {
    readonly site: string;
    readonly place: string;
    readonly fromMs: number;
    readonly toMs: number;
  },
): Promise<MetEpisode[]> {
  if (!place.startsWith("unit/")) return [];
  const asked = [site, nameOf(place), toMs, fromMs];
  return (await rows.rows(QUERIES.episodesOf, asked)).map(episodeIn);
}

function episodeIn(row: Row): MetEpisode {
  return {
    site: row.text("site"),
    episode: row.text("episode"),
    unit: row.text("unit"),
    cause: row.text("cause"),
    sinceMs: row.number("since"),
    endedMs: row.numberOrNull("ended"),
    worstCelsius: row.numberOrNull("worst"),
  };
}

/** An alarm's own time in its unit; `null`: there is none of that name. */
export async function excursionOf(
  rows: Rows,
  site: string,
  episode: string,
): Promise<(Excursion & { readonly episode: MetEpisode }) | null> {
  const select = "SELECT site, episode, unit, cause, since, ended, worst FROM coldepisodes " +
    "WHERE site = ? AND episode = ?";
  const row = (await rows.rows(select, [site, episode])).at(0);
  if (row === undefined) return null;
  const met = episodeIn(row);
  const place = placeOf("unit", met.unit);
  return { site, place, fromMs: met.sinceMs, toMs: met.endedMs, episode: met };
}

const LATEST_MAX = 50;

/** Alarms of temperature, the latest first. */
export async function latestExcursions(rows: Rows): Promise<MetEpisode[]> {
  const select = "SELECT site, episode, unit, cause, since, ended, worst FROM coldepisodes " +
    `WHERE cause IN ('high', 'low') ORDER BY since DESC LIMIT ${LATEST_MAX}`;
  return (await rows.rows(select)).map(episodeIn);
}
