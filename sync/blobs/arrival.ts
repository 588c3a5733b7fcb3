/** One file that comes piece by piece; each piece is durable before the next is asked for. */
import { createHash } from "node:crypto";
import { BlobDamaged, type BlobFacts } from "./blob.ts";
import type { BlobKeys } from "./blob_keys.ts";
import { contentOf } from "./content.ts";
import type { Promised } from "./room.ts";
import { CHUNK_BYTES, chunksOf, SealedFile, wholeBytes } from "./sealed_file.ts";

/** Chunks at the end that a power cut may have torn: more than one piece has. */
const DOUBTED_CHUNKS = 64;

export class Arrival {
  readonly blob: BlobFacts;
  readonly #file: SealedFile;
  readonly #promised: Promised;
  #bytes: number;
  #isSpoilt = false;

  private constructor(blob: BlobFacts, file: SealedFile, promised: Promised, bytes: number) {
    this.blob = blob;
    this.#file = file;
    this.#promised = promised;
    this.#bytes = bytes;
    promised.taken(bytes);
  }

  static async begin(
    path: string,
    keys: BlobKeys,
    blob: BlobFacts,
    promised: Promised,
  ): Promise<Arrival> {
    return new Arrival(blob, await SealedFile.create(path, keys, blob), promised, 0);
  }

  /** Goes on with what came before a restart. Throws `BlobDamaged` where that cannot be read. */
  static async resume(
    path: string,
    keys: BlobKeys,
    hash: string,
    promise: (bytes: number) => Promised,
  ): Promise<Arrival> {
    const file = await SealedFile.open(path, keys, { write: true });
    try {
      const { bytes, ...rest } = file.description;
      if (bytes === null) throw new BlobDamaged(`what came of ${hash}`, 0);
      const held = await soundBytes(file, wholeBytes(await file.size(), bytes), bytes);
      await file.cut(held);
      return new Arrival({ hash, bytes, ...rest }, file, promise(bytes), held);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get path(): string {
    return this.#file.path;
  }

  /** So many bytes from the beginning on are durable. */
  get bytes(): number {
    return this.#bytes;
  }

  get isAll(): boolean {
    return this.#bytes === this.blob.bytes;
  }

  /** What the disk holds of it nobody knows: the kernel forgets pages that it could not write. */
  get isSpoilt(): boolean {
    return this.#isSpoilt;
  }

  /** Adds what follows: whole chunks, or all that is left. Durable when it resolves. */
  async add(content: Uint8Array<ArrayBuffer>): Promise<void> {
    const last = chunksOf(this.blob.bytes) - 1;
    const first = Math.floor(this.#bytes / CHUNK_BYTES);
    for (let at = 0, index = first; at === 0 || at < content.length; index++) {
      const chunk = content.subarray(at, at + CHUNK_BYTES);
      await this.#file.writeChunk(index, chunk, index === last);
      at += CHUNK_BYTES;
    }
    try {
      await this.#file.sync();
    } catch (error) {
      this.#isSpoilt = true;
      throw error;
    }
    this.#bytes += content.length;
    this.#promised.taken(this.#bytes);
  }

  /**
   * Reads all of it back from the disk: it is whole, it has another hash, or it is damaged and
   * goes on from the first chunk that cannot be read.
   */
  async check(hashName: string): Promise<"whole" | "another" | "damaged"> {
    const hash = createHash(hashName);
    try {
      for await (const part of contentOf(this.#file, this.blob.bytes)) hash.update(part);
    } catch (error) {
      if (!(error instanceof BlobDamaged)) throw error;
      this.#bytes = error.chunk * CHUNK_BYTES;
      await this.#file.cut(this.#bytes);
      return "damaged";
    }
    if (hash.digest("hex") !== this.blob.hash) return "another";
    await this.#file.writeEnd(this.blob.hash, this.blob.bytes);
    return "whole";
  }

  close(): void {
    this.#promised.release();
    this.#file.close();
  }
}

/** Of so many bytes those before the first chunk that a power cut has torn. */
async function soundBytes(file: SealedFile, held: number, bytes: number): Promise<number> {
  const chunks = Math.ceil(held / CHUNK_BYTES);
  for (let index = Math.max(0, chunks - DOUBTED_CHUNKS); index < chunks; index++) {
    try {
      await file.readChunk(index, bytes);
    } catch (error) {
      if (!(error instanceof BlobDamaged)) throw error;
      return index * CHUNK_BYTES;
    }
  }
  return held;
}
