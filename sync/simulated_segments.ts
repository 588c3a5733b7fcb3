/**
 * Storage for simulations: each segment is a log of commits. What was written and not yet synced
 * may be lost, kept or torn when the power fails, and any step can be made to fail.
 */
import { ONE_BLOCK, receiptKey, streamKey } from "./segments.ts";
import type {
  Block,
  Change,
  KeyState,
  Range,
  ReadLimits,
  Receipt,
  Segment,
  Segments,
  SegmentState,
  StreamState,
} from "./segments.ts";

/** Where a fault may strike: before what is named has happened. */
export type DiskStep = "create" | "write" | "sync" | "synced" | "unlink" | "unlinked";

/** The disk could not do it; the process lives on. */
export class DiskError extends Error {
  override name = "DiskError";
}

/** One commit in a log. */
interface Logged {
  readonly changes: readonly Change[];
  /** Written in part: its checksum is wrong. */
  torn: boolean;
}

interface LogFile {
  readonly commits: Logged[];
  /** Commits at its beginning that a power cut cannot take. */
  synced: number;
}

export class SimulatedDisk {
  readonly #random: () => number;
  readonly #step: (step: DiskStep) => void;
  #files = new Map<string, LogFile>();
  /** Removed, but the folder is not synced yet. */
  #removed = new Map<string, LogFile>();

  /** `step` is called at each step, and throws to let it fail. */
  constructor(random: () => number, step: (step: DiskStep) => void = () => {}) {
    this.#random = random;
    this.#step = step;
  }

  names(): string[] {
    return [...this.#files.keys()].sort();
  }

  create(name: string): LogFile {
    this.#step("create");
    if (this.#files.has(name)) throw new DiskError(`Cannot create "${name}": it is there`);
    const file: LogFile = { commits: [], synced: 0 };
    this.#files.set(name, file);
    return file;
  }

  open(name: string): LogFile {
    const file = this.#files.get(name);
    if (file === undefined) throw new DiskError(`Cannot open "${name}": it is not there`);
    const torn = file.commits.findIndex((commit) => commit.torn);
    if (torn >= 0) file.commits.length = torn;
    file.synced = Math.min(file.synced, file.commits.length);
    return file;
  }

  append(file: LogFile, changes: readonly Change[]): void {
    this.#step("write");
    file.commits.push({ changes, torn: false });
    this.#step("sync");
    file.synced = file.commits.length;
    this.#step("synced");
  }

  unlink(name: string): void {
    this.#step("unlink");
    const file = this.#files.get(name);
    if (file === undefined) return;
    this.#files.delete(name);
    this.#removed.set(name, file);
    this.#step("unlinked");
    this.#removed.delete(name);
  }

  /** What a power cut leaves; who had it open must not use it any more. */
  powerCut(): void {
    for (const [name, file] of this.#removed) {
      if (this.#random() < 0.5) this.#files.set(name, file);
    }
    this.#removed.clear();
    for (const file of this.#files.values()) {
      const unsynced = file.commits.length - file.synced;
      const kept = file.synced + Math.floor(this.#random() * (unsynced + 1));
      const tears = kept < file.commits.length && this.#random() < 0.5;
      file.commits.length = tears ? kept + 1 : kept;
      if (tears) file.commits[kept].torn = true;
      file.synced = file.commits.length;
    }
  }
}

export class SimulatedSegments implements Segments {
  readonly #disk: SimulatedDisk;

  constructor(disk: SimulatedDisk) {
    this.#disk = disk;
  }

  names(): string[] {
    return this.#disk.names();
  }

  create(name: string): Segment {
    return new SimulatedSegment(this.#disk, this.#disk.create(name));
  }

  open(name: string): Segment {
    return new SimulatedSegment(this.#disk, this.#disk.open(name));
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
      if (change.kind === "block") this.#mustFollow(change.origin, change.stream, change.block);
    }
    this.#disk.append(this.#file, structuredClone(changes));
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

  seal(): void {}

  close(): void {
    this.#closed = true;
  }

  /** A block is stored once: another with the same end is a broken invariant. */
  #mustFollow(origin: string, stream: string, block: Block): void {
    const last = this.#blocks.get(streamKey(origin, stream))?.at(-1)?.last ?? 0;
    if (block.last <= last) throw new Error(`Cannot store a block to ${block.last} behind ${last}`);
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
        this.#blocks.set(key, blocks);
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
