/** A file that is known by the hash of its content, and what can be wrong with one. */
import { HASH_BYTES } from "../entry.ts";
import { OctetWriter } from "../octets.ts";

/** What is known of a file before it is here, or once it is. */
export interface BlobFacts {
  /** Hash of the content, 64 hexadecimal digits; of the county's kind (see chain.ts). */
  readonly hash: string;
  readonly bytes: number;
  /** As in HTTP's `Content-Type`. */
  readonly mediaType: string;
  /** The node that took it in first. */
  readonly owner: string;
  /** Wall clock when it was taken in there, milliseconds since 1970 UTC. */
  readonly wallMs: number;
}

/** A study of 4 GiB is the largest that the county's imaging sends. */
export const BLOB_BYTES_MAX = 2 ** 32;
export const MEDIA_TYPE_CHARACTERS_MAX = 127;

const TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";
/** RFC 9110, 8.3.1; of the parameters only plain ones. */
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(; ?${TOKEN}=${TOKEN})*$`);
const HASH = new RegExp(`^[0-9a-f]{${2 * HASH_BYTES}}$`);

export function isMediaType(text: string): boolean {
  return text.length <= MEDIA_TYPE_CHARACTERS_MAX && MEDIA_TYPE.test(text);
}

export function isBlobHash(text: string): boolean {
  return HASH.test(text);
}

export const REFUSAL_CODES = ["too-large", "no-space", "too-many", "bad-media-type"] as const;
export type BlobRefusalCode = typeof REFUSAL_CODES[number];

/** A file is not taken; whoever has it keeps it and tries again later, or not at all. */
export class BlobRefused extends Error {
  override name = "BlobRefused";
  readonly code: BlobRefusalCode;
  readonly hint: string;

  constructor(code: BlobRefusalCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** The copy on this disk is not what was written, from this chunk on. */
export class BlobDamaged extends Error {
  override name = "BlobDamaged";
  /** The first chunk that cannot be read, from 0. */
  readonly chunk: number;

  constructor(what: string, chunk: number, cause?: unknown) {
    super(`Cannot read ${what}: it is damaged on this disk`, { cause });
    this.chunk = chunk;
  }
}

/** The copy on this disk is sealed with a key that this node is not given: it stays untouched. */
export class BlobLocked extends Error {
  override name = "BlobLocked";

  constructor(what: string, keyId: string) {
    super(`Cannot read ${what}: it needs the storage key with the id ${keyId}`);
  }
}

/** What a centre signs after its own fsync: "this file is whole and durable with me". */
export function blobReceiptStatement(centre: string, hash: string, bytes: number): Uint8Array {
  const writer = new OctetWriter(128);
  writer.text16("tributary-blob-1");
  writer.text16(centre);
  writer.raw(Uint8Array.fromHex(hash));
  writer.i64(bytes);
  return writer.bytes();
}
