/**
 * Which files are here, and who has them: a table beside the files that can be made anew from
 * them. It is not waited for at each change, so a power cut may take its last changes; the folder
 * says then what is there, and receipts are asked for again.
 */
import { Database, type DatabaseOptions, type Row } from "../database.ts";
import { COPY_SUFFIX, rekeyDatabase, removeDatabase } from "../rekey_database.ts";
import type { BlobFacts } from "./blob.ts";

const SCHEMA = `
CREATE TABLE blobs (
  hash TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  mediatype TEXT NOT NULL,
  owner TEXT NOT NULL,
  wall INTEGER NOT NULL,
  leaving INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_by_wall ON blobs (wall);
CREATE TABLE receipts (
  hash TEXT NOT NULL,
  centre TEXT NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (hash, centre)
) STRICT, WITHOUT ROWID;
CREATE TABLE waiting (
  centre TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  hash TEXT NOT NULL,
  wall INTEGER NOT NULL,
  PRIMARY KEY (centre, bytes, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE holds (
  hash TEXT NOT NULL,
  reference TEXT NOT NULL,
  PRIMARY KEY (hash, reference)
) STRICT, WITHOUT ROWID;
CREATE TABLE lost (
  hash TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  wall INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE destinations (centre TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;`;

/** Each brings the table from the number of its place to the next; kept in `user_version`. */
const MIGRATIONS: readonly string[] = [SCHEMA];
/** Moved from the write-ahead log at a time: the table is small, and may wait. */
const CHECKPOINT_PAGES = 256;

const INSERT_BLOB = `INSERT INTO blobs (hash, bytes, mediatype, owner, wall) VALUES (?,?,?,?,?)
ON CONFLICT (hash) DO UPDATE SET leaving = 0`;
const INSERT_WAITING = `INSERT OR IGNORE INTO waiting (centre, bytes, hash, wall)
SELECT centre, ?, ?, ? FROM destinations WHERE centre <> ? AND NOT EXISTS
(SELECT 1 FROM receipts WHERE receipts.hash = ? AND receipts.centre = destinations.centre)`;
const FILL_WAITING = `INSERT OR IGNORE INTO waiting (centre, bytes, hash, wall)
SELECT ?1, bytes, hash, wall FROM blobs WHERE owner <> ?1 AND NOT EXISTS
(SELECT 1 FROM receipts WHERE receipts.hash = blobs.hash AND receipts.centre = ?1)`;
const SELECT_WAITING = `SELECT blobs.* FROM waiting JOIN blobs USING (hash)
WHERE centre = ? ORDER BY waiting.bytes, waiting.hash LIMIT ?`;
const SELECT_OLDEST = `SELECT blobs.* FROM waiting JOIN blobs USING (hash)
WHERE centre = ? ORDER BY waiting.wall, waiting.hash LIMIT ?`;
const SELECT_REMOVABLE = `SELECT hash, bytes FROM blobs WHERE wall <= ?
AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.hash = blobs.hash)
AND (SELECT count(*) FROM receipts WHERE receipts.hash = blobs.hash
  AND centre IN (SELECT value FROM json_each(?))) = ?
ORDER BY wall LIMIT ?`;

/** What waits for one destination. */
export interface BlobsWaiting {
  readonly count: number;
  readonly bytes: number;
  /** Wall clock of the oldest, milliseconds since 1970 UTC. */
  readonly oldestMs: number | null;
}

export class BlobIndex implements Disposable {
  readonly #path: string;
  #database: Database;
  #encryptionKey: string;
  #count = 0;
  #bytes = 0;

  private constructor(path: string, encryptionKey: string, destinations: readonly string[]) {
    const database = openDatabase(path, encryptionKey);
    this.#path = path;
    this.#encryptionKey = encryptionKey;
    this.#database = database;
    const row = database.row("SELECT count(*) AS count, total(bytes) AS bytes FROM blobs");
    this.#count = row?.number("count") ?? 0;
    this.#bytes = row?.number("bytes") ?? 0;
    this.#setDestinations(destinations);
  }

  /** Opens the table, or makes it anew where there is none that can be read with these keys. */
  static open(
    path: string,
    encryptionKeys: readonly string[],
    destinations: readonly string[],
  ): BlobIndex {
    removeDatabase(path + COPY_SUFFIX);
    for (const encryptionKey of encryptionKeys) {
      try {
        return new BlobIndex(path, encryptionKey, destinations);
      } catch {
        // Another key may fit.
      }
    }
    // It is made of the files once more.
    removeDatabase(path);
    return new BlobIndex(path, encryptionKeys[0], destinations);
  }

  /** Writes the file anew under this key, where it is under another. */
  rekey(encryptionKey: string): void {
    if (this.#encryptionKey === encryptionKey) return;
    rekeyDatabase({
      database: this.#database,
      options: optionsOf(this.#path, encryptionKey),
      adopt: (database) => this.#database = database,
    });
    this.#encryptionKey = encryptionKey;
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes of content of all files. */
  get bytes(): number {
    return this.#bytes;
  }

  get(hash: string): BlobFacts | null {
    const row = this.#database.row("SELECT * FROM blobs WHERE hash = ?", [hash]);
    return row === undefined ? null : factsOf(row);
  }

  /** Returns whether it was not known before. */
  add(blob: BlobFacts): boolean {
    const { hash, bytes, mediaType, owner, wallMs } = blob;
    const isNew = this.get(hash) === null;
    this.#database.transaction(() => {
      this.#database.run(INSERT_BLOB, [hash, bytes, mediaType, owner, wallMs]);
      this.#database.run(INSERT_WAITING, [bytes, hash, wallMs, owner, hash]);
      this.#database.run("DELETE FROM lost WHERE hash = ?", [hash]);
    });
    if (isNew) {
      this.#count++;
      this.#bytes += bytes;
    }
    return isNew;
  }

  /** Notes that the file is about to go; it is not missed then. */
  leave(hash: string): void {
    this.#database.run("UPDATE blobs SET leaving = 1 WHERE hash = ?", [hash]);
  }

  isLeaving(hash: string): boolean {
    const row = this.#database.row("SELECT leaving FROM blobs WHERE hash = ?", [hash]);
    return row?.number("leaving") === 1;
  }

  /** Forgets a file that is gone; one that should be here is remembered as lost. */
  remove(hash: string, isLost: boolean): void {
    const known = this.get(hash);
    if (known === null) return;
    this.#database.transaction(() => {
      for (const from of ["blobs", "receipts", "waiting", "holds"]) {
        this.#database.run(`DELETE FROM ${from} WHERE hash = ?`, [hash]);
      }
      if (!isLost) return;
      const values = [hash, known.bytes, known.wallMs];
      this.#database.run("INSERT OR REPLACE INTO lost (hash, bytes, wall) VALUES (?,?,?)", values);
    });
    this.#count--;
    this.#bytes -= known.bytes;
  }

  /** Files that should be here and are not, or not whole. */
  lost(limit: number): string[] {
    return this.#database.rows("SELECT hash FROM lost ORDER BY wall LIMIT ?", [limit])
      .map((row) => row.text("hash"));
  }

  get lostCount(): number {
    return this.#database.row("SELECT count(*) AS count FROM lost")?.number("count") ?? 0;
  }

  /** A centre has said that it holds a file. */
  addReceipt(hash: string, centre: string, signature: Uint8Array): void {
    if (this.get(hash) === null) return;
    this.#database.transaction(() => {
      const values = [hash, centre, signature];
      const sql = "INSERT OR REPLACE INTO receipts (hash, centre, signature) VALUES (?,?,?)";
      this.#database.run(sql, values);
      this.#database.run("DELETE FROM waiting WHERE hash = ? AND centre = ?", [hash, centre]);
    });
  }

  /** A centre has said that it does not hold a file any more. */
  dropReceipt(hash: string, centre: string): void {
    const known = this.get(hash);
    if (known === null) return;
    const { bytes, wallMs, owner } = known;
    this.#database.transaction(() => {
      const where = "WHERE hash = ? AND centre = ?";
      this.#database.run(`DELETE FROM receipts ${where}`, [hash, centre]);
      this.#database.run(INSERT_WAITING, [bytes, hash, wallMs, owner, hash]);
    });
  }

  /** Who has given a receipt for a file. */
  receipts(hash: string): { centre: string; signature: Uint8Array }[] {
    const sql = "SELECT centre, signature FROM receipts WHERE hash = ? ORDER BY centre";
    return this.#database.rows(sql, [hash])
      .map((row) => ({ centre: row.text("centre"), signature: row.blob("signature") }));
  }

  /** What waits for a centre: the smallest first, or the oldest. */
  waiting(centre: string, first: "smallest" | "oldest", limit: number): BlobFacts[] {
    const sql = first === "smallest" ? SELECT_WAITING : SELECT_OLDEST;
    return this.#database.rows(sql, [centre, limit]).map(factsOf);
  }

  waitingFor(centre: string): BlobsWaiting {
    const sql = "SELECT count(*) AS count, total(bytes) AS bytes, min(wall) AS oldest " +
      "FROM waiting WHERE centre = ?";
    const row = this.#database.row(sql, [centre]);
    return {
      count: row?.number("count") ?? 0,
      bytes: row?.number("bytes") ?? 0,
      oldestMs: row?.numberOrNull("oldest") ?? null,
    };
  }

  /** Files of before `wallMs` that nobody here needs and of which all of these have receipts. */
  removable(
    centres: readonly string[],
    wallMs: number,
    limit: number,
  ): { hash: string; bytes: number }[] {
    const values = [wallMs, JSON.stringify(centres), new Set(centres).size, limit];
    return this.#database.rows(SELECT_REMOVABLE, values)
      .map((row) => ({ hash: row.text("hash"), bytes: row.number("bytes") }));
  }

  hold(hash: string, reference: string): void {
    const sql = "INSERT OR IGNORE INTO holds (hash, reference) VALUES (?,?)";
    this.#database.run(sql, [hash, reference]);
  }

  release(hash: string, reference: string): void {
    this.#database.run("DELETE FROM holds WHERE hash = ? AND reference = ?", [hash, reference]);
  }

  references(hash: string): string[] {
    const sql = "SELECT reference FROM holds WHERE hash = ? ORDER BY reference";
    return this.#database.rows(sql, [hash]).map((row) => row.text("reference"));
  }

  /** Hashes that begin with these digits. */
  startingWith(digits: string): string[] {
    const sql = "SELECT hash FROM blobs WHERE hash >= ? AND hash < ? ORDER BY hash";
    return this.#database.rows(sql, [digits, `${digits}g`]).map((row) => row.text("hash"));
  }

  close(): void {
    this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Whoever is no destination any more is waited for no more; a new one lacks everything. */
  #setDestinations(destinations: readonly string[]): void {
    const known = this.#database.rows("SELECT centre FROM destinations")
      .map((row) => row.text("centre"));
    this.#database.transaction(() => {
      for (const centre of known.filter((one) => !destinations.includes(one))) {
        this.#database.run("DELETE FROM destinations WHERE centre = ?", [centre]);
        this.#database.run("DELETE FROM waiting WHERE centre = ?", [centre]);
      }
      for (const centre of destinations.filter((one) => !known.includes(one))) {
        this.#database.run("INSERT INTO destinations (centre) VALUES (?)", [centre]);
        this.#database.run(FILL_WAITING, [centre]);
      }
    });
  }
}

function openDatabase(path: string, encryptionKey: string): Database {
  const database = new Database(optionsOf(path, encryptionKey));
  try {
    const version = database.row("PRAGMA user_version")?.number("user_version") ?? 0;
    if (version > MIGRATIONS.length) throw new Error(`Cannot read the table of format ${version}`);
    for (const [index, sql] of MIGRATIONS.entries()) {
      if (index < version) continue;
      database.exec(`BEGIN; ${sql} PRAGMA user_version = ${index + 1}; COMMIT`);
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function optionsOf(path: string, encryptionKey: string): DatabaseOptions {
  return { path, encryptionKey, synchronous: "NORMAL", checkpointPages: CHECKPOINT_PAGES };
}

function factsOf(row: Row): BlobFacts {
  return {
    hash: row.text("hash"),
    bytes: row.number("bytes"),
    mediaType: row.text("mediatype"),
    owner: row.text("owner"),
    wallMs: row.number("wall"),
  };
}
