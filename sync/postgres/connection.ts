/**
 * One connection to PostgreSQL: gives turns, one transaction at a time, and comes back by itself
 * when the line or the server fails. The client library reconnects nothing: whatever was under
 * way is told as failed, its outcome being unknown.
 */
import postgres from "postgres";
import { backoffMs } from "../backoff.ts";
import { Row } from "../database.ts";
import { pause } from "../timer.ts";
import { DatabaseError, explained } from "./database_error.ts";
import { placeOf, type Server } from "./server.ts";

export type Value = string | number | Uint8Array | null;

export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

export interface Answer {
  readonly rows: readonly Row[];
  /** Rows returned or changed. */
  readonly count: number;
  /** `SELECT`, `UPDATE`, `COMMIT` … */
  readonly command: string;
}

/** Sends one statement; several are on their way at once where they are not awaited. */
export type Ask = (sql: string, values?: readonly Value[]) => Promise<Answer>;

/** A server that says nothing for so long counts as gone: far over any commit of ours. */
const ANSWER_MS = 30_000;
const CONNECT_SECONDS = 10;
/** The server ends a transaction whose client has vanished, so that its locks go. */
const IDLE_TRANSACTION_MS = 20_000;
/** A fail-over takes some seconds; the server is ours, and there are few that ask. */
const BACKOFF = { firstMs: 200, maxMs: 5000 };

const TYPES = {
  int8: { to: 20, from: [20], parse: Number, serialize: String },
  date: { to: 1082, from: [1082], parse: String, serialize: String },
  bytea: {
    to: 17,
    from: [17],
    parse: (text: string) => Uint8Array.fromHex(text.slice(2)),
    serialize: (bytes: Uint8Array) => `\\x${bytes.toHex()}`,
  },
};

export interface ConnectionListeners {
  /** Before the connection takes turns, after each connect. */
  readonly onConnect: (ask: Ask) => Promise<void>;
  readonly onLost: (reason: string) => void;
}

interface Live {
  readonly ask: Ask;
  /** Rejects once nothing more can be asked. */
  readonly lost: Promise<never>;
  readonly end: () => Promise<void>;
}

export class Connection {
  readonly #server: Server;
  readonly #listeners: ConnectionListeners;
  readonly #answerMs: number;
  readonly #closing = new AbortController();
  #live: Live | null = null;
  #turns: Promise<unknown> = Promise.resolve();
  #reason = "it was not reached yet";
  /** Since when it is not reached, on `performance.now()`. */
  #downSinceMs: number | null = performance.now();
  #attempts = 0;
  #up = Promise.withResolvers<void>();

  constructor(server: Server, listeners: ConnectionListeners, answerMs = ANSWER_MS) {
    this.#server = server;
    this.#listeners = listeners;
    this.#answerMs = answerMs;
  }

  /** Why it takes no turns and since when (`performance.now()`); `null` when it does. */
  get trouble(): { readonly reason: string; readonly sinceMs: number } | null {
    return this.#downSinceMs === null ? null : { reason: this.#reason, sinceMs: this.#downSinceMs };
  }

  /** Connects for the first time: tries each host once, and throws what it found. */
  async open(): Promise<void> {
    for (let tries = 1;; tries++) {
      try {
        return await this.#connect();
      } catch (error) {
        if (tries >= this.#server.hosts.length) throw error;
      }
    }
  }

  /** Resolves once it takes turns, or at the abort. */
  async untilUp(signal: AbortSignal): Promise<void> {
    while (this.#downSinceMs !== null && !signal.aborted && !this.#closing.signal.aborted) {
      const stopped = Promise.withResolvers<void>();
      const stop = () => stopped.resolve();
      signal.addEventListener("abort", stop);
      this.#closing.signal.addEventListener("abort", stop);
      await Promise.race([this.#up.promise, stopped.promise]);
      signal.removeEventListener("abort", stop);
      this.#closing.signal.removeEventListener("abort", stop);
    }
  }

  /** One statement, a transaction by itself. */
  ask(sql: string, values: readonly Value[] = []): Promise<Answer> {
    return this.turn((ask) => ask(sql, values));
  }

  /** A transaction that reads before it writes; `work` must await all that it asks. */
  transaction<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    return this.turn(async (ask) => {
      const begun = ask("BEGIN");
      begun.catch(() => {});
      try {
        const result = await work(ask);
        committed(await Promise.allSettled([begun, ask("COMMIT")]));
        return result;
      } catch (error) {
        await ask("ROLLBACK").catch(() => {});
        throw error;
      }
    });
  }

  /** Waits for its turn. Throws {@link DatabaseError}, at once while there is no connection. */
  turn<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    const turn = this.#turns.then(() => this.#take(work));
    this.#turns = turn.catch(() => {});
    return turn;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#turns;
    const live = this.#live;
    this.#live = null;
    await live?.end();
  }

  async #take<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    const live = this.#live;
    if (live === null) throw new DatabaseError("unavailable", this.#reason);
    const silent = setTimeout(() => {
      this.#lose(live, `no answer within ${this.#answerMs} ms`);
    }, this.#answerMs);
    try {
      return await Promise.race([work(live.ask), live.lost]);
    } catch (error) {
      if (error instanceof DatabaseError && error.kind === "lost") this.#lose(live, error.reason);
      throw error;
    } finally {
      clearTimeout(silent);
    }
  }

  #lose(live: Live, reason: string): void {
    if (this.#live !== live) return;
    this.#live = null;
    this.#reason = reason;
    this.#downSinceMs = performance.now();
    this.#up = Promise.withResolvers<void>();
    this.#listeners.onLost(reason);
    live.end().catch(() => {});
    this.#comeBack();
  }

  /** Tries until there is a connection again. */
  async #comeBack(): Promise<void> {
    for (let failures = 0; !this.#closing.signal.aborted;) {
      try {
        return await this.#connect();
      } catch (error) {
        this.#reason = explained(error).reason;
        // Each member of a replicated server is asked before there is a pause.
        if (++failures % this.#server.hosts.length !== 0) continue;
        const round = failures / this.#server.hosts.length;
        await pause(backoffMs(round, Math.random(), BACKOFF), this.#closing.signal);
      }
    }
  }

  async #connect(): Promise<void> {
    const { hosts, schema } = this.#server;
    const live = await openLive(this.#server, hosts[this.#attempts++ % hosts.length]);
    try {
      await Promise.race([this.#prepare(live.ask, schema), live.lost]);
    } catch (error) {
      live.end().catch(() => {});
      throw explained(error);
    }
    if (this.#closing.signal.aborted) return await live.end();
    this.#live = live;
    this.#downSinceMs = null;
    this.#up.resolve();
    live.lost.catch((error) => this.#lose(live, explained(error).reason));
  }

  async #prepare(ask: Ask, schema: string): Promise<void> {
    await requireDurable(ask);
    await ask(`SET search_path TO ${schema}`);
    // Not every member of the family knows it; it only shortens what a vanished client holds up.
    await ask(`SET idle_in_transaction_session_timeout = ${IDLE_TRANSACTION_MS}`).catch((error) => {
      if (explained(error).kind === "lost") throw error;
    });
    await this.#listeners.onConnect(ask);
  }
}

async function openLive(server: Server, where: string): Promise<Live> {
  const { host, port } = placeOf(where);
  const { password, ca, tls } = server;
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  let isLost = false;
  const sql = postgres({
    host,
    port,
    database: server.database,
    username: server.user,
    ...(password === undefined ? {} : { password }),
    // The host: by its name, or by its number, the certificate is checked.
    ssl: ca !== undefined ? { host, ca: ca() } : tls === true ? { host } : false,
    max: 1,
    idle_timeout: undefined,
    max_lifetime: null,
    connect_timeout: CONNECT_SECONDS,
    fetch_types: false,
    types: TYPES,
    connection: { application_name: "tributary" },
    onnotice: () => {},
    // What it would still send afterwards belonged to a transaction that is gone.
    onclose: () => {
      isLost = true;
      lost.reject(new DatabaseError("lost", "the connection was closed"));
    },
  });
  const session = await reserved(sql).catch(async (error) => {
    await sql.end({ timeout: 0 });
    throw new DatabaseError("unavailable", `"${where}": ${explained(error).reason}`, error);
  });
  const ask: Ask = async (text, values = []) => {
    if (isLost) return await lost.promise;
    const rows = await session.unsafe(text, [...values], { prepare: true }).catch((error) => {
      throw explained(error);
    });
    return {
      rows: Array.from(rows, (row) => new Row(row)),
      count: rows.count ?? 0,
      command: rows.command,
    };
  };
  const end = async () => {
    isLost = true;
    lost.reject(new DatabaseError("lost", "the connection was ended"));
    await sql.end({ timeout: 0 });
  };
  return { ask, lost: lost.promise, end };
}

/** The one connection, for this program to say what is sent over it and when. */
async function reserved(sql: postgres.Sql): Promise<postgres.ReservedSql> {
  // Without its own first query, the library waits for ever where it has no connection yet.
  await sql.unsafe("SELECT 1");
  return await sql.reserve();
}

/** All statements in one transaction, sent at once; resolves after COMMIT has returned. */
export async function commitAll(ask: Ask, statements: readonly Statement[]): Promise<Answer[]> {
  const sent = [
    ask("BEGIN"),
    ...statements.map(({ sql, values }) => ask(sql, values)),
    ask("COMMIT"),
  ];
  return committed(await Promise.allSettled(sent)).slice(1, -1);
}

/** Answers of a transaction, once it has been committed; else throws the error that ended it. */
function committed(settled: readonly PromiseSettledResult<Answer>[]): Answer[] {
  const errors = settled.flatMap((one) => one.status === "rejected" ? [explained(one.reason)] : []);
  const first = errors.find(({ kind }) => kind !== "aborted") ?? errors.at(0);
  if (first !== undefined) throw first;
  const answers = settled.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  const { command = "" } = answers.at(-1) ?? {};
  if (command !== "COMMIT") throw new DatabaseError("wrong", `COMMIT was answered by "${command}"`);
  return answers;
}

/** What a commit must mean, whatever the server's configuration has become. */
const DURABLE: readonly { name: string; wanted: readonly string[]; without: string }[] = [
  {
    name: "synchronous_commit",
    wanted: ["on", "remote_apply"],
    without: "a commit returns before it is on disk",
  },
  { name: "fsync", wanted: ["on"], without: "nothing is forced to disk" },
  { name: "full_page_writes", wanted: ["on"], without: "a power cut may tear pages" },
];

async function requireDurable(ask: Ask): Promise<void> {
  for (const { name, wanted, without } of DURABLE) {
    const found = (await ask(`SHOW ${name}`)).rows[0].text(name);
    if (wanted.includes(found)) continue;
    throw new DatabaseError("unavailable", `${name} is ${found}, so ${without}`, undefined, [
      `set ${name} = on for the server, for this database and for its user`,
    ]);
  }
  const readOnly = await ask("SHOW transaction_read_only");
  if (readOnly.rows[0].text("transaction_read_only") === "off") return;
  throw new DatabaseError("unavailable", "it takes no writes: a standby, not the primary");
}
