/** Reads, over connections of their own: they wait while the database is away. */
import { firstHash } from "../chain.ts";
import { contentsFrom, joined } from "../block.ts";
import { HASH_BYTES } from "../entry.ts";
import { inOneRun, type ReadResult } from "../journal_reading.ts";
import type { Run } from "../run.ts";
import { type PlainBlock, type ReadLimits, streamKey } from "../segments.ts";
import { blocksFrom, storedHash } from "./blocks.ts";
import type { Ask, Connection } from "./connection.ts";
import { DatabaseError } from "./database_error.ts";
import { type Held, type KnownPositions, position } from "./positions.ts";

/** Reads that may wait for the database: each holds nothing but its question. */
const WAITING_MAX = 1000;
/** Streams of which the end of the last read is remembered: some townships' worth. */
const READ_TO_MAX = 10_000;

export class Reading {
  readonly #connections: readonly Connection[];
  readonly #known: KnownPositions;
  readonly #closing: AbortSignal;
  #turn = 0;
  #waiting = 0;
  /** Where the last read of each stream ended: the next one mostly goes on from there. */
  readonly #readTo = new Map<string, { readonly seq: number; readonly hash: Uint8Array }>();

  constructor(connections: readonly Connection[], known: KnownPositions, closing: AbortSignal) {
    this.#connections = connections;
    this.#known = known;
    this.#closing = closing;
  }

  /** See `JournalReading.read`. */
  async read(
    origin: string,
    stream: string,
    after: number,
    limits: ReadLimits,
  ): Promise<ReadResult> {
    const state = this.#known.get(origin, stream);
    const result = await this.#readAt(state, after, limits);
    if (result.kind !== "missing") return result;
    // It was pruned meanwhile, or a fail-over took it: the position says so.
    const now = await this.#ask((ask) => position(ask, origin, stream));
    if (now.seq === state.seq && now.floor === state.floor) return result;
    this.#known.correct([now]);
    return await this.#readAt(now, after, limits);
  }

  /** Hash of an entry held; `null` where it is not. Before the first entry: 32 zero bytes. */
  async hashAt(origin: string, stream: string, seq: number): Promise<Uint8Array | null> {
    if (seq === 0) return firstHash();
    const state = this.#known.get(origin, stream);
    if (seq === state.seq) return state.hash;
    if (seq === state.floor - 1) return state.floorHash;
    if (seq > state.seq || seq < state.floor) return null;
    return await this.#ask((ask) => storedHash(ask, origin, stream, seq));
  }

  async #readAt(state: Held, after: number, limits: ReadLimits): Promise<ReadResult> {
    const { origin, stream } = state;
    if (after >= state.seq) return { kind: "end" };
    if (after + 1 < state.floor) return { kind: "pruned", floor: state.floor };
    const key = streamKey(origin, stream);
    const readTo = this.#readTo.get(key);
    const previous = readTo?.seq === after ? readTo.hash : await this.hashAt(origin, stream, after);
    const blocks = await this.#ask((ask) => blocksFrom(ask, state, after + 1, limits));
    const result = runOf(blocks, state, after, previous);
    if (result.kind !== "run") return result;
    if (this.#readTo.size >= READ_TO_MAX) this.#readTo.clear();
    this.#readTo.set(key, { seq: result.run.last, hash: result.run.hash });
    return result;
  }

  /** Asks when there is a connection; asks again where it was lost over the question. */
  async #ask<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    if (this.#waiting >= WAITING_MAX) {
      throw new DatabaseError("unavailable", `${WAITING_MAX} reads wait for it already`);
    }
    this.#waiting++;
    try {
      for (;;) {
        const connection = this.#connections[this.#turn++ % this.#connections.length];
        await connection.untilUp(this.#closing);
        try {
          return await connection.turn(work);
        } catch (error) {
          const again = error instanceof DatabaseError && error.kind !== "wrong" &&
            connection.trouble !== null;
          if (!again || this.#closing.aborted) throw error;
        }
      }
    } finally {
      this.#waiting--;
    }
  }
}

/** What a read behind `after` gives; `previous` is the hash of entry `after`. */
function runOf(
  found: readonly PlainBlock[],
  { origin, stream, seq }: Held,
  after: number,
  previous: Uint8Array | null,
): ReadResult {
  const blocks = inOneRun(found, after);
  const last = blocks.at(-1);
  if (last === undefined) {
    return { kind: "missing", seq: after + 1, next: found.at(0)?.first ?? seq + 1 };
  }
  if (previous === null) return { kind: "missing", seq: after, next: after + 1 };
  const run: Run = {
    origin,
    stream,
    first: after + 1,
    last: last.last,
    contents: joined(blocks.map((block) => contentsFrom(block, after + 1))),
    previous,
    hash: last.hashes.slice(-HASH_BYTES),
    signature: last.signature,
  };
  return { kind: "run", run };
}
