/**
 * How libsql encrypts the pages of a file with `aes256cbc`, so that what is left of a damaged one
 * can be read page by page. It is wxSQLite3's AES-256 scheme in SQLite3 Multiple Ciphers (its
 * `cipher_wxaes256.c`): each page by itself, under a key and an initial vector of its own, with
 * bytes 16 to 23 of the file left clear.
 */
import { createDecipheriv, createHash } from "node:crypto";

/** What PDF encryption pads short passwords with (ISO 32000-1, 7.6.3.3), and so does this. */
const PADDING = Uint8Array.fromHex(
  "28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a",
);
const KEY_BYTES = 32;
/** Rounds of SHA-256 behind the first. */
const ROUNDS = 4001;
const SALT = Uint8Array.fromHex("73416c54");
const CLEAR_FROM = 16;
const CLEAR_TO = 24;
const MAGIC = new TextEncoder().encode("SQLite format 3\0");

export class PageCipher {
  readonly #key: Uint8Array | null;

  /** `null`: pages are not encrypted. */
  constructor(encryptionKey: string | null) {
    this.#key = encryptionKey === null ? null : fileKey(encryptionKey);
  }

  /** The page in clear; pages count from 1. What was damaged comes out as noise. */
  read(number: number, page: Uint8Array): Uint8Array {
    if (this.#key === null) return page;
    if (number !== 1) return decrypted(this.#key, number, page);
    // The clear bytes displace the first encrypted ones, which lie before them.
    const moved = page.slice(CLEAR_FROM);
    moved.set(page.subarray(CLEAR_TO - CLEAR_FROM, CLEAR_FROM));
    const clear = new Uint8Array(page.length);
    clear.set(MAGIC);
    clear.set(decrypted(this.#key, number, moved), CLEAR_FROM);
    return clear;
  }

  /** Whether a file's first page is under this key, as far as its beginning is undamaged. */
  fits(first: Uint8Array): boolean {
    if (this.#key === null) return MAGIC.every((byte, index) => first[index] === byte);
    const clear = this.read(1, first);
    return clear.subarray(CLEAR_FROM, CLEAR_TO)
      .every((byte, index) => byte === first[CLEAR_FROM + index]);
  }
}

function fileKey(encryptionKey: string): Uint8Array {
  const given = new TextEncoder().encode(encryptionKey).subarray(0, KEY_BYTES);
  const padded = new Uint8Array(KEY_BYTES);
  padded.set(given);
  padded.set(PADDING.subarray(0, KEY_BYTES - given.length), given.length);
  let key = sha256(padded);
  for (let round = 0; round < ROUNDS; round++) key = sha256(key);
  return key;
}

function decrypted(key: Uint8Array, number: number, bytes: Uint8Array): Uint8Array {
  const salted = new Uint8Array(KEY_BYTES + 8);
  salted.set(key);
  new DataView(salted.buffer).setUint32(KEY_BYTES, number, true);
  salted.set(SALT, KEY_BYTES + 4);
  const decipher = createDecipheriv("aes-256-cbc", sha256(salted), initialVector(number));
  decipher.setAutoPadding(false);
  const { buffer, byteOffset, byteLength } = Buffer.concat([
    decipher.update(bytes),
    decipher.final(),
  ]);
  // A Buffer's `slice` does not copy.
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A linear congruential generator (L'Ecuyer 1988), seeded with the page's number. */
function initialVector(number: number): Uint8Array {
  const seeds = new DataView(new ArrayBuffer(16));
  let z = number + 1;
  for (let at = 0; at < 16; at += 4) {
    const q = Math.trunc(z / 52774);
    z = 40692 * (z - 52774 * q) - 3791 * q;
    if (z < 0) z += 2147483399;
    seeds.setInt32(at, z, true);
  }
  return createHash("md5").update(new Uint8Array(seeds.buffer)).digest();
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
