/** Stores of files for tests: contents that a seed decides, folders that go, a disk of any size. */
import { createHash } from "node:crypto";
import { TemporaryFolder } from "../fixtures.ts";
import type { BlobEvent, BlobStoreOptions } from "./opening.ts";
import type { Put } from "./opening.ts";
import { BlobStore } from "./store.ts";

export const NEVER = new AbortController().signal;
export const KEY = "00".repeat(32);
export const ROOMY = () => Promise.resolve({ freeBytes: 900e9, totalBytes: 1000e9 });

/** Bytes that look like noise and are the same for one seed (xorshift32). */
export function contentFrom(seed: number, bytes: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let state = seed * 2654435761 + 1 | 0;
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return new Uint8Array(words.buffer, 0, bytes);
}

export function hashOf(content: Uint8Array, name = "sha256"): string {
  return createHash(name).update(content).digest("hex");
}

/** A store in a folder of its own, which can be closed and opened again as after a restart. */
export class FixtureStore implements Disposable {
  readonly folder = new TemporaryFolder();
  readonly events: BlobEvent[] = [];
  readonly #options: Partial<BlobStoreOptions>;
  #store: BlobStore | null = null;

  private constructor(options: Partial<BlobStoreOptions>) {
    this.#options = options;
  }

  static async open(options: Partial<BlobStoreOptions> = {}): Promise<FixtureStore> {
    const fixture = new FixtureStore(options);
    await fixture.reopen();
    return fixture;
  }

  get store(): BlobStore {
    if (this.#store === null) throw new Error("The store is closed");
    return this.#store;
  }

  close(): void {
    this.#store?.close();
    this.#store = null;
  }

  async reopen(options: Partial<BlobStoreOptions> = {}): Promise<BlobStore> {
    this.close();
    return this.#store = await BlobStore.open({
      directory: this.folder.path,
      keys: [KEY],
      hashName: "sha256",
      node: "site-1",
      destinations: [],
      wallMs: () => 1_795_000_000_000,
      disk: ROOMY,
      onEvent: (event) => this.events.push(event),
      ...this.#options,
      ...options,
    });
  }

  put(content: Uint8Array, mediaType = "application/dicom"): Promise<Put> {
    return this.store.put(content, { mediaType }, NEVER);
  }

  /** Whole content of a file as the store reads it; `null` where it has none. */
  async content(hash: string): Promise<Uint8Array | null> {
    const stream = await this.store.stream(hash);
    return stream === null ? null : await new Response(stream).bytes();
  }

  pathOf(hash: string): string {
    return `${this.folder.path}/${hash.slice(0, 2)}/${hash.slice(2)}`;
  }

  /** Files in one of its folders. */
  names(folder: string): string[] {
    try {
      return [...Deno.readDirSync(`${this.folder.path}/${folder}`)].map(({ name }) => name);
    } catch {
      return [];
    }
  }

  /** Size that a file of `incoming` has now. */
  bytesOf(incoming: string): number {
    return Deno.statSync(`${this.store.incoming}/${incoming}`).size;
  }

  [Symbol.dispose](): void {
    this.close();
    this.folder[Symbol.dispose]();
  }
}

/** Flips one bit of a file; a place below 0 counts from its end. */
export function flipBit(path: string, at: number): void {
  const bytes = Deno.readFileSync(path);
  bytes[at < 0 ? bytes.length + at : at] ^= 1;
  Deno.writeFileSync(path, bytes);
}
