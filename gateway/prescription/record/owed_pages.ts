/**
 * What is owed, the oldest first, a page at a time: those of a full page that cannot go on now are
 * passed over, so that they hold up none behind them; after the last page it begins anew.
 */
import type { Parameter, Rows } from "../../sql/sql.ts";
import type { RecordKey } from "./stored_events.ts";

export interface OwedQuery {
  /** Selects `site` and `number` in an order that stays. */
  readonly sql: string;
  readonly values: readonly Parameter[];
  /** Of a page. */
  readonly max: number;
}

export interface OwedPage {
  /** What can be worked on now. */
  readonly ready: readonly RecordKey[];
  /** All of this round, where this page ends it; else `null`. */
  readonly round: readonly RecordKey[] | null;
  /** Whether there is more than what is ready. */
  readonly isMore: boolean;
}

export class OwedPages {
  readonly #rows: Rows;
  readonly #query: OwedQuery;
  #passedOver = 0;
  #round: RecordKey[] = [];

  constructor(rows: Rows, query: OwedQuery) {
    this.#rows = rows;
    this.#query = query;
  }

  /** `isReady` is asked of each once. */
  async next(isReady: (key: RecordKey) => boolean): Promise<OwedPage> {
    const { sql, values, max } = this.#query;
    const page = [...values, max, this.#passedOver];
    const rows = await this.#rows.rows(`${sql} LIMIT ? OFFSET ?`, page);
    const keys = rows.map((row) => ({ site: row.text("site"), number: row.text("number") }));
    const ready = keys.filter(isReady);
    const isLast = keys.length < max;
    const isMore = !isLast || this.#passedOver > 0 || ready.length < keys.length;
    const round = [...this.#round, ...keys];
    this.#passedOver = isLast ? 0 : this.#passedOver + keys.length - ready.length;
    this.#round = isLast ? [] : round;
    return { ready, round: isLast ? round : null, isMore };
  }
}
