/** The projection of days: what is held of each stream of each day, by count and last hash. */
import { type DayDigest, dayOf } from "../../sync/day.ts";
import type { Entry } from "../../sync/entry.ts";
import { type Projection, streamsOf } from "../projection.ts";
import type { Transaction } from "../sql/sql.ts";
import type { Table } from "../sql/table.ts";

const table: Table = {
  name: "days",
  columns: {
    origin: "text",
    stream: "text",
    day: "integer",
    count: "integer",
    first: "integer",
    last: "integer",
    hash: "text",
  },
  key: ["origin", "stream", "day"],
};

export const days: Projection = {
  name: "days",
  version: 1,
  tables: [table],
  apply: (sql, entries) => addDays(sql, streamsOf(entries).flatMap(countDays)),
  forget: async (sql, origin, stream) => {
    await sql.run("DELETE FROM days WHERE origin = ? AND stream = ?", [origin, stream]);
  },
};

/** What entries in a row of one stream add to their days. */
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
const ADD = `UPDATE days SET count = count + ?1,
first = CASE WHEN ?2 < first THEN ?2 ELSE first END,
hash = CASE WHEN ?3 > last THEN ?4 ELSE hash END,
last = CASE WHEN ?3 > last THEN ?3 ELSE last END
WHERE origin = ?5 AND stream = ?6 AND day = ?7`;
const INSERT = `INSERT INTO days (count, first, last, hash, origin, stream, day)
VALUES (?,?,?,?,?,?,?)`;

async function addDays(sql: Transaction, counted: readonly DayDigest[]): Promise<void> {
  for (const { origin, stream, day, count, first, last, hash } of counted) {
    const added = [count, first, last, hash.toHex(), origin, stream, day];
    if (await sql.run(ADD, added) === 0) await sql.run(INSERT, added);
  }
}
