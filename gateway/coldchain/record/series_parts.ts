/** Parts of series as the tables keep them. */
import * as z from "zod";
import type { Parameter, Row, Rows, Statements } from "../../sql/sql.ts";
import { putInto } from "../../sql/put.ts";
import type { Sample } from "../series/sample.ts";
import { originPlace, packedSamples, unpackedSamples } from "./packed_samples.ts";
import type { PartCarry } from "./part_fold.ts";
import type { LifeSeries, Series } from "./series_samples.ts";
import { PARTS } from "./series_tables.ts";

/** Some four hours of minutes: a part is written with each sample, and is read as a whole. */
export const PART_SAMPLES_MAX = 256;

export interface PartKey extends LifeSeries {
  /** Counted from 0 within the life. */
  readonly part: number;
}

export interface StoredPart {
  readonly key: PartKey;
  readonly samples: readonly Sample[];
  readonly carry: PartCarry;
}

const KEY = "site = ? AND device = ? AND point = ?";
const COLUMNS = "site, device, point, life, origin, part, samples, carry";
const put = putInto(PARTS, { onConflict: "replace" });
/** Of a text that this program has written. */
const stored = z.custom<PartCarry>();

export function seriesKey({ site, device, point }: Series): Parameter[] {
  return [site, device, point];
}

export function partKey({ life, origin, part, ...series }: PartKey): Parameter[] {
  return [...seriesKey(series), life, origin, part];
}

export async function putPart(sql: Statements, { key, samples, carry }: StoredPart) {
  const walls = samples.map(({ wallMs }) => wallMs);
  const [, , , seq = 0] = samples[samples.length - 1].place;
  await put(sql, [[
    ...partKey(key),
    ...[samples.length, seq, Math.min(...walls), Math.max(...walls)],
    ...[packedSamples(samples), JSON.stringify(carry)],
  ]]);
}

/** The last one of a life, or `null`. */
export async function lastOfLife(sql: Rows, of: LifeSeries): Promise<StoredPart | null> {
  return await one(
    sql,
    `${KEY} AND life = ? AND origin = ? ORDER BY part DESC LIMIT 1`,
    [...seriesKey(of), of.life, of.origin],
  );
}

/** The last one of all, or `null`. */
export async function lastPart(sql: Rows, series: Series): Promise<StoredPart | null> {
  return await one(
    sql,
    `${KEY} ORDER BY life DESC, origin DESC, part DESC LIMIT 1`,
    seriesKey(series),
  );
}

/** The one before a place, or `null`. */
export async function partBefore(sql: Rows, key: PartKey): Promise<StoredPart | null> {
  const { life, origin, part } = key;
  const inLife = await one(
    sql,
    `${KEY} AND life = ? AND origin = ? AND part < ? ORDER BY part DESC LIMIT 1`,
    [...seriesKey(key), life, origin, part],
  );
  return inLife ?? await one(
    sql,
    `${KEY} AND (life, origin) < (?, ?) ORDER BY life DESC, origin DESC, part DESC LIMIT 1`,
    [...seriesKey(key), life, origin],
  );
}

/** Parts from a place on, in their order, at most so many. */
export async function partsFrom(sql: Rows, key: PartKey, limit: number): Promise<StoredPart[]> {
  const rows = await sql.rows(
    `SELECT ${COLUMNS} FROM coldparts WHERE ${KEY} AND (life, origin, part) >= (?, ?, ?) ` +
      `ORDER BY life, origin, part LIMIT ${limit}`,
    partKey(key),
  );
  return rows.map(storedPart);
}

/** The first one that has a sample of this moment or a later one, or `null`. */
export async function firstAt(sql: Rows, series: Series, ms: number): Promise<StoredPart | null> {
  return await one(
    sql,
    `${KEY} AND towall >= ? ORDER BY life, origin, part LIMIT 1`,
    [...seriesKey(series), ms],
  );
}

async function one(
  sql: Rows,
  condition: string,
  parameters: readonly Parameter[],
): Promise<StoredPart | null> {
  const select = `SELECT ${COLUMNS} FROM coldparts WHERE ${condition}`;
  const [row] = await sql.rows(select, parameters);
  return row === undefined ? null : storedPart(row);
}

export function storedPart(row: Row): StoredPart {
  const origin = row.text("origin");
  return {
    key: {
      site: row.text("site"),
      device: row.text("device"),
      point: row.text("point"),
      life: row.number("life"),
      origin,
      part: row.number("part"),
    },
    samples: unpackedSamples(row.text("samples"), originPlace(origin)),
    carry: stored.parse(JSON.parse(row.text("carry"))),
  };
}
