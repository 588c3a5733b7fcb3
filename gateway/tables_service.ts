/** What the thread of the query tables offers: it follows the journal, and answers queries. */
import type { Parameter } from "../sync/database.ts";
import type { HashName } from "../sync/chain.ts";
import type { JournalReader } from "../sync/journal_methods.ts";
import { rekeyDatabase } from "../sync/rekey_database.ts";
import { PortCalls, serveCalls } from "../sync/worker_calls.ts";
import { type Followed, FollowedTables, type Place } from "./followed_tables.ts";
import type { Projection } from "./projection.ts";
import { Rebuilding, type RebuildProgress } from "./rebuilding.ts";
import { LibsqlSql } from "./sql/libsql_sql.ts";
import {
  fileOptions,
  openTablesFile,
  type TablesFile,
  type TablesFileOpening,
} from "./tables_file.ts";

export interface TablesOpening extends TablesFileOpening {
  readonly hashName: HashName;
  /** Channel to the journal, from `Journal.reader()`. */
  readonly journal: MessagePort;
  /** A question waits so long for the tables to follow, and little longer; {@link SLICE_MS}. */
  readonly sliceMs?: number;
  /** Entries taken in one transaction; see {@link Followed}. */
  readonly entriesMax?: number;
}

export interface FollowedSlice {
  /** Why streams could not be followed: none of them holds up another (T6). */
  readonly reasons: readonly string[];
  /** Whether there is more to follow: questions are answered in between. */
  readonly more: boolean;
}

export interface OpenedTables {
  /** Why the tables were made anew, or `null` where they were there. */
  readonly madeAnew: string | null;
  /** The key that their file is under. */
  readonly encryptionKey: string | undefined;
}

export type TablesMethods = {
  open(opening: TablesOpening): Promise<OpenedTables>;
  /** Tells how far streams have moved; the tables follow for a while. */
  follow(moved: readonly Place[]): Promise<FollowedSlice>;
  rows(sql: string, parameters: readonly Parameter[]): unknown[];
  /** See {@link FollowedTables.forget}; what was forgotten is followed again when asked to. */
  forget(origin: string, stream: string): Promise<void>;
  /** Names of all projections. */
  projections(): readonly string[];
  /** Begins to make tables anew, those of these projections. */
  beginRebuild(names: readonly string[]): Promise<void>;
  /** Goes on with it for a while; `null` where none is under way (any more). */
  stepRebuild(): Promise<RebuildProgress | null>;
  /** Leaves the tables as they are, where a rebuild is under way. */
  endRebuild(): void;
  /** Writes the file anew under this key, where it is under another; a rebuild ends for it. */
  rekey(encryptionKey: string): void;
  close(): void;
};

/** Short for a person who looks at a page, long beside what one call costs. */
const SLICE_MS = 100;

function followedBy(
  { hashName, entriesMax }: TablesOpening,
  journal: PortCalls<JournalReader>,
): Followed {
  return { journal, hashName, ...(entriesMax === undefined ? {} : { entriesMax }) };
}

class Tables {
  readonly #opening: TablesOpening;
  readonly #journal: PortCalls<JournalReader>;
  readonly #projections: readonly Projection[];
  #file: TablesFile;
  #followed: FollowedTables;
  #rebuilding: Rebuilding | null = null;
  /** Whether something was taken since this was last asked. */
  changed = false;

  private constructor(
    opening: TablesOpening,
    journal: PortCalls<JournalReader>,
    file: TablesFile,
    followed: FollowedTables,
  ) {
    this.#opening = opening;
    this.#journal = journal;
    this.#projections = followed.projections;
    this.#file = file;
    this.#followed = followed;
  }

  static async open(
    opening: TablesOpening,
    projections: readonly Projection[],
  ): Promise<{ tables: Tables; opened: OpenedTables }> {
    const file = openTablesFile(opening, projections);
    const journal = new PortCalls<JournalReader>(opening.journal);
    const sql = new LibsqlSql(file.database);
    const followed = await FollowedTables.open(sql, projections, followedBy(opening, journal));
    const { madeAnew, encryptionKey } = file;
    const tables = new Tables(opening, journal, file, followed);
    return { tables, opened: { madeAnew, encryptionKey } };
  }

  #sliceEndsMs(): number {
    return performance.now() + (this.#opening.sliceMs ?? SLICE_MS);
  }

  async follow(moved: readonly Place[]): Promise<FollowedSlice> {
    const round = await this.#followed.follow(moved, this.#sliceEndsMs());
    if (round.moved) this.changed = true;
    const reasons = round.faults.map(({ place: { origin, stream }, error }) => {
      const why = error instanceof Error ? error.message : String(error);
      return `Cannot follow ${stream} of "${origin}": ${why}`;
    });
    return { reasons, more: round.more };
  }

  rows(sql: string, parameters: readonly Parameter[]): unknown[] {
    return this.#file.database.plainRows(sql, parameters);
  }

  async forget(origin: string, stream: string): Promise<void> {
    // What it has read of the stream is of before.
    this.endRebuild();
    await this.#followed.forget(origin, stream);
    this.changed = true;
  }

  projections(): readonly string[] {
    return this.#projections.map(({ name }) => name);
  }

  async beginRebuild(names: readonly string[]): Promise<void> {
    this.endRebuild();
    const wanted = this.#projections.filter(({ name }) => names.includes(name));
    const { path } = this.#opening;
    const { encryptionKey } = this.#file;
    const place = { path, ...(encryptionKey === undefined ? {} : { encryptionKey }) };
    const journal = followedBy(this.#opening, this.#journal);
    this.#rebuilding = await Rebuilding.begin(place, wanted, journal);
  }

  async stepRebuild(): Promise<RebuildProgress | null> {
    if (this.#rebuilding === null) return null;
    const { database } = this.#file;
    const inUse = { database, followed: this.#followed };
    const progress = await this.#rebuilding.step(inUse, this.#sliceEndsMs());
    if (progress.changed === null) return progress;
    this.changed = true;
    this.endRebuild();
    return progress;
  }

  endRebuild(): void {
    this.#rebuilding?.[Symbol.dispose]();
    this.#rebuilding = null;
  }

  rekey(encryptionKey: string): void {
    if (this.#file.encryptionKey === encryptionKey) return;
    this.endRebuild();
    rekeyDatabase({
      database: this.#file.database,
      options: fileOptions(this.#opening.path, encryptionKey),
      adopt: (database) => {
        this.#file = { ...this.#file, database };
        this.#followed = this.#followed.over(new LibsqlSql(database));
      },
    });
    this.#file = { ...this.#file, encryptionKey };
  }

  close(): void {
    this.endRebuild();
    this.#journal.close(new Error("The tables were closed"));
    this.#file.database.close();
  }
}

/** Answers whoever started this thread; which projections it has depends on whose word counts. */
export function serveTables(
  projectionsFor: (authorities: readonly string[]) => readonly Projection[],
): void {
  let tables: Tables | null = null;
  const opened = () => {
    if (tables === null) throw new Error("The tables are not open");
    return tables;
  };
  const methods: TablesMethods = {
    open: async (opening) => {
      const found = await Tables.open(opening, projectionsFor(opening.authorities));
      tables = found.tables;
      return found.opened;
    },
    follow: (moved) => opened().follow(moved),
    rows: (sql, parameters) => opened().rows(sql, parameters),
    forget: (origin, stream) => opened().forget(origin, stream),
    projections: () => opened().projections(),
    beginRebuild: (names) => opened().beginRebuild(names),
    stepRebuild: () => opened().stepRebuild(),
    endRebuild: () => opened().endRebuild(),
    rekey: (encryptionKey) => opened().rekey(encryptionKey),
    close: () => {
      tables?.close();
      tables = null;
    },
  };
  serveCalls(methods, () => {
    if (tables?.changed !== true) return undefined;
    tables.changed = false;
    return true;
  });
}
