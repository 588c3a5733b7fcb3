/**
 * Keys of files at rest. A file has a key of its own, which is derived (HKDF, RFC 5869) from a
 * storage key and the file's random salt; the file's head names the storage key by a digest.
 */
import { hkdfSync } from "node:crypto";
import { OctetWriter } from "../octets.ts";

export const KEY_ID_BYTES = 8;
export const SALT_BYTES = 32;
/** AES-256-GCM (NIST SP 800-38D): a random nonce before each chunk, a tag behind it. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES;

/** Which part of a file a sealed piece is: it opens at this place only. */
export interface SealPlace {
  readonly part: "description" | "chunk" | "last-chunk" | "end";
  /** Number of the chunk, from 0; 0 for the other parts. */
  readonly index: number;
}

const PARTS = ["description", "chunk", "last-chunk", "end"] as const;

/** All storage keys that files may be sealed with. */
export class BlobKeys {
  #keys: readonly { readonly id: Uint8Array<ArrayBuffer>; readonly key: Uint8Array }[];

  /** The newest key first: it seals new files, the others only open old ones. */
  constructor(keys: readonly string[]) {
    this.#keys = [];
    this.use(keys);
  }

  /** Takes these in the place of those before. */
  use(keys: readonly string[]): void {
    if (keys.length === 0) throw new Error("Cannot keep files: there is no storage key");
    this.#keys = keys.map((text) => {
      const key = new TextEncoder().encode(text);
      return { id: derive(key, new Uint8Array(), "tributary-blob-key-id-1", KEY_ID_BYTES), key };
    });
  }

  get newestId(): Uint8Array<ArrayBuffer> {
    return this.#keys[0].id;
  }

  /** Seals and opens for one file; `null` where no key has this id. */
  async sealer(
    id: Uint8Array,
    salt: Uint8Array,
    header: Uint8Array,
  ): Promise<Sealer | null> {
    const known = this.#keys.find((one) => one.id.toHex() === id.toHex());
    if (known === undefined) return null;
    const raw = derive(known.key, salt, "tributary-blob-1", 32);
    const use: KeyUsage[] = ["encrypt", "decrypt"];
    return new Sealer(await crypto.subtle.importKey("raw", raw, "AES-GCM", false, use), header);
  }
}

export class Sealer {
  readonly #key: CryptoKey;
  readonly #header: Uint8Array;

  constructor(key: CryptoKey, header: Uint8Array) {
    this.#key = key;
    this.#header = header;
  }

  async seal(place: SealPlace, plain: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = await crypto.subtle.encrypt(this.#parameters(iv, place), this.#key, plain);
    const bytes = new Uint8Array(NONCE_BYTES + sealed.byteLength);
    bytes.set(iv);
    bytes.set(new Uint8Array(sealed), NONCE_BYTES);
    return bytes;
  }

  /** `null` where these are not the bytes that were sealed for this place of this file. */
  async open(
    place: SealPlace,
    sealed: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    if (sealed.length < SEAL_BYTES) return null;
    const parameters = this.#parameters(sealed.subarray(0, NONCE_BYTES), place);
    try {
      return new Uint8Array(
        await crypto.subtle.decrypt(parameters, this.#key, sealed.subarray(NONCE_BYTES)),
      );
    } catch {
      return null;
    }
  }

  #parameters(iv: Uint8Array<ArrayBuffer>, { part, index }: SealPlace): AesGcmParams {
    const additional = new OctetWriter(this.#header.length + 9);
    additional.raw(this.#header);
    additional.u8(PARTS.indexOf(part));
    additional.i64(index);
    return { name: "AES-GCM", iv, additionalData: additional.bytes(), tagLength: 8 * TAG_BYTES };
  }
}

function derive(
  key: Uint8Array,
  salt: Uint8Array,
  info: string,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hkdfSync("sha256", key, salt, info, bytes));
}
