/** The thread of the query tables: follows the journal, and answers queries. */
import type { HashName } from "../sync/chain.ts";
import { readContents } from "../sync/entry.ts";
import type { Entry } from "../sync/entry.ts";
import type { Database, Parameter } from "../sync/database.ts";
import type { DayDigest } from "../sync/day.ts";
import type { ReadResult } from "../sync/journal_core.ts";
import type { JournalReader } from "../sync/journal_methods.ts";
import { entriesOf, type Run } from "../sync/run.ts";
import { streamKey, type StreamState } from "../sync/segments.ts";
import { rekeyDatabase } from "../sync/rekey_database.ts";
import { PortCalls, serveCalls } from "../sync/worker_calls.ts";
import { centreLossesOf } from "./centre_losses.ts";
import { corrections } from "./devices/corrections.ts";
import { latest } from "./devices/latest.ts";
import { countDays, days, daysChange, replaceDays } from "./fleet/days.ts";
import { livesOf } from "./fleet/lives.ts";
import { membersOf } from "./fleet/members.ts";
import type { Projection } from "./projection.ts";
import {
  fileOptions,
  openTablesFile,
  type TablesFile,
  type TablesFileOpening,
} from "./tables_file.ts";

export interface ProjectionOpening extends TablesFileOpening {
  readonly hashName: HashName;
  /** Channel to the journal, from `Journal.reader()`. */
  readonly journal: MessagePort;
}

export type ProjectionMethods = {
  /** Returns why the tables were made anew, or `null` where they were there. */
  open(opening: ProjectionOpening): string | null;
  /**
   * Tells how far streams have moved; returns when the tables have followed, with the reason for
   * each stream that they could not follow: it holds up no other (T6).
   */
  follow(moved: readonly Pick<StreamState, "origin" | "stream" | "seq">[]): Promise<string[]>;
  rows(sql: string, parameters: readonly Parameter[]): unknown[];
  /** Counts the days of a stream anew, after entries came to fill what was missing. */
  recount(origin: string, stream: string): Promise<void>;
  /** Writes the file anew under this key, where it is under another. */
  rekey(encryptionKey: string): void;
  close(): void;
};

/** Entries taken in one transaction. */
const LIMITS = { entriesMax: 2000, bytesMax: 2 << 20 };
const MOVE_CURSOR = `INSERT INTO cursors (origin, stream, seq) VALUES (?,?,?)
ON CONFLICT (origin, stream) DO UPDATE SET seq = excluded.seq`;

class Tables {
  readonly #path: string;
  #database: Database;
  #encryptionKey: string | undefined;
  readonly #journal: PortCalls<JournalReader>;
  readonly #projections: readonly Projection[];
  readonly #hashName: HashName;
  readonly #cursors = new Map<string, number>();
  /** Whether something was taken since this was last asked. */
  changed = false;

  constructor(
    { database, encryptionKey }: TablesFile,
    opening: ProjectionOpening,
    projections: readonly Projection[],
  ) {
    this.#path = opening.path;
    this.#database = database;
    this.#encryptionKey = encryptionKey;
    this.#journal = new PortCalls(opening.journal);
    this.#projections = projections;
    this.#hashName = opening.hashName;
    for (const row of database.rows("SELECT origin, stream, seq FROM cursors")) {
      this.#cursors.set(streamKey(row.text("origin"), row.text("stream")), row.number("seq"));
    }
  }

  /** Throws when all is followed but for what the disk has lost, which is told once. */
  async follow(origin: string, stream: string, seq: number): Promise<void> {
    const key = streamKey(origin, stream);
    const missing: string[] = [];
    for (let after = 0; after < seq;) {
      after = this.#cursors.get(key) ?? 0;
      const result = await this.#journal.call("read", [origin, stream, after, LIMITS]);
      if (result.kind === "end") break;
      if (result.kind === "missing") missing.push(`${result.seq}–${result.next - 1}`);
      const last = lastOf(result);
      this.#database.transaction(() => {
        if (result.kind === "run") {
          const entries = entriesIn(result.run, this.#hashName);
          for (const projection of this.#projections) projection.apply(this.#database, entries);
        }
        this.#database.run(MOVE_CURSOR, [origin, stream, last]);
      });
      this.#cursors.set(key, last);
      this.changed = true;
      // Behind a hole that nothing hangs on there is nothing to go on from.
      if (last === after) break;
      after = last;
    }
    if (missing.length > 0) throw new Error(`entries ${missing.join(", ")} are missing here`);
  }

  /** What lies behind the cursor is counted when it is followed. */
  async recount(origin: string, stream: string): Promise<void> {
    const counted: DayDigest[] = [];
    const end = this.#cursors.get(streamKey(origin, stream)) ?? 0;
    for (let after = 0; after < end;) {
      const entriesMax = Math.min(LIMITS.entriesMax, end - after);
      const limits = { ...LIMITS, entriesMax };
      const result = await this.#journal.call("read", [origin, stream, after, limits]);
      if (result.kind === "end") break;
      if (result.kind === "run") {
        const entries = entriesIn(result.run, this.#hashName);
        counted.push(...countDays(entries.filter(({ seq }) => seq <= end)));
      }
      const last = lastOf(result);
      if (last <= after) break;
      after = last;
    }
    replaceDays(this.#database, { origin, stream }, counted);
    this.changed = true;
  }

  rekey(encryptionKey: string): void {
    if (this.#encryptionKey === encryptionKey) return;
    this.#database = rekeyDatabase(this.#database, fileOptions(this.#path, encryptionKey));
    this.#encryptionKey = encryptionKey;
  }

  rows(sql: string, parameters: readonly Parameter[]): unknown[] {
    return this.#database.plainRows(sql, parameters);
  }

  close(): void {
    this.#journal.close(new Error("The tables were closed"));
    this.#database.close();
  }
}

/** Where the next read goes on. */
function lastOf(result: Exclude<ReadResult, { kind: "end" }>): number {
  if (result.kind === "run") return result.run.last;
  return (result.kind === "pruned" ? result.floor : result.next) - 1;
}

/**
 * The entries of a run. Only the last bears its hash, which the journal knows already, unless a
 * day ends among them: then all do.
 */
function entriesIn(run: Run, hashName: HashName): Entry[] {
  const { origin, stream, first, contents } = run;
  const none = new Uint8Array();
  const entries: Entry[] = [];
  for (const content of readContents(contents)) {
    const seq = first + entries.length;
    const hash = seq === run.last ? run.hash : none;
    entries.push({ origin, stream, seq, ...content, hash });
  }
  return daysChange(entries) ? [...entriesOf(run, run.previous, hashName)] : entries;
}

let tables: Tables | null = null;

function opened(): Tables {
  if (tables === null) throw new Error("The tables are not open");
  return tables;
}

const methods: ProjectionMethods = {
  open(opening) {
    const projections = [
      latest,
      days,
      corrections,
      membersOf(opening.authorities),
      livesOf(opening.authorities),
      centreLossesOf(opening.authorities),
    ];
    const file = openTablesFile(opening, projections);
    tables = new Tables(file, opening, projections);
    return file.madeAnew;
  },
  async follow(moved) {
    const reasons: string[] = [];
    for (const { origin, stream, seq } of moved) {
      try {
        await opened().follow(origin, stream, seq);
      } catch (error) {
        const found = error instanceof Error ? error.message : String(error);
        reasons.push(`Cannot follow ${stream} of "${origin}": ${found}`);
      }
    }
    return reasons;
  },
  rows: (sql, parameters) => opened().rows(sql, parameters),
  recount: (origin, stream) => opened().recount(origin, stream),
  rekey: (encryptionKey) => opened().rekey(encryptionKey),
  close() {
    tables?.close();
    tables = null;
  },
};

serveCalls(methods, () => {
  if (tables?.changed !== true) return undefined;
  tables.changed = false;
  return true;
});
