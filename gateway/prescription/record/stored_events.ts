/** Events of prescriptions as the tables keep them. */
import type { Row, Rows } from "../../sql/sql.ts";
import { type LifeEvent, storedEventOf } from "../life/event.ts";

/** One prescription, whatever its version. */
export interface RecordKey {
  readonly site: string;
  readonly number: string;
}

/** Prescriptions of one statement. */
const NUMBERS_MAX = 32;

export function nameOf({ site, number }: RecordKey): string {
  // A site's name has no slash.
  return `${site}/${number}`;
}

/** `(site = ? AND number = ?) OR …`, with its parameters; for as many as one statement takes. */
export function eitherOf(numbers: readonly RecordKey[]): { where: string; values: string[] } {
  return {
    where: numbers.map(() => "(site = ? AND number = ?)").join(" OR "),
    values: numbers.flatMap(({ site, number }) => [site, number]),
  };
}

export function chunksOf<T>(all: readonly T[], size = NUMBERS_MAX): T[][] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, n) => all.slice(n * size, (n + 1) * size));
}

/** Events of each of these prescriptions, by {@link nameOf}; of one that nobody knows none. */
export async function eventsOf(
  rows: Rows,
  numbers: readonly RecordKey[],
): Promise<Map<string, LifeEvent[]>> {
  const found = new Map<string, LifeEvent[]>();
  for (const chunk of chunksOf(numbers)) {
    const { where, values } = eitherOf(chunk);
    const select = "SELECT site, number, origin, stream, seq, kind, node, wall, body " +
      `FROM prescriptionevents WHERE ${where}`;
    for (const row of await rows.rows(select, values)) {
      const name = nameOf({ site: row.text("site"), number: row.text("number") });
      const events = found.get(name);
      if (events === undefined) found.set(name, [eventOf(row)]);
      else events.push(eventOf(row));
    }
  }
  return found;
}

/** Names of those that have events. */
export async function namesWithEvents(
  rows: Rows,
  numbers: readonly RecordKey[],
): Promise<Set<string>> {
  const found = new Set<string>();
  for (const chunk of chunksOf(numbers)) {
    const { where, values } = eitherOf(chunk);
    const select = `SELECT site, number FROM prescriptionevents WHERE ${where}`;
    for (const row of await rows.rows(select, values)) {
      found.add(nameOf({ site: row.text("site"), number: row.text("number") }));
    }
  }
  return found;
}

function eventOf(row: Row): LifeEvent {
  const place = `${row.text("origin")}/${row.text("stream")}/${row.number("seq")}`;
  return storedEventOf(row.text("kind"), JSON.parse(row.text("body")), {
    place,
    node: row.text("node"),
    timeMs: row.number("wall"),
  });
}
