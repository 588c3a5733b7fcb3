/** Query tables that follow a journal: what they hold, and how far they have come. */
import type { HashName } from "../sync/chain.ts";
import { readContents } from "../sync/entry.ts";
import type { Entry } from "../sync/entry.ts";
import type { ReadResult } from "../sync/journal_core.ts";
import type { JournalReader } from "../sync/journal_methods.ts";
import { dayOf } from "../sync/day.ts";
import { entriesOf, type Run } from "../sync/run.ts";
import { streamKey, type StreamState } from "../sync/segments.ts";
import type { PortCalls } from "../sync/worker_calls.ts";
import type { Projection } from "./projection.ts";
import { putInto } from "./sql/put.ts";
import type { Sql } from "./sql/sql.ts";
import type { Table } from "./sql/table.ts";

/** How far each (origin, stream) was followed: moves in the transaction that takes its entries. */
export const CURSORS: Table = {
  name: "cursors",
  columns: { origin: "text", stream: "text", seq: "integer" },
  key: ["origin", "stream"],
};
const moveCursor = putInto(CURSORS, { onConflict: "replace" });

/** Entries taken in one transaction. */
const LIMITS = { entriesMax: 2000, bytesMax: 2 << 20 };

export type Place = Pick<StreamState, "origin" | "stream" | "seq">;

/** The journal that is followed, as a thread reaches it. */
export interface Followed {
  readonly journal: Pick<PortCalls<JournalReader>, "call">;
  readonly hashName: HashName;
}

export class FollowedTables {
  readonly sql: Sql;
  readonly projections: readonly Projection[];
  readonly #followed: Followed;
  readonly #cursors = new Map<string, Place>();

  private constructor(sql: Sql, projections: readonly Projection[], followed: Followed) {
    this.sql = sql;
    this.projections = projections;
    this.#followed = followed;
  }

  /** The tables are there, those of the cursors too. */
  static async open(
    sql: Sql,
    projections: readonly Projection[],
    followed: Followed,
  ): Promise<FollowedTables> {
    const tables = new FollowedTables(sql, projections, followed);
    for (const row of await sql.rows("SELECT origin, stream, seq FROM cursors")) {
      const { origin, stream } = { origin: row.text("origin"), stream: row.text("stream") };
      const place = { origin, stream, seq: row.number("seq") };
      tables.#cursors.set(streamKey(origin, stream), place);
    }
    return tables;
  }

  /** The same, over another copy of the tables. */
  over(sql: Sql): FollowedTables {
    const tables = new FollowedTables(sql, this.projections, this.#followed);
    for (const [key, place] of this.#cursors) tables.#cursors.set(key, place);
    return tables;
  }

  /** How far each (origin, stream) was followed. */
  places(): Place[] {
    return [...this.#cursors.values()];
  }

  seqOf(origin: string, stream: string): number {
    return this.#cursors.get(streamKey(origin, stream))?.seq ?? 0;
  }

  /**
   * Follows up to `seq`, until then (`performance.now()`), by at least one read. `missing`: what
   * the disk has lost on the way, as numbers.
   */
  async follow(
    { origin, stream, seq }: Place,
    untilMs: number,
  ): Promise<{ readonly missing: readonly string[] }> {
    const missing: string[] = [];
    for (let after = this.seqOf(origin, stream); after < seq;) {
      const limits = { ...LIMITS, entriesMax: Math.min(LIMITS.entriesMax, seq - after) };
      const { journal } = this.#followed;
      const result = await journal.call("read", [origin, stream, after, limits]);
      if (result.kind === "end") break;
      if (result.kind === "missing") missing.push(`${result.seq}–${result.next - 1}`);
      const last = Math.min(seq, lastOf(result));
      await this.#take(result, { origin, stream, seq: last });
      // Behind a hole that nothing hangs on there is nothing to go on from.
      if (last === after) break;
      after = last;
      if (performance.now() >= untilMs) break;
    }
    return { missing };
  }

  /**
   * After entries of a stream were lost, or came back: it is followed from its beginning again.
   * What counts is counted anew; to all else an entry that is given again makes no difference.
   */
  async forget(origin: string, stream: string): Promise<void> {
    await this.sql.transaction(async (transaction) => {
      for (const { forget } of this.projections) await forget?.(transaction, origin, stream);
      await moveCursor(transaction, [[origin, stream, 0]]);
    });
    this.#cursors.set(streamKey(origin, stream), { origin, stream, seq: 0 });
  }

  async #take(result: Exclude<ReadResult, { kind: "end" }>, place: Place): Promise<void> {
    const { origin, stream, seq } = place;
    const { hashName } = this.#followed;
    const entries = result.kind === "run" ? entriesIn(result.run, seq, hashName) : [];
    await this.sql.transaction(async (transaction) => {
      if (entries.length > 0) {
        for (const projection of this.projections) await projection.apply(transaction, entries);
      }
      await moveCursor(transaction, [[origin, stream, seq]]);
    });
    this.#cursors.set(streamKey(origin, stream), place);
  }
}

/** Where the next read goes on. */
function lastOf(result: Exclude<ReadResult, { kind: "end" }>): number {
  if (result.kind === "run") return result.run.last;
  return (result.kind === "pruned" ? result.floor : result.next) - 1;
}

/**
 * The entries of a run up to a number. Only the last bears its hash, which the journal knows
 * already, unless a day ends among them, or more come behind: then all do.
 */
function entriesIn(run: Run, upTo: number, hashName: HashName): Entry[] {
  const { origin, stream, first, contents } = run;
  const none = new Uint8Array();
  const entries: Entry[] = [];
  for (const content of readContents(contents)) {
    const seq = first + entries.length;
    const hash = seq === run.last ? run.hash : none;
    entries.push({ origin, stream, seq, ...content, hash });
  }
  const dayEnds = entries.some(({ time }) => dayOf(time.wallMs) !== dayOf(entries[0].time.wallMs));
  const all = dayEnds || upTo < run.last ? [...entriesOf(run, run.previous, hashName)] : entries;
  return all.filter(({ seq }) => seq <= upTo);
}
