/** libsql's synchronous database with checked rows, prepared statements and at-rest encryption. */
import Libsql from "libsql";

export interface DatabaseOptions {
  readonly path: string;
  /** At-rest key (AES-256-CBC); without one the file is readable by whoever has the disk. */
  readonly encryptionKey?: string;
  /** Refuses every write, for a second process that only looks. */
  readonly readOnly?: boolean;
  /**
   * `FULL` waits for the disk at each commit; `NORMAL` only for what can be rebuilt; `OFF` never,
   * and keeps no log either: for a file that is synced by who makes it, once it is whole.
   */
  readonly synchronous: "FULL" | "NORMAL" | "OFF";
  /**
   * Pages moved from the write-ahead log to their place at a time; 0 leaves it to `checkpoint`,
   * since SQLite says nothing of a move that failed by itself.
   */
  readonly checkpointPages: number;
  /** Page cache, in KiB, as far as there are pages; {@link CACHE_KIB}. */
  readonly cacheKib?: number;
}

export type Parameter = string | number | Uint8Array | null;

/** How long a second connection of the same machine may hold a lock. */
const BUSY_TIMEOUT_MS = 5000;
/** A node has several files open, and a site little memory. */
const CACHE_KIB = 4096;

export class Database implements Disposable {
  readonly #database: Libsql.Database;
  readonly #prepared = new Map<string, Libsql.Statement<unknown[]>>();

  constructor(options: DatabaseOptions) {
    const encryption: Libsql.Options & { encryptionCipher?: string; encryptionKey?: string } =
      options.encryptionKey === undefined
        ? {}
        : { encryptionCipher: "aes256cbc", encryptionKey: options.encryptionKey };
    this.#database = new Libsql(options.path, encryption);
    this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    if (options.readOnly) {
      this.#database.exec("PRAGMA query_only = ON");
    } else {
      const mode = options.synchronous === "OFF" ? "OFF" : "WAL";
      this.#database.exec(`PRAGMA journal_mode = ${mode}`);
      this.#database.exec(`PRAGMA wal_autocheckpoint = ${options.checkpointPages}`);
    }
    this.#database.exec(`PRAGMA synchronous = ${options.synchronous}`);
    this.#database.exec(`PRAGMA cache_size = -${options.cacheKib ?? CACHE_KIB}`);
  }

  /** Runs one or more statements that take no parameters, such as a schema. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Returns how many rows it changed. */
  run(sql: string, parameters: readonly Parameter[] = []): number {
    return this.#statement(sql).run(...parameters).changes;
  }

  row(sql: string, parameters: readonly Parameter[] = []): Row | undefined {
    const row = this.#statement(sql).get(...parameters);
    return row === undefined ? undefined : new Row(row);
  }

  rows(sql: string, parameters: readonly Parameter[] = []): Row[] {
    return this.#statement(sql).all(...parameters).map((row) => new Row(row));
  }

  /** Rows as they come, for another thread, which makes {@link Row}s of them. */
  plainRows(sql: string, parameters: readonly Parameter[] = []): unknown[] {
    return this.#statement(sql).all(...parameters);
  }

  /** Rows as they come, one after the other, however many. */
  *each(sql: string): Generator<unknown> {
    yield* this.#database.prepare(sql).iterate();
  }

  /** Commits what `work` did, or nothing of it when it throws. */
  transaction<T>(work: () => T): T {
    this.run("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.run("COMMIT");
      return result;
    } catch (error) {
      this.rollBack();
      throw error;
    }
  }

  /** Ends a transaction, where one is open, with nothing of it. */
  rollBack(): void {
    if (this.#database.inTransaction) this.run("ROLLBACK");
  }

  /**
   * Moves pages from the write-ahead log to their place; throws where that failed. `PASSIVE` moves
   * what no reader needs where it is, `TRUNCATE` waits for them, then all. Returns how many pages
   * are left in the log; those that are left after `TRUNCATE` another process holds on to.
   */
  checkpoint(mode: "PASSIVE" | "TRUNCATE"): number {
    const row = this.row(`PRAGMA wal_checkpoint(${mode})`);
    const [logged, moved] = [row?.number("log") ?? 0, row?.number("checkpointed") ?? 0];
    return Math.max(0, logged - moved);
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #statement(sql: string): Libsql.Statement<unknown[]> {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}

/** One row: each column is asked for as what it must be, since a damaged file may hold anything. */
export class Row {
  readonly #columns: unknown;

  constructor(columns: unknown) {
    this.#columns = columns;
  }

  #column(name: string): unknown {
    const columns = this.#columns;
    return typeof columns === "object" && columns !== null ? Reflect.get(columns, name) : undefined;
  }

  text(name: string): string {
    const value = this.#column(name);
    return typeof value === "string" ? value : wrong(name, "text", value);
  }

  number(name: string): number {
    const value = this.#column(name);
    return typeof value === "number" ? value : wrong(name, "a number", value);
  }

  numberOrNull(name: string): number | null {
    return this.#column(name) === null ? null : this.number(name);
  }

  textOrNull(name: string): string | null {
    return this.#column(name) === null ? null : this.text(name);
  }

  blob(name: string): Uint8Array {
    const value = this.#column(name);
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (!(value instanceof Uint8Array)) return wrong(name, "bytes", value);
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }

  /** Whatever of what can be stored it is. */
  value(name: string): Parameter {
    const value = this.#column(name);
    if (value === null || typeof value === "number" || typeof value === "string") return value;
    return this.blob(name);
  }

  blobOrNull(name: string): Uint8Array | null {
    return this.#column(name) === null ? null : this.blob(name);
  }
}

/** A column holds something else than it must. */
export class ColumnError extends Error {
  override name = "ColumnError";
}

function wrong(name: string, wanted: string, value: unknown): never {
  throw new ColumnError(`Cannot read column "${name}": found ${typeof value}, want ${wanted}`);
}
