/** What can be read of a journal: runs behind a place, and the hash of any entry. */
import { contentsFrom, isGap, joined } from "./block.ts";
import { firstHash } from "./chain.ts";
import { HASH_BYTES } from "./entry.ts";
import { nodeOf } from "./origin.ts";
import type { Run } from "./run.ts";
import type { SegmentRow } from "./segment_row.ts";
import type { Block, PlainBlock, ReadLimits, StreamState } from "./segments.ts";
import { ONE_BLOCK, streamKey } from "./segments.ts";

/** What a run of reads may ask for: nothing there, a run, or that it was pruned. */
export type ReadResult =
  | { readonly kind: "run"; readonly run: Run }
  | { readonly kind: "end" }
  | { readonly kind: "pruned"; readonly floor: number }
  /** Damaged: entries from `seq` on are not on this disk, though they should be; `next` is. */
  | { readonly kind: "missing"; readonly seq: number; readonly next: number };

export class JournalReading {
  readonly #row: SegmentRow;
  readonly #node: string;
  readonly #state: (origin: string, stream: string) => StreamState;
  /** Where the last read of each stream ended: the next one mostly goes on from there. */
  readonly #readTo = new Map<string, { readonly seq: number; readonly hash: Uint8Array }>();

  /** `node`: whose journal it is; what others wrote is read up to what they have signed. */
  constructor(
    row: SegmentRow,
    node: string,
    state: (origin: string, stream: string) => StreamState,
  ) {
    this.#row = row;
    this.#node = node;
    this.#state = state;
  }

  /** Entries behind `after`; those of other origins up to a place their origin has signed. */
  read(origin: string, stream: string, after: number, limits: ReadLimits): ReadResult {
    const state = this.#state(origin, stream);
    if (after >= state.seq) return { kind: "end" };
    if (after + 1 < state.floor) return { kind: "pruned", floor: state.floor };
    const { blocks, next } = this.#run(origin, stream, after, limits);
    const last = blocks.at(-1);
    if (last === undefined) return { kind: "missing", seq: after + 1, next: next ?? state.seq + 1 };
    const key = streamKey(origin, stream);
    const readTo = this.#readTo.get(key);
    const [{ first, previous: own }] = blocks;
    const previous = readTo?.seq === after
      ? readTo.hash
      : first === after + 1
      ? own
      : this.hashAt(origin, stream, after);
    if (previous === null) return { kind: "missing", seq: after + 1, next: last.last + 1 };
    const hash = last.hashes.slice(-HASH_BYTES);
    this.#readTo.set(key, { seq: last.last, hash });
    const run: Run = {
      origin,
      stream,
      first: after + 1,
      last: last.last,
      contents: joined(blocks.map((block) => contentsFrom(block, after + 1))),
      previous,
      hash,
      signature: last.signature,
    };
    return { kind: "run", run };
  }

  /** Forgets what it remembers of where streams were read to: they may hold something else now. */
  forget(): void {
    this.#readTo.clear();
  }

  /**
   * Blocks behind `after` that make one run; without any, `next` is the first entry behind the
   * hole. A part of a block that was salvaged has no signature of its origin, so that its run goes
   * on to the next place that has one.
   */
  #run(
    origin: string,
    stream: string,
    after: number,
    limits: ReadLimits,
  ): { blocks: readonly Block[]; next: number | undefined } {
    const found = this.#row.blocks(origin, stream, after + 1, limits);
    let blocks = inOneRun(found, after);
    if (nodeOf(origin) === this.#node) return { blocks, next: found.at(0)?.first };
    for (let last = blocks.at(-1); last !== undefined && last.signature === null;) {
      const more = this.#row.blocks(origin, stream, last.last + 1, ONE_BLOCK);
      const longer = inOneRun([...blocks, ...more], after);
      if (longer.length === blocks.length) {
        const signed = blocks.findLastIndex(({ signature }) => signature !== null);
        return { blocks: blocks.slice(0, signed + 1), next: more.at(0)?.first };
      }
      blocks = longer;
      last = blocks.at(-1);
    }
    return { blocks, next: found.at(0)?.first };
  }

  /** Hash of an entry held; `null` where it is not. Before the first entry: 32 zero bytes. */
  hashAt(origin: string, stream: string, seq: number): Uint8Array | null {
    if (seq === 0) return firstHash();
    const state = this.#state(origin, stream);
    if (seq === state.seq) return state.hash;
    if (seq === state.floor - 1) return state.floorHash;
    if (seq > state.seq || seq < state.floor) return null;
    const block = this.#row.blocks(origin, stream, seq, ONE_BLOCK).at(0);
    if (block === undefined || block.first > seq) return null;
    if (isGap(block)) return seq === block.last ? block.hashes : null;
    const at = (seq - block.first) * HASH_BYTES;
    return block.hashes.slice(at, at + HASH_BYTES);
  }

  /** The hash that an entry held hangs on, as its block says; `null` where it begins none. */
  previousOf(origin: string, stream: string, seq: number): Uint8Array | null {
    const block = this.#row.blocks(origin, stream, seq, ONE_BLOCK).at(0);
    return block?.first === seq ? block.previous : null;
  }
}

/** The blocks at the beginning that follow each other from `after` on; a gap is alone. */
export function inOneRun<B extends PlainBlock>(
  blocks: readonly B[],
  after: number,
): readonly B[] {
  const end = blocks.findIndex((block, index) =>
    index === 0
      ? block.first > after + 1
      : block.first !== blocks[index - 1].last + 1 || isGap(block) || isGap(blocks[index - 1])
  );
  return end < 0 ? blocks : blocks.slice(0, end);
}
