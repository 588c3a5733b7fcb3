/** Files by the hash of their content, each durable before anybody hears of it. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Changes } from "../changes.ts";
import type { HashName } from "../chain.ts";
import { BlobDamaged, type BlobFacts, BlobLocked, BlobRefused, isMediaType } from "./blob.ts";
import { BlobIndex, type BlobsWaiting } from "./blob_index.ts";
import { BlobKeys } from "./blob_keys.ts";
import { contentOf, readRange, sealStream, streamOf } from "./content.ts";
import { fileNames, removeIfThere } from "./folder.ts";
import { BLOB_LIMITS, diskOf, Room } from "./room.ts";
import type {
  BlobEvent,
  BlobRetention,
  BlobStep,
  BlobStoreOptions,
  Put,
  PutOptions,
} from "./opening.ts";
import { type Description, sealedBytes, SealedFile } from "./sealed_file.ts";
import { type OpenBlob, PREFIXES, Shelf } from "./shelf.ts";
import { Turns } from "./turns.ts";

/** Files written at one time, each with a few buffers of a chunk. */
const PUTS_MAX = 16;
/** Bytes of content read in one go by {@link BlobStore.read}. */
export const READ_BYTES_MAX = 1 << 20;
/** Files removed in one go, so that nothing else waits long. */
const REMOVE_MAX = 256;

export class BlobStore implements Disposable {
  readonly room: Room;
  readonly keys: BlobKeys;
  readonly #options: BlobStoreOptions;
  readonly #index: BlobIndex;
  readonly #shelf: Shelf;
  /** Whatever changes what stands under a hash comes one after the other. */
  readonly #turns = new Turns();
  readonly #changes = new Changes();
  #puts = 0;
  #storedBytes = 0;

  private constructor(options: BlobStoreOptions, index: BlobIndex) {
    const { directory, keys, limits, disk = diskOf } = options;
    this.#options = options;
    this.#index = index;
    this.keys = new BlobKeys(keys);
    this.#shelf = new Shelf(directory, this.keys, () => this.step("named"));
    this.room = new Room(directory, { ...BLOB_LIMITS, ...limits }, disk, () => index.bytes);
  }

  static async open(options: BlobStoreOptions): Promise<BlobStore> {
    const { directory, keys, destinations } = options;
    await Deno.mkdir(join(directory, "incoming"), { recursive: true, mode: 0o700 });
    const index = BlobIndex.open(join(directory, "index.db"), keys, destinations);
    const store = new BlobStore(options, index);
    for (const name of await fileNames(store.incoming)) {
      if (name.endsWith(".new")) await removeIfThere(join(store.incoming, name));
    }
    for (const prefix of PREFIXES) await store.#reconcile(prefix);
    return store;
  }

  get node(): string {
    return this.#options.node;
  }

  get hashName(): HashName {
    return this.#options.hashName;
  }

  /** Folder of what is not whole yet. */
  get incoming(): string {
    return join(this.#options.directory, "incoming");
  }

  get wallMs(): number {
    return this.#options.wallMs();
  }

  /** How many files are here and how large their content is; how many should be and are not. */
  get held(): { readonly count: number; readonly bytes: number; readonly lost: number } {
    return { count: this.#index.count, bytes: this.#index.bytes, lost: this.#index.lostCount };
  }

  /** Bytes that files took on the disk which came since the opening; it only rises. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  /**
   * Stores a content; resolves when it is durable, so that an entry that names it is to be
   * appended afterwards. Throws {@link BlobRefused}, and whatever the source throws.
   */
  async put(
    source: ReadableStream<Uint8Array> | Uint8Array,
    { mediaType, bytes }: PutOptions,
    signal: AbortSignal,
  ): Promise<Put> {
    if (!isMediaType(mediaType)) {
      const hint = "give a content type such as application/dicom or image/jpeg";
      throw new BlobRefused("bad-media-type", `"${mediaType}" is no media type`, hint);
    }
    const refusal = await this.room.makeRoom(bytes ?? 0);
    if (refusal !== null) throw refusal;
    if (this.#puts >= PUTS_MAX) {
      const message = `${PUTS_MAX} files are written already`;
      throw new BlobRefused("too-many", message, "send it again in a moment");
    }
    this.#puts++;
    try {
      const wallMs = this.wallMs;
      const description = { mediaType, owner: this.node, wallMs, bytes: bytes ?? null };
      return await this.#sealed(description, source, signal, async (path, written) => {
        await this.step("synced");
        return await this.adopt(path, { ...written, mediaType, owner: this.node, wallMs });
      });
    } finally {
      this.#puts--;
    }
  }

  /** Takes a whole, durable file of `incoming` to its place; durable there when it resolves. */
  async adopt(path: string, blob: BlobFacts): Promise<Put> {
    const known = await this.#turns.take(blob.hash, async () => {
      const before = this.#index.get(blob.hash);
      await this.#shelf.place(path, blob.hash);
      await this.step("placed");
      this.#index.add(before ?? blob);
      await this.step("listed");
      return before;
    });
    if (known === null) {
      this.#storedBytes += sealedBytes(blob.bytes);
      this.#tell({ kind: "blob-stored", blob });
    }
    this.#changes.tell();
    return { blob: known ?? blob, existed: known !== null };
  }

  find(hash: string): BlobFacts | null {
    return this.#index.get(hash);
  }

  /**
   * Up to `length` bytes of a file from a place on, at most {@link READ_BYTES_MAX}; `null` where
   * it is not here. A damaged file is set aside and told, and {@link BlobDamaged} is thrown.
   */
  async read(
    hash: string,
    from: number,
    length: number,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    const found = await this.#open(hash);
    if (found === null) return null;
    using file = found.file;
    const taken = Math.min(length, READ_BYTES_MAX);
    return await this.#guarded(hash, () => readRange(file, found.facts.bytes, from, taken));
  }

  /** Content from `from` to before `end`, as a stream; `null` where the file is not here. */
  async stream(
    hash: string,
    from = 0,
    end = Infinity,
  ): Promise<ReadableStream<Uint8Array> | null> {
    const found = await this.#open(hash);
    if (found === null) return null;
    const { file, facts: { bytes } } = found;
    const source = contentOf(file, bytes, from, Math.min(end, bytes));
    return streamOf(file, () => this.#guarded(hash, () => source.next()));
  }

  /** Whether the file's content has its hash. A damaged one is set aside and told. */
  async check(hash: string): Promise<"sound" | "damaged" | "missing"> {
    const digest = createHash(this.hashName);
    try {
      const content = await this.stream(hash);
      if (content === null) return "missing";
      for await (const bytes of content) digest.update(bytes);
    } catch (error) {
      if (error instanceof BlobDamaged) return "damaged";
      throw error;
    }
    if (digest.digest("hex") === hash) return "sound";
    await this.#turns.take(hash, () => this.#setAside(hash, "its content has another hash"));
    return "damaged";
  }

  /** Takes other storage keys into use, the newest first; files stay as they are (see `reseal`). */
  useKeys(keys: readonly string[]): void {
    this.keys.use(keys);
    this.#index.rekey(keys[0]);
  }

  /** Seals every file anew that is not sealed with the newest key (X4); returns how many. */
  async reseal(signal: AbortSignal): Promise<number> {
    const newest = this.keys.newestId.toHex();
    let resealed = 0;
    for (const hash of PREFIXES.values().flatMap((prefix) => this.#index.startingWith(prefix))) {
      if (signal.aborted) break;
      const found = await this.#open(hash);
      if (found === null) continue;
      using old = found.file;
      // One that the power may bring back is sealed once more: its key must not be forgotten.
      if (old.keyId === newest && !this.#shelf.isDoubted(hash)) continue;
      const content = contentOf(old, found.facts.bytes);
      const description = { ...old.description, bytes: found.facts.bytes };
      const stream = ReadableStream.from(content);
      await this.#sealed(description, stream, signal, (path) =>
        this.#turns.take(hash, async () => {
          if (this.#index.get(hash) !== null) await this.#shelf.place(path, hash);
          else await removeIfThere(path);
        }));
      resealed++;
    }
    return resealed;
  }

  /** A file that somebody here still needs is not removed; a reference is any text. */
  hold(hash: string, reference: string): void {
    this.#index.hold(hash, reference);
  }

  release(hash: string, reference: string): void {
    this.#index.release(hash, reference);
  }

  waiting(centre: string, first: "smallest" | "oldest", limit: number): BlobFacts[] {
    return this.#index.waiting(centre, first, limit);
  }

  waitingFor(centre: string): BlobsWaiting {
    return this.#index.waitingFor(centre);
  }

  addReceipt(hash: string, centre: string, signature: Uint8Array): void {
    this.#index.addReceipt(hash, centre, signature);
    this.#changes.tell();
  }

  receipts(hash: string): { centre: string; signature: Uint8Array }[] {
    return this.#index.receipts(hash);
  }

  /** Hashes of files that should be here and are not. */
  lost(limit: number): string[] {
    return this.#index.lost(limit);
  }

  /** A centre has lost these: they wait for it again. */
  wantedBack(hashes: readonly string[], centre: string): void {
    for (const hash of hashes) this.#index.dropReceipt(hash, centre);
    if (hashes.length > 0) this.#changes.tell();
  }

  /**
   * Removes what retention is over for and nobody holds; returns how many. Without centres
   * nothing goes.
   */
  async prune(
    { centres, keepMs, nowMs = this.wallMs }: BlobRetention,
  ): Promise<number> {
    if (centres.length === 0) return 0;
    let removed = 0;
    for (;;) {
      const some = this.#index.removable(centres, nowMs - keepMs, REMOVE_MAX);
      for (const blob of some) await this.#turns.take(blob.hash, () => this.#removeForGood(blob));
      removed += some.length;
      if (some.length < REMOVE_MAX) return removed;
    }
  }

  async #removeForGood({ hash, bytes }: { hash: string; bytes: number }): Promise<void> {
    this.#index.leave(hash);
    await this.step("leaving");
    await this.#shelf.remove(hash);
    await this.step("unlinked");
    this.#index.remove(hash, false);
    await this.step("forgotten");
    this.#tell({ kind: "blob-removed", hash, bytes });
  }

  /** Yields at once and whenever files came, were delivered or have to leave again. */
  changes(signal: AbortSignal): AsyncIterable<readonly never[]> {
    return this.#changes.watch(signal);
  }

  close(): void {
    this.#index.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Between two steps of what has to survive a crash anywhere. */
  async step(step: BlobStep): Promise<void> {
    await this.#options.onStep?.(step);
  }

  /** Writes a whole, durable file into `incoming`; it is removed where `use` or writing fails. */
  async #sealed<T>(
    description: Description,
    source: ReadableStream<Uint8Array> | Uint8Array,
    signal: AbortSignal,
    use: (path: string, written: { hash: string; bytes: number }) => Promise<T>,
  ): Promise<T> {
    const path = join(this.incoming, `${crypto.randomUUID()}.new`);
    const promised = this.room.promise(description.bytes ?? 0);
    const hash = createHash(this.hashName);
    try {
      using file = await SealedFile.create(path, this.keys, description);
      await this.step("created");
      const written = await sealStream(file, source, { hash, room: this.room, promised, signal });
      await this.step("written");
      await file.writeEnd(written.hash, written.bytes);
      return await use(path, written);
    } catch (error) {
      await removeIfThere(path);
      throw error;
    } finally {
      promised.release();
    }
  }

  async #open(hash: string): Promise<OpenBlob | null> {
    if (this.#index.get(hash) === null || this.#index.isLeaving(hash)) return null;
    return await this.#guarded(hash, () => this.#shelf.open(hash));
  }

  /** A copy that proves damaged, or is gone, is lost here: it has to come from elsewhere. */
  async #guarded<T>(hash: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const isGone = error instanceof Deno.errors.NotFound;
      const damaged = isGone ? new BlobDamaged(`file ${hash}`, 0, error) : error;
      if (!(damaged instanceof BlobDamaged)) throw damaged;
      await this.#turns.take(hash, async () => {
        if (this.#index.get(hash) === null || await this.#shelf.isSound(hash, damaged.chunk)) {
          return;
        }
        await this.#setAside(hash, damaged.message);
      });
      throw damaged;
    }
  }

  async #setAside(hash: string, reason: string): Promise<void> {
    await this.#shelf.setAside(hash, this.wallMs);
    this.#lost(hash, reason);
  }

  #lost(hash: string, reason: string): void {
    this.#index.remove(hash, true);
    this.#tell({ kind: "blob-lost", hash, reason });
    this.#changes.tell();
  }

  /** Makes the index say what the folder holds, whatever a crash left undone. */
  async #reconcile(prefix: string): Promise<void> {
    const there = new Set(await this.#shelf.hashes(prefix));
    for (const hash of this.#index.startingWith(prefix)) {
      if (this.#index.isLeaving(hash)) {
        await this.#shelf.remove(hash);
        this.#index.remove(hash, false);
      } else if (!there.has(hash)) {
        this.#lost(hash, "its file is gone");
      }
      there.delete(hash);
    }
    for (const hash of there) await this.#list(hash);
  }

  /** Takes a file into the index that is in its place and not listed. */
  async #list(hash: string): Promise<void> {
    try {
      const { file, facts } = await this.#shelf.open(hash);
      file.close();
      this.#index.add(facts);
    } catch (error) {
      if (error instanceof BlobLocked) {
        return this.#tell({ kind: "blob-lost", hash, reason: error.message });
      }
      if (!(error instanceof BlobDamaged)) throw error;
      const { wallMs, node: owner } = this;
      const mediaType = "application/octet-stream";
      this.#index.add({ hash, bytes: 0, wallMs, owner, mediaType });
      await this.#setAside(hash, error.message);
    }
  }

  #tell(event: BlobEvent): void {
    this.#options.onEvent?.(event);
  }
}
