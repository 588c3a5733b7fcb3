/** The query tables as the rest of the program sees them; the work is done in a thread. */
import { Database, type Parameter, Row } from "../sync/database.ts";
import { pause } from "../sync/timer.ts";
import { Changes } from "../sync/changes.ts";
import type { Journal } from "../sync/journal.ts";
import { WorkerCalls } from "../sync/worker_calls.ts";
import { isDiskFailure } from "./disk_failure.ts";
import type { Place } from "./followed_tables.ts";
import type { RebuildProgress } from "./rebuilding.ts";
import { fileOptions } from "./tables_file.ts";
import type { TablesMethods, TablesOpening } from "./tables_service.ts";

/**
 * The tables are so much behind at most. Where thousands of readings come in a second, most of
 * them are overtaken within it, and only the last of each point is written.
 */
const FOLLOW_MS = 100;
/** What a full or failing disk kept from the tables is tried again so often. */
const AGAIN_MS = 2000;

/** A rebuild that does not go on; begun again later it may. */
export class RebuildRefused extends Error {
  override name = "RebuildRefused";
}

export interface QueryTablesOpening extends Omit<TablesOpening, "journal" | "hashName"> {
  readonly thread: URL;
}

export class QueryTables implements AsyncDisposable {
  readonly #worker: WorkerCalls<TablesMethods>;
  readonly #path: string;
  /** On this thread; `null` while the file is written anew. */
  #near: Database | null = null;
  #nearKey: string | undefined;
  readonly #changes = new Changes();
  readonly #stop = new AbortController();
  #following: Promise<unknown> = Promise.resolve();
  /** Whether the disk keeps the tables from following. */
  #behind = false;
  /** Resolves with the reason when the thread has died. */
  readonly failed: Promise<Error>;
  /** Why the tables had to be made anew, or `null`. */
  madeAnew: string | null = null;
  #rebuilding = false;
  readonly #onFailure: (error: unknown) => void;
  /** Why streams could not be followed: each reason is told once. */
  readonly #told = new Set<string>();

  private constructor(thread: URL, path: string, onFailure: (error: unknown) => void) {
    this.#path = path;
    this.#onFailure = onFailure;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#worker = new WorkerCalls(thread, {
      onNotice: () => this.#changes.tell(),
      onEnd: resolve,
    });
  }

  /**
   * `thread`: the module of the thread that makes them, with the projections of its domains.
   * `onFailure` hears why the tables could not follow a stream; they try again with its next
   * entry, or soon where it was the disk, and the other streams go on.
   */
  static async open(
    journal: Journal,
    { thread, ...opening }: QueryTablesOpening,
    onFailure: (error: unknown) => void,
  ): Promise<QueryTables> {
    const tables = new QueryTables(thread, opening.path, onFailure);
    const reader = journal.reader();
    const { hashName } = journal;
    const asked = { ...opening, hashName, journal: reader };
    const { madeAnew, encryptionKey } = await tables.#worker.call("open", [asked], [reader]);
    tables.madeAnew = madeAnew;
    tables.#openNear(encryptionKey);
    // Who may ask what stands in few entries; to follow the others may take minutes.
    const audit = journal.positions().filter(({ stream }) => stream === "audit");
    await tables.#followTo(audit).catch(onFailure);
    tables.#following = Promise.all([tables.#follow(journal), tables.#catchUp(journal)]);
    return tables;
  }

  async rows(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    const rows = await this.#worker.call("rows", [sql, parameters]);
    return rows.map((row) => new Row(row));
  }

  /**
   * Rows that an index finds at once, of what the tables had taken when it was asked: read on this
   * thread, which neither waits for what is being taken nor for another's long question.
   */
  readonly near = {
    rows: async (sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> =>
      this.#near === null ? await this.rows(sql, parameters) : this.#near.rows(sql, parameters),
  };

  #openNear(encryptionKey: string | undefined): void {
    this.#nearKey = encryptionKey;
    this.#near = new Database({ ...fileOptions(this.#path, encryptionKey), readOnly: true });
  }

  #closeNear(): void {
    this.#near?.close();
    this.#near = null;
  }

  /**
   * Returns when the tables have followed all that the journal holds now, as far as they can, or
   * when the signal aborts.
   */
  async caughtUp(journal: Pick<Journal, "positions">, signal?: AbortSignal): Promise<void> {
    await this.#followTo(journal.positions(), signal);
  }

  /**
   * After entries of a stream were lost, or came back: it is followed from its beginning again, up
   * to `seq`, where it stands now.
   */
  async mend({ origin, stream, seq }: Place): Promise<void> {
    await this.#worker.call("forget", [origin, stream]);
    await this.#followTo([{ origin, stream, seq }]);
  }

  /** Names of the projections whose tables these are. */
  projections(): Promise<readonly string[]> {
    return this.#worker.call("projections", []);
  }

  /**
   * Makes the tables of these projections anew from the journal; yields how far it is, last that
   * they were switched. Questions are answered from those in use until then, which stay as they are
   * where it is left off. One at a time: throws {@link RebuildRefused}.
   */
  async *rebuild(names: readonly string[]): AsyncGenerator<RebuildProgress> {
    if (this.#rebuilding) throw new RebuildRefused("another rebuild is under way");
    this.#rebuilding = true;
    try {
      await this.#worker.call("beginRebuild", [names]);
      for (let switched = false; !switched;) {
        const progress = await this.#worker.call("stepRebuild", []);
        if (progress === null) {
          throw new RebuildRefused("entries came back or the key was rotated meanwhile");
        }
        switched = progress.changed !== null;
        yield progress;
      }
    } finally {
      this.#rebuilding = false;
      await this.#worker.call("endRebuild", []).catch(() => {});
    }
  }

  /** Writes the file anew under this at-rest key, where it is under another. */
  async rekey(encryptionKey: string): Promise<void> {
    // Nobody else may have the file open.
    this.#closeNear();
    let key = this.#nearKey;
    try {
      await this.#worker.call("rekey", [encryptionKey]);
      key = encryptionKey;
    } finally {
      this.#openNear(key);
    }
  }

  /** Yields when the tables have changed. */
  changes(signal: AbortSignal): AsyncIterable<unknown> {
    return this.#changes.watch(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
    this.#closeNear();
    await this.#worker.call("close", []).catch(() => {});
    this.#worker.terminate();
  }

  async #follow(journal: Journal): Promise<void> {
    for await (const moved of journal.changes(this.#stop.signal)) {
      // Whatever comes meanwhile is followed in the next round.
      await this.#followTo(moved).catch(this.#onFailure);
      await pause(FOLLOW_MS, this.#stop.signal);
    }
  }

  /** Follows what the disk kept them from, without waiting for a next entry. */
  async #catchUp(journal: Journal): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await pause(AGAIN_MS, signal);
      if (!this.#behind) continue;
      this.#behind = false;
      await this.#followTo(journal.positions()).catch(this.#onFailure);
    }
  }

  async #followTo(moved: readonly Place[], signal?: AbortSignal): Promise<void> {
    const positions = moved.map(({ origin, stream, seq }) => ({ origin, stream, seq }));
    for (let more = true; more && !this.#stop.signal.aborted && signal?.aborted !== true;) {
      const followed = await this.#worker.call("follow", [positions]);
      more = followed.more;
      for (const reason of followed.reasons) this.#tell(reason);
    }
  }

  #tell(reason: string): void {
    if (isDiskFailure(new Error(reason))) this.#behind = true;
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    this.#onFailure(new Error(reason));
  }
}
