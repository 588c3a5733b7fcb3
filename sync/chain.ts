/** The hash chain of one (origin, stream): each hash covers the hash before it. */
import { createHash } from "node:crypto";
import { HASH_BYTES } from "./entry.ts";
import { OctetWriter } from "./octets.ts";

/** SHA-256 (FIPS 180-4), or SM3 (GB/T 32905) where a county asks for 国密. */
export const HASH_NAMES = ["sha256", "sm3"] as const;
export type HashName = typeof HASH_NAMES[number];

/** The version byte that an entry's bytes begin with names the hash too. */
const VERSION: Record<HashName, number> = { sha256: 1, sm3: 2 };

/** The hash that the first entry of a stream follows. */
export function firstHash(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(HASH_BYTES);
}

/** Walks a chain: give it contents in order, it gives their hashes. */
export class Chain {
  readonly #hashName: HashName;
  readonly #seqAt: number;
  readonly #contentAt: number;
  readonly #prefix: Uint8Array;
  #scratch: Uint8Array;
  #view: DataView;
  #seq: number;

  /** Stands behind entry `seq` with hash `hash`; 0 and 32 zero bytes before the first. */
  constructor(
    origin: string,
    stream: string,
    seq: number,
    hash: Uint8Array,
    hashName: HashName = "sha256",
  ) {
    const prefix = new OctetWriter(256);
    prefix.raw(hash);
    prefix.u8(VERSION[hashName]);
    prefix.text16(origin);
    prefix.text16(stream);
    this.#seqAt = prefix.length;
    prefix.i64(0);
    this.#contentAt = prefix.length;
    this.#prefix = prefix.bytes().slice();
    this.#scratch = new Uint8Array(4096);
    this.#view = new DataView(this.#scratch.buffer);
    this.#scratch.set(this.#prefix);
    this.#hashName = hashName;
    this.#seq = seq;
  }

  /** The last entry walked. */
  get seq(): number {
    return this.#seq;
  }

  /** Hash of the last entry walked: a view that the next step overwrites. */
  get hash(): Uint8Array {
    return this.#scratch.subarray(0, HASH_BYTES);
  }

  /** Steps over the next entry, whose content is given. */
  next(content: Uint8Array): Uint8Array {
    const end = this.#contentAt + content.length;
    if (end > this.#scratch.length) this.#grow(end);
    const seq = ++this.#seq;
    this.#view.setUint32(this.#seqAt, Math.floor(seq / 4294967296));
    this.#view.setUint32(this.#seqAt + 4, seq >>> 0);
    this.#scratch.set(content, this.#contentAt);
    const hex = createHash(this.#hashName).update(this.#scratch.subarray(0, end)).digest("hex");
    this.#scratch.setFromHex(hex);
    return this.hash;
  }

  /** Stands elsewhere in the same stream. */
  moveTo(seq: number, hash: Uint8Array): void {
    this.#seq = seq;
    this.#scratch.set(hash);
  }

  #grow(bytes: number): void {
    const grown = new Uint8Array(Math.max(bytes, this.#scratch.length * 2));
    grown.set(this.#scratch.subarray(0, this.#contentAt));
    this.#scratch = grown;
    this.#view = new DataView(grown.buffer);
  }
}
