/** Where whole files stand: `ab/cdef…` by their hash, and what is damaged in `set-aside/`. */
import { join } from "node:path";
import { BlobDamaged, type BlobFacts, isBlobHash } from "./blob.ts";
import type { BlobKeys } from "./blob_keys.ts";
import { fileNames, removeIfThere, syncFolder } from "./folder.ts";
import { SealedFile } from "./sealed_file.ts";

export interface OpenBlob {
  readonly file: SealedFile;
  readonly facts: BlobFacts;
}

/** What the names of files on the shelf begin with. */
export const PREFIXES: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, "0"),
);

export class Shelf {
  readonly #directory: string;
  readonly #keys: BlobKeys;
  readonly #named: () => Promise<void>;
  /** Files whose new name may not be on the disk: the folder could not be synced. */
  readonly #doubted = new Set<string>();

  /** `named` is called when a file has its name, which is not durable yet. */
  constructor(directory: string, keys: BlobKeys, named: () => Promise<void>) {
    this.#named = named;
    this.#directory = directory;
    this.#keys = keys;
  }

  /** Takes a whole, durable file in, over one of before; durable when it resolves. */
  async place(path: string, hash: string): Promise<void> {
    const folder = this.#folderOf(hash);
    try {
      await Deno.mkdir(folder, { mode: 0o700 });
      await syncFolder(this.#directory);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
    await Deno.rename(path, this.#pathOf(hash));
    this.#doubted.add(hash);
    await this.#named();
    await syncFolder(folder);
    this.#doubted.delete(hash);
  }

  /** Whether the power may bring back what stood under this name before. */
  isDoubted(hash: string): boolean {
    return this.#doubted.has(hash);
  }

  /** Throws {@link BlobDamaged} where it is not whole, and NotFound. */
  async open(hash: string): Promise<OpenBlob> {
    const file = await SealedFile.open(this.#pathOf(hash), this.#keys, { write: false });
    try {
      const end = await file.readEnd();
      if (end.hash !== hash) throw new BlobDamaged(`file ${hash}`, 0);
      const { mediaType, owner, wallMs } = file.description;
      return { file, facts: { hash, bytes: end.bytes, mediaType, owner, wallMs } };
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Whether a chunk can be read: a copy that was damaged may have been replaced since. */
  async isSound(hash: string, chunk: number): Promise<boolean> {
    try {
      const { file: opened, facts } = await this.open(hash);
      using file = opened;
      await file.readChunk(chunk, facts.bytes);
      return true;
    } catch (error) {
      if (error instanceof BlobDamaged || error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  /** Durable when it resolves. */
  async remove(hash: string): Promise<void> {
    this.#doubted.delete(hash);
    if (await removeIfThere(this.#pathOf(hash))) await syncFolder(this.#folderOf(hash));
  }

  /** Keeps a damaged file untouched, out of the way. */
  async setAside(hash: string, wallMs: number): Promise<void> {
    const folder = join(this.#directory, "set-aside");
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      await Deno.rename(this.#pathOf(hash), join(folder, `${hash}.${wallMs}`));
      await syncFolder(folder);
      await syncFolder(this.#folderOf(hash));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Hashes of the files that stand behind one of the {@link PREFIXES}. */
  async hashes(prefix: string): Promise<string[]> {
    const names = await fileNames(join(this.#directory, prefix));
    return names.map((name) => prefix + name).filter(isBlobHash);
  }

  #folderOf(hash: string): string {
    return join(this.#directory, hash.slice(0, 2));
  }

  #pathOf(hash: string): string {
    return join(this.#folderOf(hash), hash.slice(2));
  }
}
