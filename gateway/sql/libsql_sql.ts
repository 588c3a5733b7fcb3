/** Statements for a libsql file: one connection, so one transaction after the other. */
import type { Database } from "../../sync/database.ts";
import { type Parameter, type Row, type Sql, storable, type Transaction } from "./sql.ts";

export class LibsqlSql implements Sql {
  readonly dialect = "libsql";
  readonly #database: Database;
  readonly #direct: Direct;
  /** Whoever comes waits for those before: a statement must not slip into another's transaction. */
  #turns: Promise<unknown> = Promise.resolve();

  /** The database stays its opener's, who closes it, and alone uses it beside this. */
  constructor(database: Database) {
    this.#database = database;
    this.#direct = new Direct(database, () => true);
  }

  rows(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return this.#turn(() => this.#direct.rows(sql, parameters));
  }

  run(sql: string, parameters: readonly Parameter[] = []): Promise<number> {
    return this.#turn(() => this.#direct.run(sql, parameters));
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#turn(() => this.#transaction(work));
  }

  #turn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(work);
    this.#turns = turn.catch(() => {});
    return turn;
  }

  async #transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    let open = true;
    const transaction = new Direct(this.#database, () => open);
    this.#database.run("BEGIN IMMEDIATE");
    try {
      const result = await work(transaction);
      open = false;
      this.#database.run("COMMIT");
      return result;
    } catch (error) {
      open = false;
      this.#database.rollBack();
      throw error;
    }
  }
}

/** Statements as they come. The file has one writer: a row that can be read is free. */
class Direct implements Transaction {
  readonly dialect = "libsql";
  readonly #database: Database;
  readonly #isOpen: () => boolean;

  constructor(database: Database, isOpen: () => boolean) {
    this.#database = database;
    this.#isOpen = isOpen;
  }

  rows(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return this.#answer(sql, () => this.#database.rows(sql, parameters.map(storable)));
  }

  run(sql: string, parameters: readonly Parameter[] = []): Promise<number> {
    return this.#answer(sql, () => this.#database.run(sql, parameters.map(storable)));
  }

  lockedRows(select: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return this.rows(select, parameters);
  }

  #answer<T>(sql: string, work: () => T): Promise<T> {
    try {
      if (!this.#isOpen()) throw new Error(`Cannot run "${sql}": its transaction is over`);
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(error);
    }
  }
}
