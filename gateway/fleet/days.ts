/** The projection of days: what is held of each stream of each day, by count and last hash. */
import type { Database } from "../../sync/database.ts";
import { type DayDigest, dayOf } from "../../sync/day.ts";
import type { Entry } from "../../sync/entry.ts";
import type { Projection } from "../projection.ts";

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
