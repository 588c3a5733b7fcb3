/** Follows what other processes store in the database: asks, and often, since it is cheap. */
import { pause } from "../timer.ts";
import type { Claims } from "./claims.ts";
import type { Ask, Connection } from "./connection.ts";
import { DatabaseError } from "./database_error.ts";
import { dayAfter, type Days, TODAY } from "./days.ts";
import { allPositions, type KnownPositions, movedBy } from "./positions.ts";
import type { Writer } from "./writer.ts";

/** How far behind other processes this one may be: less than anybody waits for a page. */
const POLL_MS = 200;
/** Writers that did not say for so long that they are there are gone. */
const FORGET_DAYS = 2;

const SELECT_WRITERS = `SELECT writer, turn, ${TODAY} AS today, passed FROM writers, claims`;
const STAY = `UPDATE writers SET day = ${TODAY} WHERE writer = $1`;
const FORGET = "DELETE FROM writers WHERE day < $1";

export interface FollowingOptions {
  readonly connection: Connection;
  readonly known: KnownPositions;
  readonly days: Days;
  readonly claims: Claims;
  /** Writers of this process. */
  readonly writers: readonly Writer[];
  readonly onFailure: (error: unknown) => void;
}

export class Following {
  readonly #options: FollowingOptions;
  /** Turns of each writer that this process has taken in. */
  #seen = new Map<string, number>();

  constructor(options: FollowingOptions) {
    this.#options = options;
  }

  /** Takes in all positions as they are now, whatever was known before. */
  async reload(ask: Ask): Promise<void> {
    // Writers first: what they move after this is found again by the next look.
    const { rows } = await ask("SELECT writer, turn FROM writers");
    const positions = await allPositions(ask);
    this.#seen = new Map(rows.map((row) => [row.text("writer"), row.number("turn")]));
    this.#options.known.replace(positions);
  }

  /** Looks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { connection, onFailure } = this.#options;
    while (!signal.aborted) {
      try {
        await connection.untilUp(signal);
        if (!signal.aborted) await this.look();
      } catch (error) {
        // While the database is away there is nothing to follow; it is known to be away.
        if (!(error instanceof DatabaseError) || error.kind === "wrong") onFailure(error);
      }
      await pause(POLL_MS, signal);
    }
  }

  /** Takes in what others have moved since the last look. */
  async look(): Promise<void> {
    const { connection, known, days, claims } = this.#options;
    const { rows } = await connection.ask(SELECT_WRITERS);
    const [row] = rows;
    if (row === undefined) return;
    claims.hear(row.number("passed"));
    await this.#turnTo(row.text("today"), days);
    const found = new Map(rows.map((each) => [each.text("writer"), each.number("turn")]));
    // This process's own writers too: a reload may have missed what they committed beside it.
    for (const [writer, turn] of found) {
      const after = this.#seen.get(writer) ?? 0;
      if (turn <= after) continue;
      known.note(await connection.turn((ask) => movedBy(ask, writer, after)));
      this.#seen.set(writer, turn);
    }
    for (const writer of this.#seen.keys()) if (!found.has(writer)) this.#seen.delete(writer);
  }

  async #turnTo(today: string, days: Days): Promise<void> {
    if (today === days.today) return;
    const { connection, writers } = this.#options;
    await days.turnTo(today);
    for (const { name } of writers) await connection.ask(STAY, [name]);
    await connection.ask(FORGET, [dayAfter(today, -FORGET_DAYS)]);
  }
}
