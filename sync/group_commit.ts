/** What waits for one commit: items of any number of callers, packed for the journal's thread. */
import { BODY_BYTES_MAX, type Stamp, writeContent } from "./entry.ts";
import type { KeyClaim, KeyRelease } from "./journal_keys.ts";
import {
  type Append,
  type AppendBatch,
  type Appended,
  type AppendResult,
  CONFLICT,
  DUPLICATE,
} from "./append.ts";
import { OctetWriter } from "./octets.ts";

/** Enough to make an fsync cheap for each, few enough that the next commit starts soon. */
const ENTRIES_MAX = 1024;
const BYTES_MAX = BODY_BYTES_MAX;

interface Waiter {
  /** Index of the caller's first entry in the commit. */
  readonly from: number;
  readonly items: readonly Append[];
  readonly resolve: (outcomes: Appended[]) => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit {
  readonly #writer = new OctetWriter(64 << 10);
  /** Streams named so far, each with its place in the batch's list. */
  readonly #streams = new Map<string, number>();
  readonly #streamOf: number[] = [];
  readonly #ends: number[] = [];
  readonly #claims: KeyClaim[] = [];
  readonly #releases: KeyRelease[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #stamp: Stamp;

  constructor(stamp: Stamp) {
    this.#stamp = stamp;
  }

  get full(): boolean {
    return this.#ends.length >= ENTRIES_MAX || this.#writer.length >= BYTES_MAX;
  }

  get bytes(): number {
    return this.#writer.length;
  }

  /** Adds a caller's items; they stay together, so the commit may grow past its limit by them. */
  add(items: readonly Append[]): Promise<Appended[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Appended[]>();
    this.#waiters.push({ from: this.#ends.length, items, resolve, reject });
    for (const item of items) this.#pack(item);
    return promise;
  }

  #pack(item: Append): void {
    const index = this.#ends.length;
    if (item.kind === "release") {
      this.#releases.push({ channel: item.channel, id: item.id, before: index });
      return;
    }
    writeContent(this.#writer, item.time, item.entryKind, item.body);
    let stream = this.#streams.get(item.stream);
    if (stream === undefined) {
      stream = this.#streams.size;
      this.#streams.set(item.stream, stream);
    }
    this.#streamOf.push(stream);
    this.#ends.push(this.#writer.length);
    if (item.key !== undefined) this.#claims.push({ item: index, ...item.key });
    if (item.otherKey !== undefined) this.#claims.push({ item: index, ...item.otherKey });
  }

  /** All of it; its contents are handed over and must not be touched afterwards. */
  batch(): AppendBatch {
    return {
      streams: [...this.#streams.keys()],
      streamOf: Uint16Array.from(this.#streamOf),
      contents: this.#writer.bytes(),
      ends: Uint32Array.from(this.#ends),
      claims: this.#claims,
      releases: this.#releases,
      stamp: this.#stamp,
    };
  }

  /** Tells each caller what became of its items. */
  landed(seqs: AppendResult): void {
    for (const { from, items, resolve } of this.#waiters) {
      let index = from;
      resolve(items.map((item): Appended => {
        if (item.kind === "release") return { kind: "released" };
        const seq = seqs[index++];
        if (seq === DUPLICATE) return { kind: "duplicate" };
        if (seq === CONFLICT) return { kind: "conflict" };
        return { kind: "stored", seq };
      }));
    }
  }

  failed(error: unknown): void {
    for (const { reject } of this.#waiters) reject(error);
  }
}
