/** Statements for PostgreSQL: a few connections, each of which comes back by itself. */
import { type Answer, type Ask, Connection } from "../../sync/postgres/connection.ts";
import { DatabaseError } from "../../sync/postgres/database_error.ts";
import type { Server } from "../../sync/postgres/server.ts";
import { numberedPlaces } from "./placeholders.ts";
import { type Parameter, type Row, type Sql, storable, type Transaction } from "./sql.ts";

/** Enough for commits to share an fsync of the server. */
const CONNECTIONS = 4;
/** A transaction that others were before runs so often: each time one of them has got through. */
const TRIES = 10;
const FIND_SCHEMA = "SELECT 1 FROM information_schema.schemata WHERE schema_name = $1";

export interface PostgresOptions {
  readonly connections?: number;
  /** Hears why a connection was lost. */
  readonly onLost?: (reason: string) => void;
}

export class PostgresSql implements Sql, AsyncDisposable {
  readonly dialect = "postgres";
  readonly #connections: readonly Connection[];
  /** Turns that each connection has taken on, and not finished. */
  readonly #waiting: number[];

  private constructor(connections: readonly Connection[]) {
    this.#connections = connections;
    this.#waiting = connections.map(() => 0);
  }

  /** Connects, and makes the server's schema where it is not there; the tables are others' work. */
  static async open(
    server: Server,
    { connections = CONNECTIONS, onLost = () => {} }: PostgresOptions = {},
  ): Promise<PostgresSql> {
    const listeners = { onConnect: () => Promise.resolve(), onLost };
    const all = Array.from({ length: connections }, () => new Connection(server, listeners));
    const sql = new PostgresSql(all);
    try {
      await Promise.all(all.map((connection) => connection.open()));
      await makeSchema(all[0], server.schema);
    } catch (error) {
      await sql[Symbol.asyncDispose]();
      throw error;
    }
    return sql;
  }

  async rows(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return [...(await this.#turn((ask) => asked(ask, sql, parameters))).rows];
  }

  async run(sql: string, parameters: readonly Parameter[] = []): Promise<number> {
    return (await this.#turn((ask) => asked(ask, sql, parameters))).count;
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let tries = 1;; tries++) {
      try {
        return await this.#once(work);
      } catch (error) {
        const raced = error instanceof DatabaseError && error.kind === "raced";
        if (!raced || tries >= TRIES) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  #once<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#on((connection) =>
      connection.transaction(async (ask) => {
        let open = true;
        try {
          return await work(transactionOver(ask, () => open));
        } finally {
          open = false;
        }
      })
    );
  }

  #turn<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    return this.#on((connection) => connection.turn(work));
  }

  /** On the connection that has least to do. */
  async #on<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const least = this.#waiting.indexOf(Math.min(...this.#waiting));
    this.#waiting[least]++;
    try {
      return await work(this.#connections[least]);
    } finally {
      this.#waiting[least]--;
    }
  }
}

function transactionOver(ask: Ask, isOpen: () => boolean): Transaction {
  const answerTo = async (sql: string, parameters: readonly Parameter[]) => {
    if (!isOpen()) throw new Error(`Cannot run "${sql}": its transaction is over`);
    return await asked(ask, sql, parameters);
  };
  return {
    dialect: "postgres",
    rows: async (sql, parameters = []) => [...(await answerTo(sql, parameters)).rows],
    run: async (sql, parameters = []) => (await answerTo(sql, parameters)).count,
    lockedRows: async (select, parameters = []) => {
      const { rows } = await answerTo(`${select} FOR UPDATE SKIP LOCKED`, parameters);
      return [...rows];
    },
  };
}

const texts = new Map<string, string>();

function asked(ask: Ask, sql: string, parameters: readonly Parameter[]): Promise<Answer> {
  let text = texts.get(sql);
  if (text === undefined) {
    text = numberedPlaces(sql);
    texts.set(sql, text);
  }
  return ask(text, parameters.map(storable));
}

async function makeSchema(connection: Connection, schema: string): Promise<void> {
  const { rows } = await connection.ask(FIND_SCHEMA, [schema]);
  if (rows.length > 0) return;
  try {
    await connection.ask(`CREATE SCHEMA ${schema}`);
  } catch (error) {
    // Another process has just made it.
    if (!(error instanceof DatabaseError && error.kind === "raced")) throw error;
  }
}
