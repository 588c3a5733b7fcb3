/** Blocks: how entries that were committed together are kept, and how parts are taken out again. */
import type { Chain } from "./chain.ts";
import { contentEnds, HASH_BYTES, readContent } from "./entry.ts";
import { OctetReader } from "./octets.ts";
import type { Block, Change, PlainBlock, StreamState } from "./segments.ts";

/** A block that has reached as many bytes is full: any two of them fit into one batch. */
const BLOCK_BYTES_MAX = 1 << 20;

/** Gathers the items of one stream into blocks, hashing as it goes. */
export class BlockBuilder {
  readonly #chain: Chain;
  readonly #bytes: Uint8Array;
  readonly #hashes: Uint8Array;
  readonly #blocks: Block[] = [];
  /** Number of the first entry of all, and of the block that is being filled. */
  readonly #firstOfAll: number;
  #first: number;
  /** Hash of the entry before the block that is being filled. */
  #previous: Uint8Array;
  #parts: Uint8Array[] = [];
  #size = 0;
  #start = 0;
  /** End of the last content added: contents that touch stay one part. */
  #end = -1;

  /** The contents to add all lie in `bytes`, and are at most `countMax`. */
  constructor(chain: Chain, bytes: Uint8Array, countMax: number) {
    this.#chain = chain;
    this.#bytes = bytes;
    this.#hashes = new Uint8Array(countMax * HASH_BYTES);
    this.#firstOfAll = chain.seq + 1;
    this.#first = this.#firstOfAll;
    this.#previous = chain.hash.slice();
  }

  /** Adds the content at [from, end) and returns its sequence number. */
  add(from: number, end: number): number {
    const hash = this.#chain.next(this.#bytes.subarray(from, end));
    this.#hashes.set(hash, (this.#chain.seq - this.#firstOfAll) * HASH_BYTES);
    if (from !== this.#end) {
      this.#closePart();
      this.#start = from;
    }
    this.#end = end;
    this.#size += end - from;
    if (this.#size >= BLOCK_BYTES_MAX) this.#closeBlock();
    return this.#chain.seq;
  }

  blocks(): readonly Block[] {
    if (this.#size > 0) this.#closeBlock();
    return this.#blocks;
  }

  #closeBlock(): void {
    this.#closePart();
    const last = this.#chain.seq;
    const hashAt = (seq: number) => (seq - this.#firstOfAll) * HASH_BYTES;
    this.#blocks.push({
      first: this.#first,
      last,
      contents: joined(this.#parts),
      hashes: this.#hashes.subarray(hashAt(this.#first), hashAt(last + 1)),
      previous: this.#previous,
      signature: null,
    });
    this.#first = last + 1;
    this.#previous = this.#chain.hash.slice();
    this.#parts = [];
    this.#size = 0;
  }

  #closePart(): void {
    if (this.#end >= 0) this.#parts.push(this.#bytes.subarray(this.#start, this.#end));
    this.#end = -1;
  }
}

/** What has to be committed for blocks that continue `state`: one at least. */
export function blockChanges(
  state: StreamState,
  blocks: readonly Block[],
): { changes: Change[]; state: StreamState } {
  const { origin, stream } = state;
  const { last, hashes } = blocks[blocks.length - 1];
  const moved = { ...state, seq: last, hash: hashes.slice(-HASH_BYTES) };
  const stored = blocks.map((block): Change => ({ kind: "block", origin, stream, block }));
  return { changes: [...stored, { kind: "stream", state: moved }], state: moved };
}

/** The contents of a block from entry `first` on. */
export function contentsFrom(block: PlainBlock, first: number): Uint8Array {
  if (first <= block.first || isGap(block)) return block.contents;
  return block.contents.subarray(contentEnds(block.contents)[first - block.first - 1]);
}

/** Entries `first` to `last` of a block that holds more; no gap, which cannot be divided. */
export function partOf(block: Block, first: number, last: number): Block {
  const ends = contentEnds(block.contents);
  const endOf = (seq: number) => seq < block.first ? 0 : ends[seq - block.first];
  const hashAt = (seq: number) => (seq - block.first) * HASH_BYTES;
  return {
    first,
    last,
    contents: block.contents.slice(endOf(first - 1), endOf(last)),
    hashes: block.hashes.slice(hashAt(first), hashAt(last + 1)),
    previous: first === block.first
      ? block.previous
      : block.hashes.slice(hashAt(first - 1), hashAt(first)),
    // Its origin signed the last one, and none before it.
    signature: last === block.last ? block.signature : null,
  };
}

/**
 * Whether a block says only that its entries are not to be had: it has no contents, and of its
 * hashes that of the last entry alone, from which the chain goes on.
 */
export function isGap({ contents }: Pick<Block, "contents">): boolean {
  return contents.length === 0;
}

/** Wall clock of a block's last entry, milliseconds since 1970 UTC; a gap's is before all. */
export function lastWallMs(block: PlainBlock): number {
  if (isGap(block)) return 0;
  const from = contentEnds(block.contents).at(-2) ?? 0;
  return readContent(new OctetReader(block.contents, from)).time.wallMs;
}

/** The parts as one; a single part is handed back as it is. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
