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
import type { Span } from "../sync/spans.ts";
import { rekeyDatabase } from "../sync/rekey_database.ts";
import { PortCalls, serveCalls } from "../sync/worker_calls.ts";
import { centreKeysOf } from "./centre_key_words.ts";
import { centreLossesOf } from "./centre_losses.ts";
import { corrections } from "./devices/corrections.ts";
import { latest } from "./devices/latest.ts";
import { countDays, days, daysChange, replaceDays } from "./fleet/days.ts";
import { livesOf } from "./fleet/lives.ts";
import { membersOf } from "./fleet/members.ts";
import { peopleOf } from "./people/people_tables.ts";
import type { Projection } from "./projection.ts";
import { deviceWrites } from "./writes/device_writes.ts";
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
  /** A question waits so long for the tables to follow, and little longer; {@link SLICE_MS}. */
  readonly sliceMs?: number;
}

export interface Followed {
  /** Why streams could not be followed: none of them holds up another (T6). */
  readonly reasons: readonly string[];
  /** Whether there is more to follow: questions are answered in between. */
  readonly more: boolean;
}

export type ProjectionMethods = {
  /** Returns why the tables were made anew, or `null` where they were there. */
  open(opening: ProjectionOpening): string | null;
  /** Tells how far streams have moved; the tables follow for a while. */
  follow(moved: readonly Pick<StreamState, "origin" | "stream" | "seq">[]): Promise<Followed>;
  rows(sql: string, parameters: readonly Parameter[]): unknown[];
  /**
   * After entries of a stream were lost, or spans of it came `back`: counts its days anew, takes in
   * what came, and goes on from `seq`, where the stream stands now, if it stood further before.
   */
  mend(origin: string, stream: string, seq: number, back: readonly Span[]): Promise<void>;
  /** Writes the file anew under this key, where it is under another. */
  rekey(encryptionKey: string): void;
  close(): void;
};

/** Entries taken in one transaction. */
const LIMITS = { entriesMax: 2000, bytesMax: 2 << 20 };
/** Short for a person who looks at a page, long beside what one call costs. */
const SLICE_MS = 100;
const MOVE_CURSOR = `INSERT INTO cursors (origin, stream, seq) VALUES (?,?,?)
ON CONFLICT (origin, stream) DO UPDATE SET seq = excluded.seq`;

class Tables {
  readonly #path: string;
  #database: Database;
  #encryptionKey: string | undefined;
  readonly #journal: PortCalls<JournalReader>;
  readonly #projections: readonly Projection[];
  readonly #hashName: HashName;
  readonly #sliceMs: number;
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
    this.#sliceMs = opening.sliceMs ?? SLICE_MS;
    for (const row of database.rows("SELECT origin, stream, seq FROM cursors")) {
      this.#cursors.set(streamKey(row.text("origin"), row.text("stream")), row.number("seq"));
    }
  }

  /** When following has to make room for questions. */
  sliceEndsMs(): number {
    return performance.now() + this.#sliceMs;
  }

  /** Follows until then, by at least one read; tells what the disk has lost, once. */
  async follow(
    { origin, stream, seq }: Pick<StreamState, "origin" | "stream" | "seq">,
    untilMs: number,
  ): Promise<{ readonly missing: readonly string[]; readonly more: boolean }> {
    const key = streamKey(origin, stream);
    const missing: string[] = [];
    for (let after = this.#cursors.get(key) ?? 0; after < seq;) {
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
      if (after < seq && performance.now() >= untilMs) return { missing, more: true };
    }
    return { missing, more: false };
  }

  /** See {@link ProjectionMethods.mend}. */
  async mend(origin: string, stream: string, seq: number, back: readonly Span[]): Promise<void> {
    const key = streamKey(origin, stream);
    const cursor = Math.min(seq, this.#cursors.get(key) ?? 0);
    const others = this.#projections.filter((projection) => projection !== days);
    const counted: DayDigest[] = [];
    for await (const entries of this.#entries(origin, stream, cursor)) {
      counted.push(...countDays(entries));
      const came = entries.filter(({ seq }) =>
        back.some(({ first, last }) => seq >= first && seq <= last)
      );
      if (came.length === 0) continue;
      this.#database.transaction(() => {
        for (const projection of others) projection.apply(this.#database, came);
      });
    }
    this.#database.transaction(() => {
      replaceDays(this.#database, { origin, stream }, counted);
      this.#database.run(MOVE_CURSOR, [origin, stream, cursor]);
    });
    this.#cursors.set(key, cursor);
    this.changed = true;
  }

  /** All entries that are here up to a number. */
  async *#entries(origin: string, stream: string, upTo: number): AsyncGenerator<Entry[]> {
    for (let after = 0; after < upTo;) {
      const limits = { ...LIMITS, entriesMax: Math.min(LIMITS.entriesMax, upTo - after) };
      const result = await this.#journal.call("read", [origin, stream, after, limits]);
      if (result.kind === "end") return;
      if (result.kind === "run") {
        yield entriesIn(result.run, this.#hashName).filter(({ seq }) => seq <= upTo);
      }
      const last = lastOf(result);
      if (last <= after) return;
      after = last;
    }
  }

  rekey(encryptionKey: string): void {
    if (this.#encryptionKey === encryptionKey) return;
    rekeyDatabase({
      database: this.#database,
      options: fileOptions(this.#path, encryptionKey),
      adopt: (database) => this.#database = database,
    });
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
      deviceWrites,
      membersOf(opening.authorities),
      livesOf(opening.authorities),
      centreLossesOf(opening.authorities),
      centreKeysOf(opening.authorities),
      peopleOf(opening.authorities),
    ];
    const file = openTablesFile(opening, projections);
    tables = new Tables(file, opening, projections);
    return file.madeAnew;
  },
  async follow(moved) {
    const untilMs = opened().sliceEndsMs();
    const reasons: string[] = [];
    for (const state of moved) {
      const cannot = (why: string) =>
        reasons.push(`Cannot follow ${state.stream} of "${state.origin}": ${why}`);
      try {
        const { missing, more } = await opened().follow(state, untilMs);
        if (missing.length > 0) cannot(`entries ${missing.join(", ")} are missing here`);
        if (more) return { reasons, more };
      } catch (error) {
        cannot(error instanceof Error ? error.message : String(error));
      }
    }
    return { reasons, more: false };
  },
  rows: (sql, parameters) => opened().rows(sql, parameters),
  mend: (origin, stream, seq, back) => opened().mend(origin, stream, seq, back),
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
