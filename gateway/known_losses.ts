/** Which centres are declared lost, as the query tables say. */
import type { QueryTables } from "./tables.ts";

export interface CentreLoss {
  readonly centre: string;
  readonly lost: boolean;
  readonly reason: string;
  /** The county's node where an operator said so. */
  readonly by: string;
  /** Milliseconds since 1970 UTC. */
  readonly wallMs: number;
  /** Of the words on this centre, see `centreLossBody`. */
  readonly number: number;
}

/** What the tables say of it, read anew whenever they change. */
export class CentreLosses {
  readonly #tables: QueryTables;
  #losses: readonly CentreLoss[] = [];
  #lost: ReadonlySet<string> = new Set();

  constructor(tables: QueryTables) {
    this.#tables = tables;
  }

  /** All of which an operator ever said something, the last word of each. */
  list(): readonly CentreLoss[] {
    return this.#losses;
  }

  get lost(): ReadonlySet<string> {
    return this.#lost;
  }

  async refresh(): Promise<void> {
    const rows = await this.#tables.rows(
      "SELECT centre, lost, reason, saidby, wall, number FROM centrelosses ORDER BY centre",
    );
    this.#losses = rows.map((row) => ({
      centre: row.text("centre"),
      lost: row.number("lost") === 1,
      reason: row.text("reason"),
      by: row.text("saidby"),
      wallMs: row.number("wall"),
      number: row.number("number"),
    }));
    this.#lost = new Set(this.#losses.filter(({ lost }) => lost).map(({ centre }) => centre));
  }
}
