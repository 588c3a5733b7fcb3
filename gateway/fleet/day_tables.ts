/** What the tables know of days: which there are, and which numbers are of them. */
import type { DayDigest } from "../../sync/day.ts";
import type { QueryTables } from "../tables.ts";

/** Where a list of days goes on: behind this (origin, stream, day). */
export type DayPlace = Pick<DayDigest, "origin" | "stream" | "day">;

/** Nothing comes before it: milliseconds within 2^53 are days within 2^27. */
export const FIRST_PLACE: DayPlace = { origin: "", stream: "", day: -(2 ** 31) };

// The character behind the dot ends the range: `site-1.` up to `site-1/`, not `site-10.`.
const SELECT = `SELECT origin, stream, day, count, first, last, hash FROM days
WHERE origin >= ? AND origin < ? AND (origin, stream, day) > (?,?,?)
ORDER BY origin, stream, day LIMIT ?`;

/** Days of one node's streams, of all its lives, in order, behind a place; `limit` at most. */
export async function daysOf(
  tables: Pick<QueryTables, "rows">,
  node: string,
  after: DayPlace,
  limit: number,
): Promise<DayDigest[]> {
  const range = [`${node}.`, `${node}/`];
  const rows = await tables.rows(SELECT, [...range, after.origin, after.stream, after.day, limit]);
  return rows.map((row) => ({
    origin: row.text("origin"),
    stream: row.text("stream"),
    day: row.number("day"),
    count: row.number("count"),
    first: row.number("first"),
    last: row.number("last"),
    hash: Uint8Array.fromHex(row.text("hash")),
  }));
}

const SELECT_RANGE = `SELECT min(first) AS first, max(last) AS last FROM days
WHERE origin = ? AND stream = ? AND day BETWEEN ? AND ?`;

/** The lowest and highest number of some days, both included; `null` where nothing is of them. */
export async function numbersOfDays(
  tables: Pick<QueryTables, "rows">,
  { origin, stream }: Pick<DayDigest, "origin" | "stream">,
  from: number,
  to: number,
): Promise<{ first: number; last: number } | null> {
  const [row] = await tables.rows(SELECT_RANGE, [origin, stream, from, to]);
  const first = row.numberOrNull("first");
  return first === null ? null : { first, last: row.number("last") };
}
