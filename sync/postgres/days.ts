/** The days by which blocks are kept: partitions made ahead, and which of them is today's. */
import type { Ask, Connection } from "./connection.ts";
import { DatabaseError } from "./database_error.ts";

/** Made ahead: a database that nobody may change tables of for a week goes on. */
const AHEAD = 7;

/** The database's own clock: one for all processes that share it. */
export const TODAY = "CAST(CURRENT_TIMESTAMP AT TIME ZONE 'UTC' AS DATE)";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** `2026-08-03` and 1 give `2026-08-04`. */
export function dayAfter(day: string, days = 1): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  return new Date(at + days * 86_400_000).toISOString().slice(0, 10);
}

/** The partition of a day. */
export function partitionOf(day: string): string {
  if (!DAY.test(day)) throw new Error(`Cannot name the partition of "${day}": it is no day`);
  return `blocks_${day.replaceAll("-", "")}`;
}

export class Days {
  readonly #connection: Connection;
  #today = "";

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The day under which new blocks are stored: it has a partition. */
  get today(): string {
    return this.#today;
  }

  /** Makes partitions from the day on that the database's clock shows; then it is today. */
  async turnTo(day: string): Promise<void> {
    if (day === this.#today) return;
    const wanted = Array.from({ length: AHEAD + 1 }, (_, index) => dayAfter(day, index));
    try {
      await this.#connection.transaction((ask) => makeDays(ask, wanted));
    } catch (error) {
      // As long as the partition is there, entries go on being stored.
      const { rows } = await this.#connection.ask("SELECT day FROM days WHERE day = $1", [day]);
      if (rows.length === 0 || !(error instanceof DatabaseError)) throw error;
    }
    this.#today = day;
  }
}

async function makeDays(ask: Ask, wanted: readonly string[]): Promise<void> {
  const known = async () => {
    const from = [wanted[0], wanted[wanted.length - 1]];
    const { rows } = await ask("SELECT day FROM days WHERE day BETWEEN $1 AND $2", from);
    return new Set(rows.map((row) => row.text("day")));
  };
  if ((await known()).size === wanted.length) return;
  // One process makes them; the others then find them made.
  await ask("LOCK TABLE days IN EXCLUSIVE MODE");
  const made = await known();
  for (const day of wanted) {
    if (made.has(day)) continue;
    const until = dayAfter(day);
    await ask(
      `CREATE TABLE ${
        partitionOf(day)
      } PARTITION OF blocks FOR VALUES FROM ('${day}') TO ('${until}')`,
    );
    await ask("INSERT INTO days (day) VALUES ($1)", [day]);
  }
}
