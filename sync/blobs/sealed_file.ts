/**
 * A blob's file at rest: chunks that open one by one, each only at its place of its own file.
 *
 * ```
 * file        = header  description  chunk…  end
 * header      = "TRIBLOB1"  key id:8  salt:32
 * description = sealed(mediaType:text16  owner:text16  wallMs:i64  bytes:i64, −1 unknown, to 512)
 * chunk       = sealed(32 KiB; the last may be shorter, and is sealed as the last)
 * end         = sealed(hash:32  bytes:i64), only once the content was found to have this hash
 * sealed(x)   = nonce:12  AES-256-GCM(x)  tag:16, over header ‖ part:u8 ‖ index:i64 as well
 * ```
 */
import { HASH_BYTES } from "../entry.ts";
import { OctetReader, OctetsError, OctetWriter } from "../octets.ts";
import { BlobDamaged, BlobLocked } from "./blob.ts";
import {
  type BlobKeys,
  KEY_ID_BYTES,
  SALT_BYTES,
  SEAL_BYTES,
  type Sealer,
  type SealPlace,
} from "./blob_keys.ts";

/** A second of a line of 256 kbit/s: what is sent at once is made of whole chunks. */
export const CHUNK_BYTES = 32 << 10;
const MAGIC = new TextEncoder().encode("TRIBLOB1");
const HEADER_BYTES = MAGIC.length + KEY_ID_BYTES + SALT_BYTES;
const DESCRIPTION_BYTES = 512;
const DESCRIPTION: SealPlace = { part: "description", index: 0 };
const END: SealPlace = { part: "end", index: 0 };
const CHUNKS_AT = HEADER_BYTES + DESCRIPTION_BYTES + SEAL_BYTES;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + SEAL_BYTES;
const END_BYTES = HASH_BYTES + 8 + SEAL_BYTES;

/** What stands in a file before its content. */
export interface Description {
  readonly mediaType: string;
  readonly owner: string;
  readonly wallMs: number;
  /** `null` where the content was written before its end was known. */
  readonly bytes: number | null;
}

/** Chunks that so many bytes take; nothing takes one, too. */
export function chunksOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / CHUNK_BYTES));
}

/** Bytes that a content of so many takes on disk. */
export function sealedBytes(bytes: number): number {
  return CHUNKS_AT + bytes + chunksOf(bytes) * SEAL_BYTES + END_BYTES;
}

/** Bytes of content in the complete chunks of a file that has no end yet. */
export function wholeBytes(fileBytes: number, bytes: number): number {
  const held = Math.max(0, fileBytes - CHUNKS_AT);
  const chunks = Math.floor(held / SEALED_CHUNK_BYTES);
  const all = bytes + chunksOf(bytes) * SEAL_BYTES;
  return held >= all ? bytes : Math.min(chunks, chunksOf(bytes) - 1) * CHUNK_BYTES;
}

/** One open file; its calls are made one after the other. */
export class SealedFile implements Disposable {
  readonly path: string;
  readonly description: Description;
  /** Id of the storage key, hexadecimal. */
  readonly keyId: string;
  readonly #file: Deno.FsFile;
  readonly #sealer: Sealer;

  private constructor(
    path: string,
    file: Deno.FsFile,
    sealer: Sealer,
    description: Description,
    keyId: string,
  ) {
    this.path = path;
    this.#file = file;
    this.#sealer = sealer;
    this.description = description;
    this.keyId = keyId;
  }

  static async create(
    path: string,
    keys: BlobKeys,
    description: Description,
  ): Promise<SealedFile> {
    const header = new OctetWriter(HEADER_BYTES);
    header.raw(MAGIC);
    header.raw(keys.newestId);
    const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
    header.raw(salt);
    const sealer = await keys.sealer(keys.newestId, salt, header.bytes());
    if (sealer === null) throw new Error("The newest key is none of the keys");
    const options = { read: true, write: true, createNew: true, mode: 0o600 };
    const file = await Deno.open(path, options);
    const made = new SealedFile(path, file, sealer, description, keys.newestId.toHex());
    try {
      await made.#writeAll(header.bytes());
      await made.#writeAll(await sealer.seal(DESCRIPTION, describe(description)));
      return made;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Throws {@link BlobDamaged} where its head cannot be read, {@link BlobLocked} for a key. */
  static async open(
    path: string,
    keys: BlobKeys,
    access: { readonly write: boolean },
  ): Promise<SealedFile> {
    const file = await Deno.open(path, { read: true, ...access });
    try {
      const header = await readFrom(file, 0, HEADER_BYTES);
      const at = MAGIC.length;
      if (header.length < HEADER_BYTES || !header.toHex().startsWith(MAGIC.toHex())) {
        throw new BlobDamaged(`the head of ${nameOf(path)}`, 0);
      }
      const id = header.subarray(at, at + KEY_ID_BYTES);
      const sealer = await keys.sealer(id, header.subarray(at + KEY_ID_BYTES), header);
      if (sealer === null) throw new BlobLocked(nameOf(path), id.toHex());
      const sealed = await readFrom(file, HEADER_BYTES, DESCRIPTION_BYTES + SEAL_BYTES);
      const plain = await sealer.open(DESCRIPTION, sealed);
      if (plain === null) throw new BlobDamaged(`the description of ${nameOf(path)}`, 0);
      return new SealedFile(path, file, sealer, readDescription(plain), id.toHex());
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Bytes of the file itself. */
  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  async writeChunk(
    index: number,
    plain: Uint8Array<ArrayBuffer>,
    isLast: boolean,
  ): Promise<void> {
    const place: SealPlace = { part: isLast ? "last-chunk" : "chunk", index };
    const sealed = await this.#sealer.seal(place, plain);
    await this.#file.seek(CHUNKS_AT + index * SEALED_CHUNK_BYTES, Deno.SeekMode.Start);
    await this.#writeAll(sealed);
  }

  /** A chunk of a content of so many bytes. Throws {@link BlobDamaged}. */
  async readChunk(index: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const last = chunksOf(bytes) - 1;
    const length = index === last ? bytes - last * CHUNK_BYTES : CHUNK_BYTES;
    const at = CHUNKS_AT + index * SEALED_CHUNK_BYTES;
    const sealed = await readFrom(this.#file, at, length + SEAL_BYTES);
    const place: SealPlace = { part: index === last ? "last-chunk" : "chunk", index };
    const plain = await this.#sealer.open(place, sealed);
    if (plain === null || plain.length !== length) {
      throw new BlobDamaged(`chunk ${index} of ${nameOf(this.path)}`, index);
    }
    return plain;
  }

  /** Says that the content is whole, behind its last chunk; durable when it resolves. */
  async writeEnd(hash: string, bytes: number): Promise<void> {
    const end = new OctetWriter(HASH_BYTES + 8);
    end.raw(Uint8Array.fromHex(hash));
    end.i64(bytes);
    const sealed = await this.#sealer.seal(END, end.bytes());
    await this.#file.seek(sealedBytes(bytes) - END_BYTES, Deno.SeekMode.Start);
    await this.#writeAll(sealed);
    await this.#file.truncate(sealedBytes(bytes));
    await this.#file.sync();
  }

  /** Hash and size of the content. Throws {@link BlobDamaged} where it is not whole. */
  async readEnd(): Promise<{ hash: string; bytes: number }> {
    const size = await this.size();
    const sealed = await readFrom(this.#file, Math.max(0, size - END_BYTES), END_BYTES);
    const plain = await this.#sealer.open(END, sealed);
    if (plain === null) throw new BlobDamaged(`the end of ${nameOf(this.path)}`, 0);
    const reader = new OctetReader(plain);
    const end = { hash: reader.raw(HASH_BYTES).toHex(), bytes: reader.i64() };
    if (sealedBytes(end.bytes) !== size) throw new BlobDamaged(nameOf(this.path), 0);
    return end;
  }

  /** Forgets what stands behind so many bytes of content. */
  async cut(bytes: number): Promise<void> {
    await this.#file.truncate(CHUNKS_AT + Math.ceil(bytes / CHUNK_BYTES) * SEALED_CHUNK_BYTES);
  }

  /** Makes durable what was written. */
  async sync(): Promise<void> {
    await this.#file.syncData();
  }

  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
  }
}

/** What is there of so many bytes from a place on. */
async function readFrom(
  file: Deno.FsFile,
  at: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  await file.seek(at, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const count = await file.read(bytes.subarray(read));
    if (count === null) break;
    read += count;
  }
  return bytes.subarray(0, read);
}

function nameOf(path: string): string {
  return path.split("/").slice(-2).join("");
}

function describe(
  { mediaType, owner, wallMs, bytes }: Description,
): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter(DESCRIPTION_BYTES);
  writer.text16(mediaType);
  writer.text16(owner);
  writer.i64(wallMs);
  writer.i64(bytes ?? -1);
  if (writer.length > DESCRIPTION_BYTES) {
    throw new OctetsError(`Cannot describe a file in ${writer.length} bytes`);
  }
  writer.raw(new Uint8Array(DESCRIPTION_BYTES - writer.length));
  return writer.bytes();
}

function readDescription(plain: Uint8Array): Description {
  const reader = new OctetReader(plain);
  const [mediaType, owner] = [reader.text16(), reader.text16()];
  const [wallMs, bytes] = [reader.i64(), reader.i64()];
  return { mediaType, owner, wallMs, bytes: bytes < 0 ? null : bytes };
}
