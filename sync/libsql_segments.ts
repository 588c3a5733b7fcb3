/** Segments as libsql files in one folder: write-ahead log, `synchronous=FULL`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Database } from "./database.ts";
import { onDisk } from "./libsql_errors.ts";
import { keyOf, PAGE_BYTES, readIfThere, readRemains } from "./libsql_remains.ts";
import { FORMAT, hasRowSums, SCHEMA } from "./libsql_rows.ts";
import { LibsqlSegment } from "./libsql_segment.ts";
import { PageCipher } from "./page_cipher.ts";
import { parseSegmentName } from "./segment_name.ts";
import type { Change, Draft, Remains, Segment, Segments } from "./segments.ts";
import { DamagedSegment } from "./segments.ts";
import { removeIfThere, setAside, syncFolder, type WhySetAside } from "./set_aside.ts";
import { readWalFile } from "./wal_file.ts";

const SUFFIX = ".journal";
/** A segment that is not whole yet: what the power leaves of one is removed. */
const DRAFT_SUFFIX = ".draft";
const SET_ASIDE = "set-aside";
const TAILS = ["-wal", "-shm", ""] as const;

/** Files that must not be touched are kept open, three file handles each; then the oldest go. */
const ABANDONED_MAX = 16;

export interface LibsqlSegmentsOptions {
  /** Folder of the segment files; it exists. */
  readonly directory: string;
  /**
   * At-rest keys (AES-256-CBC): new segments are under the first, others are opened with the one
   * that fits. None leaves the files readable by anyone with the disk.
   */
  readonly encryptionKeys?: readonly string[];
  /** Opens existing files for reading only, as a second process may. */
  readonly readOnly?: boolean;
}

/** Segments are there, but under a key that was not given: nothing is wrong with them. */
export class WrongKey extends Error {
  override name = "WrongKey";
}

export class LibsqlSegments implements Segments {
  readonly #directory: string;
  readonly #readOnly: boolean;
  #keys: readonly (string | null)[];
  #ciphers: readonly PageCipher[];
  /** Which key each segment is under. */
  readonly #keyIndex = new Map<string, number>();
  readonly #abandoned: Database[] = [];

  constructor({ directory, encryptionKeys = [], readOnly = false }: LibsqlSegmentsOptions) {
    this.#directory = directory;
    this.#readOnly = readOnly;
    this.#keys = encryptionKeys.length === 0 ? [null] : encryptionKeys;
    this.#ciphers = this.#keys.map((key) => new PageCipher(key));
  }

  names(): string[] {
    return onDisk(() => {
      const names = new Set<string>();
      for (const { name, isFile } of Deno.readDirSync(this.#directory)) {
        if (!isFile) continue;
        if (name.includes(DRAFT_SUFFIX) && !this.#readOnly) {
          Deno.removeSync(join(this.#directory, name));
        }
        // A log without its file is what is left of a segment.
        const segment = name.endsWith(`${SUFFIX}-wal`) ? name.slice(0, -4) : name;
        const text = segment.endsWith(SUFFIX) ? segment.slice(0, -SUFFIX.length) : "";
        if (parseSegmentName(text) !== null) names.add(text);
      }
      return [...names];
    });
  }

  draft(name: string): Draft {
    const path = this.#path(name);
    const [key] = this.#keys;
    return new LibsqlDraft(`${path}${DRAFT_SUFFIX}`, path, key, () => {
      // A newer key may have come while it was written.
      const index = this.#keys.indexOf(key);
      const segment = this.#opened(name, index);
      this.#keyIndex.set(name, index);
      return segment;
    });
  }

  open(name: string): Segment {
    const path = this.#path(name);
    const index = onDisk(() => this.#findKey(name));
    this.#keyIndex.set(name, index);
    if (!this.#readOnly) onDisk(() => settleLog(`${path}-wal`));
    return this.#opened(name, index);
  }

  useKeys(keys: readonly string[]): void {
    const before = this.#keys;
    const moved = Array.from(this.#keyIndex, ([name, index]) => {
      const now = keys.findIndex((key) => key === before[index]);
      if (now < 0) throw new Error(`Cannot drop an at-rest key: segment "${name}" is under it`);
      return [name, now] as const;
    });
    this.#keys = keys;
    this.#ciphers = keys.map((key) => new PageCipher(key));
    for (const [name, index] of moved) this.#keyIndex.set(name, index);
  }

  isOutdated(name: string): boolean {
    return (this.#keyIndex.get(name) ?? 0) > 0;
  }

  salvage(name: string): Remains {
    return onDisk(() => {
      const path = this.#path(name);
      const found = keyOf(path, this.#ciphers);
      return readRemains(path, this.#ciphers[typeof found === "object" ? found.index : 0]);
    });
  }

  setAside(name: string, why: WhySetAside): void {
    onDisk(() => {
      const path = this.#path(name);
      // A try before this one may have got as far as the folder.
      if (existsSync(path)) setAside(path, join(this.#directory, SET_ASIDE), why);
      syncFolder(this.#directory);
    });
    this.#keyIndex.delete(name);
  }

  unlink(name: string): void {
    onDisk(() => {
      removeAll(this.#path(name));
      syncFolder(this.#directory);
    });
    this.#keyIndex.delete(name);
  }

  #path(name: string): string {
    return join(this.#directory, name + SUFFIX);
  }

  /** Throws {@link WrongKey} where the file is well, but under none of the keys. */
  #findKey(name: string): number {
    const path = this.#path(name);
    if (!existsSync(path)) throw new DamagedSegment("the file is gone");
    if (Deno.statSync(path).size === 0) throw new DamagedSegment("the file is empty");
    const found = keyOf(path, this.#ciphers);
    if (found === "unknown") throw new DamagedSegment("file is not a database");
    if (found !== "other") return found.index;
    const wanted = this.#keys[0] === null
      ? "it is encrypted, and no at-rest key was given"
      : "file is not a database under any at-rest key that was given";
    throw new WrongKey(`Cannot open segment "${name}": ${wanted}`);
  }

  #opened(name: string, keyIndex: number): Segment {
    const path = this.#path(name);
    const database = onDisk(() => open(path, this.#keys[keyIndex], this.#readOnly));
    const onAbandon = (one: Database) => this.#abandon(one);
    try {
      const options = {
        path,
        hasRowSums: onDisk(() => hasRowSums(database, name)),
        checksSums: !this.#readOnly,
        onAbandon,
      };
      return new LibsqlSegment(database, options);
    } catch (error) {
      // Closing it would write what is in its log into it.
      this.#abandon(database);
      throw error;
    }
  }

  #abandon(database: Database): void {
    this.#abandoned.push(database);
    if (this.#abandoned.length > ABANDONED_MAX) this.#abandoned.shift()?.close();
  }
}

function open(path: string, encryptionKey: string | null, readOnly: boolean): Database {
  return new Database({
    path,
    ...(encryptionKey === null ? {} : { encryptionKey }),
    readOnly,
    synchronous: "FULL",
    // Moves are asked for, so that it is known when one failed.
    checkpointPages: 0,
  });
}

/**
 * After an end that was not clean, what can be read of the log need not be on the disk: after a
 * sync that failed the system shows what it forgot to write. It is written into a new file that is
 * synced, so that SQLite begins with what will still be there; what is behind the last whole
 * transaction goes. Throws {@link DamagedSegment} where SQLite would leave out what was committed.
 */
function settleLog(path: string): void {
  const log = readIfThere(path);
  if (log.length === 0) return;
  const { damage, soundBytes } = readWalFile(log, PAGE_BYTES);
  if (damage !== null) throw new DamagedSegment(damage);
  const sound = log.subarray(0, soundBytes);
  const copy = `${path}${DRAFT_SUFFIX}`;
  try {
    writeSynced(copy, sound);
    Deno.renameSync(copy, path);
  } catch (error) {
    removeIfThere(copy);
    if (Reflect.get(Object(error), "code") !== "ENOSPC") throw error;
    // A full disk takes the same bytes in the same place: written once more, they are synced.
    writeSynced(path, sound);
  }
  syncFolder(join(path, ".."));
}

/** Writes a file from its beginning and cuts it behind that; it is synced when this returns. */
function writeSynced(path: string, bytes: Uint8Array): void {
  const file = Deno.openSync(path, { write: true, create: true, mode: 0o600 });
  try {
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    file.truncateSync(bytes.length);
    file.syncSync();
  } finally {
    file.close();
  }
}

function removeAll(path: string): void {
  for (const tail of TAILS) removeIfThere(path + tail);
}

/** A file without a log, synced once it is whole, and only then given its name. */
class LibsqlDraft implements Draft {
  readonly #path: string;
  readonly #target: string;
  readonly #open: () => Segment;
  readonly #database: Database;
  readonly #segment: LibsqlSegment;
  #isDone = false;

  constructor(path: string, target: string, encryptionKey: string | null, open: () => Segment) {
    this.#path = path;
    this.#target = target;
    this.#open = open;
    this.#database = onDisk(() => {
      removeAll(path);
      const database = new Database({
        path,
        ...(encryptionKey === null ? {} : { encryptionKey }),
        synchronous: "OFF",
        checkpointPages: 0,
      });
      database.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${FORMAT}; COMMIT`);
      return database;
    });
    this.#segment = new LibsqlSegment(this.#database, {
      path,
      hasRowSums: true,
      checksSums: true,
      onAbandon: () => {},
    });
  }

  add(changes: readonly Change[]): void {
    this.#segment.commit(changes);
  }

  publish(): Segment {
    onDisk(() => {
      this.#database.exec("PRAGMA journal_mode = WAL");
      this.#segment.close();
      syncFile(this.#path);
      Deno.renameSync(this.#path, this.#target);
    });
    this.#isDone = true;
    try {
      onDisk(() => syncFolder(join(this.#target, "..")));
      return this.#open();
    } catch (error) {
      this.#unpublish(error);
      throw error;
    }
  }

  /** It may not be there after the power failed, so it must not be there now. */
  #unpublish(cause: unknown): void {
    try {
      removeAll(this.#target);
    } catch (error) {
      // A process that goes on would write what the next one does not find.
      const message = `Cannot remove "${this.#target}", which is not safe there: ${error}`;
      throw new Error(message, { cause });
    }
  }

  discard(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    onDisk(() => {
      this.#segment.close();
      removeAll(this.#path);
    });
  }
}

function syncFile(path: string): void {
  const file = Deno.openSync(path, { read: true, write: true });
  try {
    file.syncSync();
  } finally {
    file.close();
  }
}
