/** The projection of days: what is held of each stream of each day, by count and last hash. */
import type { Database } from "../../sync/database.ts";
import { type DayDigest, dayOf } from "../../sync/day.ts";
import type { Entry } from "../../sync/entry.ts";
import type { Projection } from "../projection.ts";
import type { QueryTables } from "../tables.ts";

export const days: Projection = {
  name: "days",
  version: 1,
  schema: `
CREATE TABLE days (
  origin TEXT NOT NULL,
  stream TEXT NOT NULL,
  day INTEGER NOT NULL,
  count INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (origin, stream, day)
) STRICT, WITHOUT ROWID;`,
  apply: (database, entries) => addDays(database, countDays(entries)),
};

/** What entries in a row add to their days. */
export function countDays(entries: readonly Entry[]): DayDigest[] {
  const counted: DayDigest[] = [];
  let from = 0;
  for (let index = 1; index <= entries.length; index++) {
    if (index < entries.length && isSameDay(entries[index], entries[from])) continue;
    const [first, last] = [entries[from], entries[index - 1]];
    counted.push({
      origin: first.origin,
      stream: first.stream,
      day: dayOf(first.time.wallMs),
      count: index - from,
      first: first.seq,
      last: last.seq,
      hash: last.hash,
    });
    from = index;
  }
  return counted;
}

function isSameDay(a: Entry, b: Entry): boolean {
  return dayOf(a.time.wallMs) === dayOf(b.time.wallMs);
}

/** Whether entries in a row are of more than one day: then the hash of each is needed. */
export function daysChange(entries: readonly Entry[]): boolean {
  return entries.some((entry) => !isSameDay(entry, entries[0]));
}

/** Holes are filled later, so what comes may lie before what is there. */
const ADD = `INSERT INTO days (origin, stream, day, count, first, last, hash) VALUES (?,?,?,?,?,?,?)
ON CONFLICT (origin, stream, day) DO UPDATE SET count = count + excluded.count,
first = min(first, excluded.first),
hash = CASE WHEN excluded.last > last THEN excluded.hash ELSE hash END,
last = max(last, excluded.last)`;

function addDays(database: Database, counted: readonly DayDigest[]): void {
  for (const { origin, stream, day, count, first, last, hash } of counted) {
    database.run(ADD, [origin, stream, day, count, first, last, hash.toHex()]);
  }
}

/** Puts what was counted anew in the place of all that was known of one (origin, stream). */
export function replaceDays(
  database: Database,
  { origin, stream }: Pick<DayDigest, "origin" | "stream">,
  counted: readonly DayDigest[],
): void {
  database.transaction(() => {
    database.run("DELETE FROM days WHERE origin = ? AND stream = ?", [origin, stream]);
    addDays(database, counted);
  });
}

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
