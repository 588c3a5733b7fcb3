/** Storage for simulations: segments that are logs of commits on a simulated disk. */
import { ONE_BLOCK, receiptKey, StorageFailed, streamKey } from "./segments.ts";
import type {
  Block,
  Change,
  Draft,
  KeyState,
  Range,
  ReadLimits,
  Receipt,
  Remains,
  Segment,
  Segments,
  SegmentState,
  StreamState,
} from "./segments.ts";
import type { LogFile, Logged, SimulatedDisk } from "./simulated_disk.ts";

export class SimulatedSegments implements Segments {
  readonly #disk: SimulatedDisk;
  #keys: readonly string[];

  constructor(disk: SimulatedDisk, keys: readonly string[] = [""]) {
    this.#disk = disk;
    this.#keys = keys;
  }

  names(): string[] {
    return this.#disk.names();
  }

  draft(name: string): Draft {
    const file = this.#disk.create(this.#keys[0]);
    const commits: Logged[] = [];
    return {
      add: (changes) => {
        commits.push({ changes: structuredClone(changes), torn: false, forgotten: false });
      },
      publish: () => {
        file.commits = commits;
        this.#disk.name(name, file);
        return new SimulatedSegment(this.#disk, file);
      },
      discard: () => {},
    };
  }

  open(name: string): Segment {
    return new SimulatedSegment(this.#disk, this.#disk.open(name));
  }

  /** As with libsql, a key that any file here is under cannot be dropped. */
  useKeys(keys: readonly string[]): void {
    const locked = this.names().find((name) => !keys.includes(this.#disk.keyOf(name) ?? ""));
    if (locked !== undefined) throw new Error(`Cannot drop the key of segment "${locked}"`);
    this.#keys = keys;
  }

  isOutdated(name: string): boolean {
    return this.#disk.keyOf(name) !== this.#keys[0];
  }

  salvage(name: string): Remains {
    const changes = this.#disk.remains(name);
    const of = <K extends Change["kind"]>(kind: K) =>
      changes.filter((change): change is Extract<Change, { kind: K }> => change.kind === kind);
    return {
      streams: of("stream").map(({ state }) => state),
      keys: of("key").map(({ key }) => key),
      receipts: of("receipt").map(({ receipt }) => receipt),
      meta: of("meta").map(({ name, value }) => [name, value] as const).reverse(),
      blocks: () =>
        of("block").map(({ origin, stream, block }) => ({ owners: [{ origin, stream }], block })),
    };
  }

  setAside(name: string, { reason }: { reason: string }): void {
    this.#disk.moveAside(name, reason);
  }

  unlink(name: string): void {
    this.#disk.unlink(name);
  }
}

class SimulatedSegment implements Segment {
  readonly #disk: SimulatedDisk;
  readonly #file: LogFile;
  readonly #streams = new Map<string, StreamState>();
  readonly #blocks = new Map<string, Block[]>();
  readonly #keys = new Map<string, KeyState>();
  readonly #receipts = new Map<string, Receipt>();
  readonly #meta = new Map<string, string>();
  #bytes = 0;
  #closed = false;
  /** A disk that could not do something with it: it must not be asked to write it again. */
  #failed = false;

  constructor(disk: SimulatedDisk, file: LogFile) {
    this.#disk = disk;
    this.#file = file;
    for (const { changes } of file.commits) this.#applyAll(changes);
  }

  bytes(): number {
    return this.#bytes;
  }

  commit(changes: readonly Change[]): void {
    if (this.#closed) throw new Error("Cannot commit: the segment is closed");
    for (const change of changes) {
      if (change.kind === "block") {
        this.#mustBeNew(change.origin, change.stream, change.block);
      }
    }
    this.#write(() => this.#disk.append(this.#file, structuredClone(changes)));
    this.#applyAll(changes);
  }

  state(): SegmentState {
    const keys = [...this.#keys.values()];
    return {
      streams: [...this.#streams.values()],
      receipts: [...this.#receipts.values()],
      meta: new Map(this.#meta),
      ranges: [...this.#blocks].map(([key, blocks]): Range => {
        const [origin, stream] = key.split(" ");
        return { origin, stream, first: blocks[0].first, last: blocks[blocks.length - 1].last };
      }),
      keys: {
        count: keys.length,
        order: Math.max(0, ...keys.map(({ order }) => order)),
        atMs: Math.max(0, ...keys.map(({ atMs }) => atMs)),
      },
    };
  }

  blocks(origin: string, stream: string, from: number, limits: ReadLimits = ONE_BLOCK): Block[] {
    const found: Block[] = [];
    let bytes = 0;
    for (const block of this.#blocks.get(streamKey(origin, stream)) ?? []) {
      if (block.last < from) continue;
      found.push(block);
      bytes += block.contents.length;
      if (bytes >= limits.bytesMax || block.last - from + 1 >= limits.entriesMax) break;
    }
    return found;
  }

  key(channel: string, id: string): KeyState | undefined {
    return this.#keys.get(`${channel}\n${id}`);
  }

  hasClaims(channel: string, order: number): boolean {
    return [...this.#keys.values()].some((key) =>
      key.channel === channel && key.order > order && key.digest !== null
    );
  }

  keys(): KeyState[] {
    return [...this.#keys.values()].sort((a, b) => a.order - b.order);
  }

  keysBehind(channel: string, id: string, max: number): KeyState[] {
    const place = (key: Pick<KeyState, "channel" | "id">) => `${key.channel}\n${key.id}`;
    return [...this.#keys.values()].filter((key) => place(key) > place({ channel, id }))
      .sort((a, b) => place(a) < place(b) ? -1 : 1).slice(0, max);
  }

  settle(): void {}

  seal(): void {
    this.#write(() => this.#disk.seal());
  }

  #write(work: () => void): void {
    if (this.#failed) throw new Error("Cannot write a segment again that failed");
    try {
      work();
    } catch (error) {
      this.#failed = error instanceof StorageFailed;
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
  }

  abandon(): void {
    this.#closed = true;
  }

  /** A block is stored once: another with the same end is a broken invariant. */
  #mustBeNew(origin: string, stream: string, { last }: Block): void {
    const blocks = this.#blocks.get(streamKey(origin, stream)) ?? [];
    if (blocks.some((block) => block.last === last)) {
      throw new Error(`Cannot store two blocks to ${last}`);
    }
  }

  #applyAll(changes: readonly Change[]): void {
    for (const change of changes) this.#apply(change);
  }

  #apply(change: Change): void {
    switch (change.kind) {
      case "block": {
        const key = streamKey(change.origin, change.stream);
        const blocks = this.#blocks.get(key) ?? [];
        const { contents, hashes } = change.block;
        blocks.push({ ...change.block, contents: contents.slice(), hashes: hashes.slice() });
        this.#blocks.set(key, blocks.sort((a, b) => a.last - b.last));
        this.#bytes += contents.length + hashes.length;
        return;
      }
      case "stream":
        this.#streams.set(streamKey(change.state.origin, change.state.stream), change.state);
        return;
      case "key":
        this.#keys.set(`${change.key.channel}\n${change.key.id}`, change.key);
        return;
      case "receipt":
        this.#receipts.set(receiptKey(change.receipt), change.receipt);
        return;
      case "meta":
        this.#meta.set(change.name, change.value);
    }
  }
}
