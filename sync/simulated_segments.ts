/**
 * Storage for simulations: each segment is a log of commits. What was written and not yet synced
 * may be lost, kept or torn when the power fails, and any step can be made to fail.
 */
import { inOrder } from "./segment_name.ts";
import { DamagedSegment, ONE_BLOCK, receiptKey, StorageFailed, streamKey } from "./segments.ts";
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

/** Where a fault may strike: before what is named has happened. */
export type DiskStep = "create" | "write" | "sync" | "synced" | "move" | "unlink" | "unlinked";

/** The disk could not do it; the process lives on. */
export class DiskError extends StorageFailed {
  override name = "DiskError";
}

/** One commit in a log. */
interface Logged {
  readonly changes: readonly Change[];
  /** Written in part: its checksum is wrong. */
  torn: boolean;
  /**
   * A sync of it failed: who reads the file finds it, but the system takes it for written, so that
   * no later sync writes it, and a power cut takes it with all that comes behind it.
   */
  forgotten: boolean;
}

interface LogFile {
  commits: Logged[];
  /** Commits at its beginning that a power cut cannot take. */
  synced: number;
  /** What of it was damaged: nothing can be read, or not from this commit on. */
  damagedFrom: number | null;
}

/** A disk's files at one moment. */
export type DiskCopy = ReadonlyMap<string, Pick<LogFile, "commits" | "damagedFrom">>;

export class SimulatedDisk {
  readonly #random: () => number;
  readonly #step: (step: DiskStep) => void;
  #files = new Map<string, LogFile>();
  /** Removed, but the folder is not synced yet. */
  #removed = new Map<string, LogFile>();
  /** Segments that were taken out of the row, and why. */
  readonly setAside = new Map<string, string>();

  /** `step` is called at each step, and throws to let it fail. */
  constructor(random: () => number, step: (step: DiskStep) => void = () => {}) {
    this.#random = random;
    this.#step = step;
  }

  names(): string[] {
    return [...this.#files.keys()].sort();
  }

  /** A file of its own, which has no name yet. */
  create(): LogFile {
    this.#step("create");
    return { commits: [], synced: 0, damagedFrom: null };
  }

  /** Writes what a file holds to the disk, then gives it its name. */
  name(name: string, file: LogFile): void {
    this.#step("sync");
    file.synced = file.commits.length;
    this.#step("move");
    this.#files.set(name, file);
  }

  /**
   * The file as it can be read, written anew: of what was read, not all need be on the disk. What
   * is behind a torn commit goes.
   */
  open(name: string): LogFile {
    const file = this.#files.get(name);
    if (file === undefined) throw new DamagedSegment(`"${name}" is not there`);
    if (file.damagedFrom !== null) throw new DamagedSegment(`"${name}" is damaged`);
    const torn = file.commits.findIndex((commit) => commit.torn);
    const commits = torn < 0 ? file.commits : file.commits.slice(0, torn);
    const isSettled = file.synced >= commits.length && commits.every(({ forgotten }) => !forgotten);
    if (isSettled) {
      file.commits.length = commits.length;
      file.synced = commits.length;
      return file;
    }
    this.#step("write");
    const settled = commits.map(({ changes }) => ({ changes, torn: false, forgotten: false }));
    const copy: LogFile = { commits: settled, synced: 0, damagedFrom: null };
    this.name(name, copy);
    return copy;
  }

  append(file: LogFile, changes: readonly Change[]): void {
    this.#step("write");
    const commit = { changes, torn: false, forgotten: false };
    file.commits.push(commit);
    try {
      this.#step("sync");
    } catch (error) {
      if (error instanceof DiskError) commit.forgotten = true;
      throw error;
    }
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

  /** Takes a file out of the row; the changes that can be read of it. */
  moveAside(name: string, reason: string): void {
    this.#step("move");
    this.#files.delete(name);
    this.setAside.set(name, reason);
  }

  /** What can still be read of a file, damaged or not. */
  remains(name: string): readonly Change[] {
    const file = this.#files.get(name);
    return file?.commits.slice(0, file.damagedFrom ?? undefined)
      .flatMap(({ changes, torn }) => torn ? [] : changes) ?? [];
  }

  /** Damages a file: what was committed from `commit` on cannot be read any more. */
  damage(name: string, commit: number): void {
    const file = this.#files.get(name);
    if (file !== undefined) file.damagedFrom = commit;
  }

  /** Damages any one of its files that count from any commit on. */
  damageAny(): void {
    const names = inOrder(this.names()).current;
    const name = names.at(Math.floor(this.#random() * names.length));
    const commits = this.#files.get(name ?? "")?.commits.length ?? 0;
    // Often everything in it can still be read, but not as a segment.
    const share = Math.min(1, 2 * this.#random());
    if (name !== undefined) this.damage(name, Math.floor(share * commits));
  }

  /** All that a power cut now could not take. */
  copy(): DiskCopy {
    return new Map([...this.#files].map(([name, { commits, synced, damagedFrom }]) => {
      const forgotten = commits.findIndex((commit) => commit.forgotten);
      const kept = commits.slice(0, forgotten < 0 ? synced : Math.min(synced, forgotten));
      return [name, { commits: kept.map((commit) => ({ ...commit })), damagedFrom }];
    }));
  }

  /** Puts a copy in the place of all that is here. */
  become(copy: DiskCopy): void {
    this.#removed.clear();
    this.#files = new Map([...copy].map(([name, { commits, damagedFrom }]) => [
      name,
      { commits: commits.map((commit) => ({ ...commit })), synced: commits.length, damagedFrom },
    ]));
  }

  /** What a power cut leaves; who had it open must not use it any more. */
  powerCut(): void {
    for (const [name, file] of this.#removed) {
      if (this.#random() < 0.5) this.#files.set(name, file);
    }
    this.#removed.clear();
    for (const file of this.#files.values()) {
      const unsynced = file.commits.length - file.synced;
      const written = file.synced + Math.floor(this.#random() * (unsynced + 1));
      const forgotten = file.commits.findIndex((commit) => commit.forgotten);
      const kept = forgotten < 0 ? written : Math.min(forgotten, written);
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

  draft(name: string): Draft {
    const file = this.#disk.create();
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

  useKeys(): void {}

  isOutdated(): boolean {
    return false;
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

  keysBehind(channel: string, id: string, max: number): KeyState[] {
    const place = (key: Pick<KeyState, "channel" | "id">) => `${key.channel}\n${key.id}`;
    return [...this.#keys.values()].filter((key) => place(key) > place({ channel, id }))
      .sort((a, b) => place(a) < place(b) ? -1 : 1).slice(0, max);
  }

  settle(): void {}

  seal(): void {}

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
