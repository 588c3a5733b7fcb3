/** Big-endian binary writing and reading: what entries and wire batches are made of. */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const TWO_32 = 4294967296;

/** Bytes that end before what they announce, or a number that does not fit. */
export class OctetsError extends Error {
  override name = "OctetsError";
}

/** A buffer that grows as it is written. `bytes()` is a view of what was written so far. */
export class OctetWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  length = 0;

  constructor(initialBytes = 1024) {
    this.#bytes = new Uint8Array(initialBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was written so far, without a copy: valid until the next write. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  #reserve(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.length = needed;
    return at;
  }

  u8(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setUint16(at, value);
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  /** Overwrites four bytes written before, for a length known only afterwards. */
  patchU32(at: number, value: number): void {
    this.#view.setUint32(at, value);
  }

  /** A safe integer as 64 bits, two's complement. */
  i64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setInt32(at, Math.floor(value / TWO_32));
    this.#view.setUint32(at + 4, value >>> 0);
  }

  /** Unsigned LEB128 of a safe integer ≥ 0: seven bits a byte, low bits first. */
  varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.u8((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.u8(rest);
  }

  /** A signed safe integer, zigzag: 0, −1, 1, −2 … as 0, 1, 2, 3 … */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** UTF-8 without a length before it; returns the number of bytes. */
  utf8(text: string): number {
    const at = this.#reserve(text.length * 3);
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(at));
    this.length = at + written;
    return written;
  }

  /** UTF-8 behind its length in 16 bits. */
  text16(text: string): void {
    const at = this.length;
    this.u16(0);
    const written = this.utf8(text);
    if (written > 0xffff) {
      throw new OctetsError(`Cannot write text: ${written} bytes, at most 65535`);
    }
    this.#view.setUint16(at, written);
  }
}

/** Reads what {@link OctetWriter} wrote; every read past the end throws {@link OctetsError}. */
export class OctetReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  #take(count: number): number {
    const at = this.at;
    if (count > this.bytes.length - at) {
      throw new OctetsError(
        `Cannot read ${count} bytes at ${at}: only ${this.bytes.length - at} are left`,
      );
    }
    this.at = at + count;
    return at;
  }

  u8(): number {
    return this.bytes[this.#take(1)];
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  i64(): number {
    const at = this.#take(8);
    const value = this.#view.getInt32(at) * TWO_32 + this.#view.getUint32(at + 4);
    if (!Number.isSafeInteger(value)) throw new OctetsError(`Cannot read a number of ${value}`);
    return value;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (!Number.isSafeInteger(value)) throw new OctetsError("Cannot read a number over 2^53");
      if (byte < 128) return value;
    }
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  /** A view of the next bytes, without a copy. */
  raw(count: number): Uint8Array {
    const at = this.#take(count);
    return this.bytes.subarray(at, at + count);
  }

  utf8(count: number): string {
    const bytes = this.raw(count);
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new OctetsError("Cannot read text: it is not UTF-8", { cause });
    }
  }

  text16(): string {
    return this.utf8(this.u16());
  }
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index]) return false;
  }
  return true;
}
