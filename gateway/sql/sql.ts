/**
 * Statements for either store: a libsql file of this machine, or PostgreSQL. What is written is
 * the SQL that both read alike, with `?` for each parameter; what they do not (tables, types,
 * "put", rows that are free) is built by `table.ts`, `put.ts` and `lockedRows`.
 *
 * What a statement may count on in both: whole numbers within 2^53; text compared byte by byte;
 * `count`, `min` and `max`, but no `sum` (PostgreSQL's is a `numeric`) and no scalar `min` or `max`
 * (write CASE); rows have an order only where the statement asks for one.
 */
import type { Parameter, Row } from "../../sync/database.ts";

export type { Parameter, Row };

export type Dialect = "libsql" | "postgres";

export interface Statements {
  readonly dialect: Dialect;
  /** One statement that returns rows. */
  rows(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>;
  /** One statement that changes rows, or tables; resolves with how many rows it changed. */
  run(sql: string, parameters?: readonly Parameter[]): Promise<number>;
}

/** Whatever answers a question: a transaction, the store, or the thread of the tables. */
export type Rows = Pick<Statements, "rows">;

/**
 * Statements that are committed together, or not at all. All of them are awaited before `work`
 * resolves: one that comes later is refused.
 */
export interface Transaction extends Statements {
  /**
   * Rows that nobody else works on, and that nobody else gets before this transaction is over;
   * those in other hands are passed over. `select` is of one table, with ORDER BY and LIMIT as it
   * likes.
   */
  lockedRows(select: string, parameters?: readonly Parameter[]): Promise<Row[]>;
}

/**
 * A store. A statement outside a transaction is one by itself. Errors are those of the store: at
 * libsql its own, at PostgreSQL `DatabaseError`; after its kind `lost` nobody knows whether a
 * commit went through.
 */
export interface Sql extends Statements {
  /**
   * Where another transaction was first, and this one has changed nothing for it, `work` runs
   * again: it must have no effect but through what it is given.
   *
   * At PostgreSQL several run at one time, at READ COMMITTED: what was only read may have changed
   * when something is written. So lock what is read, or put the condition into the UPDATE and look
   * at how many rows it changed. At libsql they run one after the other.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}

/** Whether a store keeps all of these as they are, and none as another. */
export function isStorable(...texts: readonly string[]): boolean {
  return texts.every((text) => storable(text) === text);
}

/** What a store keeps of a text. PostgreSQL has no U+0000, and UTF-8 has no lone surrogates. */
export function storable(parameter: Parameter): Parameter {
  if (typeof parameter === "number" && !Number.isFinite(parameter)) {
    throw new RangeError(`Cannot store ${parameter}: no column of either store holds it`);
  }
  if (typeof parameter !== "string") return parameter;
  const text = parameter.isWellFormed() ? parameter : parameter.toWellFormed();
  return text.includes("\0") ? text.replaceAll("\0", "\ufffd") : text;
}
