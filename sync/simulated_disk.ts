/**
 * A disk for simulations: each file is a log of commits. What was written and not yet synced may
 * be lost, kept or torn when the power fails, and any step can be made to fail.
 */
import { inOrder } from "./segment_name.ts";
import { type Change, DamagedSegment, StorageFailed } from "./segments.ts";

/** Where a fault may strike: before what is named has happened. */
export type DiskStep =
  | "create"
  | "write"
  | "sync"
  | "synced"
  | "move"
  | "seal"
  | "unlink"
  | "unlinked";

/** The disk could not do it; the process lives on. */
export class DiskError extends StorageFailed {
  override name = "DiskError";
}

/** One commit in a log. */
export interface Logged {
  readonly changes: readonly Change[];
  /** Written in part: its checksum is wrong. */
  torn: boolean;
  /**
   * A sync of it failed: who reads the file finds it, but the system takes it for written, so that
   * no later sync writes it, and a power cut takes it with all that comes behind it.
   */
  forgotten: boolean;
}

export interface LogFile {
  commits: Logged[];
  /** Commits at its beginning that a power cut cannot take. */
  synced: number;
  /** What of it was damaged: nothing can be read, or not from this commit on. */
  damagedFrom: number | null;
  /** At-rest key that it is under. */
  key: string;
}

/** A disk's files at one moment. */
export type DiskCopy = ReadonlyMap<string, Pick<LogFile, "commits" | "damagedFrom" | "key">>;

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
  create(key: string): LogFile {
    this.#step("create");
    return { commits: [], synced: 0, damagedFrom: null, key };
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
    const copy: LogFile = { ...file, commits: settled, synced: 0 };
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

  /** Moves a log to its place. */
  seal(): void {
    this.#step("seal");
  }

  keyOf(name: string): string | undefined {
    return this.#files.get(name)?.key;
  }

  unlink(name: string): void {
    this.#step("unlink");
    const file = this.#files.get(name) ?? this.#removed.get(name);
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
    return new Map([...this.#files].map(([name, { commits, synced, damagedFrom, key }]) => {
      const forgotten = commits.findIndex((commit) => commit.forgotten);
      const kept = commits.slice(0, forgotten < 0 ? synced : Math.min(synced, forgotten));
      return [name, { commits: kept.map((commit) => ({ ...commit })), damagedFrom, key }];
    }));
  }

  /** Puts a copy in the place of all that is here. */
  become(copy: DiskCopy): void {
    this.#removed.clear();
    this.#files = new Map([...copy].map(([name, file]) => {
      const commits = file.commits.map((commit) => ({ ...commit }));
      return [name, { ...file, commits, synced: commits.length }];
    }));
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
