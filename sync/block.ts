/** Blocks: how entries that were committed together are kept, and how parts are taken out again. */
import type { Chain } from "./chain.ts";
import { contentEnds, HASH_BYTES, readContent } from "./entry.ts";
import { OctetReader } from "./octets.ts";
import type { Block, Change, StreamState } from "./segments.ts";

/** Gathers the items of one stream into one block, hashing as it goes. */
export class BlockBuilder {
  readonly #chain: Chain;
  readonly #bytes: Uint8Array;
  readonly #hashes: Uint8Array;
  readonly #parts: Uint8Array[] = [];
  readonly #first: number;
  #start = 0;
  /** End of the last content added: contents that touch stay one part. */
  #end = -1;

  /** The contents to add all lie in `bytes`, and are at most `countMax`. */
  constructor(chain: Chain, bytes: Uint8Array, countMax: number) {
    this.#chain = chain;
    this.#bytes = bytes;
    this.#hashes = new Uint8Array(countMax * HASH_BYTES);
    this.#first = chain.seq + 1;
  }

  /** Adds the content at [from, end) and returns its sequence number. */
  add(from: number, end: number): number {
    const hash = this.#chain.next(this.#bytes.subarray(from, end));
    this.#hashes.set(hash, (this.#chain.seq - this.#first) * HASH_BYTES);
    if (from !== this.#end) {
      this.#closePart();
      this.#start = from;
    }
    this.#end = end;
    return this.#chain.seq;
  }

  block(): Block {
    this.#closePart();
    const last = this.#chain.seq;
    return {
      first: this.#first,
      last,
      contents: joined(this.#parts),
      hashes: this.#hashes.subarray(0, (last - this.#first + 1) * HASH_BYTES),
      signature: null,
    };
  }

  #closePart(): void {
    if (this.#end >= 0) this.#parts.push(this.#bytes.subarray(this.#start, this.#end));
  }
}

/** What has to be committed for a block that continues `state`. */
export function blockChanges(
  state: StreamState,
  block: Block,
): { changes: Change[]; state: StreamState } {
  const { origin, stream } = state;
  const moved = { ...state, seq: block.last, hash: block.hashes.slice(-HASH_BYTES) };
  return {
    changes: [{ kind: "block", origin, stream, block }, { kind: "stream", state: moved }],
    state: moved,
  };
}

/** The contents of a block from entry `first` on. */
export function contentsFrom(block: Block, first: number): Uint8Array {
  if (first <= block.first) return block.contents;
  return block.contents.subarray(contentEnds(block.contents)[first - block.first - 1]);
}

/** Wall clock of a block's last entry, milliseconds since 1970 UTC. */
export function lastWallMs(block: Block): number {
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
