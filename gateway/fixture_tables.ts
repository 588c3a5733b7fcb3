/** Query tables for tests, with the journal that they follow. */
import { join } from "node:path";
import { Database } from "../sync/database.ts";
import type { Entry } from "../sync/entry.ts";
import { stampAt, TemporaryFolder } from "../sync/fixtures.ts";
import { NodeKey } from "../sync/identity.ts";
import { type Journal, openJournal } from "../sync/journal.ts";
import { streamKey } from "../sync/segments.ts";
import { gather, lacking } from "../sync/ship.ts";
import type { Stream } from "../sync/stream.ts";
import { QueryTables } from "./tables.ts";
import { testedTablesThread } from "./fixture_program.ts";

export interface TablesOptions {
  readonly node: string;
  readonly authorities?: readonly string[];
  readonly encryptionKey?: string;
  readonly sliceMs?: number;
  readonly entriesMax?: number;
  readonly segmentBytesMax?: number;
}

/** A journal and its tables, in a folder of their own. */
export class TablesDesk implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly key = NodeKey.create();
  /** Why the tables could not follow. */
  readonly failures: string[] = [];
  readonly options: TablesOptions;
  #journal: Journal | null = null;
  #tables: QueryTables | null = null;

  private constructor(options: TablesOptions) {
    this.options = options;
  }

  static async open(options: TablesOptions): Promise<TablesDesk> {
    const desk = new TablesDesk(options);
    Deno.mkdirSync(desk.journalFolder);
    await desk.reopen();
    return desk;
  }

  get journalFolder(): string {
    return join(this.folder.path, "journal");
  }

  get path(): string {
    return join(this.folder.path, "tables.db");
  }

  get journal(): Journal {
    if (this.#journal === null) throw new Error("The desk is closed");
    return this.#journal;
  }

  get tables(): QueryTables {
    if (this.#tables === null) throw new Error("The desk is closed");
    return this.#tables;
  }

  /** As a restart does; `between` may do to the files what it likes. */
  async reopen(
    between: () => void = () => {},
    changed: Partial<TablesOptions> = {},
  ): Promise<QueryTables> {
    const tables = await this.reopenBehind(between, changed);
    await tables.caughtUp(this.journal);
    return tables;
  }

  /** The same, while the tables may have much to follow yet. */
  async reopenBehind(
    between: () => void,
    changed: Partial<TablesOptions> = {},
  ): Promise<QueryTables> {
    await this.close();
    between();
    const { node, authorities = [], encryptionKey, segmentBytesMax = 64 << 20, ...slices } = {
      ...this.options,
      ...changed,
    };
    this.#journal = await openJournal({
      directory: this.journalFolder,
      node,
      hashName: "sha256",
      segmentBytesMax,
      stamp: stampAt(0),
    });
    this.#tables = await QueryTables.open(this.#journal, {
      thread: testedTablesThread(),
      path: this.path,
      ...(encryptionKey === undefined ? {} : { encryptionKeys: [encryptionKey] }),
      authorities,
      ...slices,
    }, (error) => this.failures.push(String(error)));
    return this.#tables;
  }

  removeTables(): void {
    for (const tail of ["", "-wal", "-shm"]) {
      try {
        Deno.removeSync(this.path + tail);
      } catch {
        // It was closed cleanly.
      }
    }
  }

  /** Appends one entry `ms` after the test's beginning. */
  async append(entryKind: string, body: object, ms = 0, stream: Stream = "reading"): Promise<void> {
    const [time, text] = [stampAt(ms), JSON.stringify(body)];
    await this.journal.append([{ kind: "entry", stream, entryKind, time, body: text }], time);
  }

  /** All that this node holds of its own, or one stream of it, as the other one receives it. */
  async handOver(to: TablesDesk, only?: Stream): Promise<void> {
    const { publicKey } = this.key;
    for (;;) {
      const held = new Map(
        to.journal.positions().map((state) => [streamKey(state.origin, state.stream), state]),
      );
      const own = lacking(this.journal.positions(), held).filter(({ origin, stream }) =>
        origin === this.journal.origin && (only === undefined || stream === only)
      );
      const { runs } = await gather(this.journal, own, held, this.key);
      if (runs.length === 0) break;
      await to.journal.receive(runs.map((run) => ({ run, publicKeys: [publicKey] })));
    }
    await to.tables.caughtUp(to.journal);
  }

  /** Changes the file of the tables behind their back, as damage or a mistake of ours would. */
  async alter(sql: string): Promise<void> {
    await this.reopen(() => {
      const { encryptionKey } = this.options;
      using database = new Database({
        path: this.path,
        ...(encryptionKey === undefined ? {} : { encryptionKey }),
        synchronous: "FULL",
        checkpointPages: 1000,
      });
      database.exec(sql);
    });
  }

  /** Every row of every table but the cursors', as text. */
  async dump(): Promise<string[]> {
    const list = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'cursors'";
    const dumped: string[] = [];
    for (const table of await this.tables.rows(`${list} ORDER BY name`)) {
      const name = table.text("name");
      const [columns] = await this.tables.rows(
        "SELECT group_concat(name) AS names FROM pragma_table_info(?)",
        [name],
      );
      const rows = await this.tables.rows(
        `SELECT json_array(${columns.text("names")}) AS row FROM ${name} ORDER BY 1`,
      );
      dumped.push(...rows.map((row) => `${name} ${row.text("row")}`));
    }
    return dumped;
  }

  async close(): Promise<void> {
    await this.#tables?.[Symbol.asyncDispose]();
    await this.#journal?.close();
    this.#tables = null;
    this.#journal = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    this.folder[Symbol.dispose]();
  }
}

/** An entry as projections are given it. */
export function entryOf(
  origin: string,
  seq: number,
  kind: string,
  body: unknown,
  ms = seq,
): Entry {
  const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(JSON.stringify(body));
  const hash = new Uint8Array();
  return { origin, stream: "reading", seq, time: stampAt(ms), kind, body: bytes, hash };
}
