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
import type { Row, Sql } from "./sql/sql.ts";
import type { Table } from "./sql/table.ts";

/** How far each (origin, stream) was followed: moves in the transaction that takes its entries. */
export const CURSORS: Table = {
  name: "cursors",
  columns: { origin: "text", stream: "text", seq: "integer" },
  key: ["origin", "stream"],
};
const moveCursor = putInto(CURSORS, { onConflict: "replace" });

/** Entries taken in one transaction: what a commit costs is shared by all streams in it. */
const LIMITS = { entriesMax: 2000, bytesMax: 2 << 20 };
/** Streams read for one transaction: each has a share of its limits, and at least a block. */
const STREAMS_MAX = 32;

export type Place = Pick<StreamState, "origin" | "stream" | "seq">;

/** How far tables have followed each (origin, stream), by what is committed. */
export async function followedPlaces(
  tables: { readonly rows: (sql: string) => Promise<readonly Row[]> },
): Promise<Place[]> {
  const rows = await tables.rows("SELECT origin, stream, seq FROM cursors");
  return rows.map((row) => ({
    origin: row.text("origin"),
    stream: row.text("stream"),
    seq: row.number("seq"),
  }));
}

/** The journal that is followed, as a thread reaches it. */
export interface Followed {
  readonly journal: Pick<PortCalls<JournalReader>, "call">;
  readonly hashName: HashName;
  /** Entries taken in one transaction, as far as they come in blocks; {@link LIMITS}. */
  readonly entriesMax?: number;
}

/** The disk has lost them; what is behind them is followed all the same. */
export class MissingEntries extends Error {
  override name = "MissingEntries";

  constructor(first: number, last: number) {
    super(`entries ${first}–${last} are missing here`);
  }
}

export interface FollowFault {
  readonly place: Place;
  readonly error: unknown;
}

export interface FollowedRound {
  readonly moved: boolean;
  /** Whether there is more to follow that can be. */
  readonly more: boolean;
  readonly faults: readonly FollowFault[];
}

/** Next entries of a stream, and how far they go. */
interface Taking {
  readonly place: Place;
  readonly after: number;
  readonly upTo: number;
  readonly entries: readonly Entry[];
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
    for (const place of await followedPlaces(sql)) {
      tables.#cursors.set(streamKey(place.origin, place.stream), place);
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
   * Follows each up to its `seq`, until then (`performance.now()`), by at least one read. What
   * cannot be followed holds up nobody else (T6): it is among the `faults`, and tried again when
   * it is asked for again.
   */
  async follow(places: readonly Place[], untilMs: number): Promise<FollowedRound> {
    const faults: FollowFault[] = [];
    const streamsMax = Math.min(STREAMS_MAX, this.#followed.entriesMax ?? LIMITS.entriesMax);
    let moved = false;
    const isBehind = ({ origin, stream, seq }: Place) => this.seqOf(origin, stream) < seq;
    let behind = places.filter(isBehind);
    while (behind.length > 0) {
      const [some, rest] = [behind.slice(0, streamsMax), behind.slice(streamsMax)];
      const taken = await this.#takeAll(await this.#read(some, faults), faults);
      moved ||= taken.length > 0;
      behind = [...taken.filter(isBehind), ...rest];
      if (performance.now() >= untilMs) break;
    }
    return { moved, more: behind.length > 0, faults };
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

  /** What is next of each; of what is at its end for want of entries, nothing. */
  async #read(places: readonly Place[], faults: FollowFault[]): Promise<Taking[]> {
    const share = (most: number) => Math.ceil(most / places.length);
    const { journal, hashName, entriesMax: most = LIMITS.entriesMax } = this.#followed;
    const takings = await Promise.all(places.map(async (place) => {
      const { origin, stream, seq } = place;
      const after = this.seqOf(origin, stream);
      const entriesMax = Math.min(share(most), seq - after);
      const limits = { entriesMax, bytesMax: share(LIMITS.bytesMax) };
      const read = [origin, stream, after, limits] as const;
      try {
        const result = await journal.call("read", [...read]);
        if (result.kind === "end") return [];
        if (result.kind === "missing") {
          faults.push({ place, error: new MissingEntries(result.seq, result.next - 1) });
        }
        const upTo = Math.min(seq, lastOf(result));
        const entries = result.kind === "run" ? entriesIn(result.run, upTo, hashName) : [];
        return [{ place, after, upTo, entries }];
      } catch (error) {
        faults.push({ place, error });
        return [];
      }
    }));
    return takings.flat();
  }

  /** Takes them at one time, or where that fails each by itself; returns those that moved. */
  async #takeAll(takings: readonly Taking[], faults: FollowFault[]): Promise<Place[]> {
    if (takings.length === 0) return [];
    try {
      await this.#take(takings);
    } catch (error) {
      if (takings.length === 1) {
        faults.push({ place: takings[0].place, error });
        return [];
      }
      const moved: Place[] = [];
      for (const one of takings) moved.push(...await this.#takeAll([one], faults));
      return moved;
    }
    // Behind a hole that nothing hangs on there is nothing to go on from.
    return takings.filter(({ after, upTo }) => upTo > after).map(({ place }) => place);
  }

  async #take(takings: readonly Taking[]): Promise<void> {
    const entries = takings.flatMap((one) => one.entries);
    await this.sql.transaction(async (transaction) => {
      if (entries.length > 0) {
        for (const projection of this.projections) await projection.apply(transaction, entries);
      }
      const cursors = takings.map(({ place: { origin, stream }, upTo }) => [origin, stream, upTo]);
      await moveCursor(transaction, cursors);
    });
    for (const { place: { origin, stream }, upTo } of takings) {
      this.#cursors.set(streamKey(origin, stream), { origin, stream, seq: upTo });
    }
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
