/** Segments as libsql files in one folder: write-ahead log, `synchronous=FULL`. */
import { join } from "node:path";
import { Database, type Parameter, type Row } from "./database.ts";
import { firstHash } from "./chain.ts";
import type {
  Block,
  Change,
  KeyState,
  ReadLimits,
  Segment,
  Segments,
  SegmentState,
} from "./segments.ts";
import { streamKey } from "./segments.ts";

const SUFFIX = ".journal";

/** Pages moved from the log to their place at a time: 4 MiB stay in the cache of any disk. */
const CHECKPOINT_PAGES = 1024;

const SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE streams (
  id INTEGER PRIMARY KEY,
  origin TEXT NOT NULL,
  stream TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  floor INTEGER NOT NULL,
  floorhash BLOB NOT NULL,
  UNIQUE (origin, stream)
) STRICT;
CREATE TABLE blocks (
  stream INTEGER NOT NULL REFERENCES streams (id),
  last INTEGER NOT NULL,
  first INTEGER NOT NULL,
  contents BLOB NOT NULL,
  hashes BLOB NOT NULL,
  signature BLOB,
  PRIMARY KEY (stream, last)
) STRICT;
CREATE TABLE keys (
  channel TEXT NOT NULL,
  id TEXT NOT NULL,
  digest BLOB,
  at INTEGER NOT NULL,
  span INTEGER,
  number INTEGER NOT NULL,
  PRIMARY KEY (channel, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE receipts (
  centre TEXT NOT NULL,
  origin TEXT NOT NULL,
  stream TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (centre, origin, stream)
) STRICT, WITHOUT ROWID;
`;

/** The layout above, kept as SQLite's `user_version`; a change of it is a new number. */
const FORMAT = 1;

const INSERT_BLOCK =
  "INSERT INTO blocks (stream, last, first, contents, hashes, signature) VALUES (?,?,?,?,?,?)";
/** Sizes looked at in one go: a block holds anything from one entry to a thousand. */
const SIZES_PAGE = 32;
const SELECT_SIZES = "SELECT last, length(contents) AS size FROM blocks " +
  `WHERE stream = ? AND last >= ? ORDER BY last LIMIT ${SIZES_PAGE}`;
const SELECT_BLOCKS = "SELECT first, last, contents, hashes, signature FROM blocks " +
  "WHERE stream = ? AND last >= ? AND last <= ? ORDER BY last";
const INSERT_STREAM =
  "INSERT INTO streams (id, origin, stream, seq, hash, floor, floorhash) VALUES (?,?,?,0,?,1,?)";
const UPDATE_STREAM = "UPDATE streams SET seq = ?, hash = ?, floor = ?, floorhash = ? WHERE id = ?";
const SELECT_STREAMS = `SELECT origin, stream, seq, hash, floor, floorhash,
  (SELECT first FROM blocks WHERE stream = id ORDER BY last LIMIT 1) AS first,
  (SELECT max(last) FROM blocks WHERE stream = id) AS last
  FROM streams ORDER BY id`;
const INSERT_KEY =
  "INSERT OR REPLACE INTO keys (channel, id, digest, at, span, number) VALUES (?,?,?,?,?,?)";
const SELECT_KEY_SUMMARY =
  "SELECT count(*) AS count, max(number) AS number, max(at) AS at FROM keys";
const INSERT_RECEIPT = "INSERT OR REPLACE INTO receipts " +
  "(centre, origin, stream, seq, hash, signature) VALUES (?,?,?,?,?,?)";
const INSERT_META = "INSERT OR REPLACE INTO meta (name, value) VALUES (?,?)";

export interface LibsqlSegmentsOptions {
  /** Folder of the segment files; it exists. */
  readonly directory: string;
  /** At-rest key (AES-256-CBC); none leaves the files readable by anyone with the disk. */
  readonly encryptionKey?: string;
  /** Opens existing files for reading only, as a second process may. */
  readonly readOnly?: boolean;
}

export class LibsqlSegments implements Segments {
  readonly #options: LibsqlSegmentsOptions;

  constructor(options: LibsqlSegmentsOptions) {
    this.#options = options;
  }

  names(): string[] {
    return Array.from(Deno.readDirSync(this.#options.directory))
      .filter((file) => file.isFile && file.name.endsWith(SUFFIX))
      .map((file) => file.name.slice(0, -SUFFIX.length))
      .sort();
  }

  create(name: string): Segment {
    const database = this.#database(name);
    database.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${FORMAT}; COMMIT`);
    syncDirectory(this.#options.directory);
    return new LibsqlSegment(database, this.#path(name));
  }

  open(name: string): Segment | null {
    const database = this.#database(name);
    const format = database.row("PRAGMA user_version")?.number("user_version");
    if (format !== FORMAT) {
      const isEmpty = database.row("SELECT 1 FROM sqlite_schema LIMIT 1") === undefined;
      database.close();
      if (isEmpty) return null;
      throw new Error(
        `Cannot open segment "${name}": format ${format}, this program knows ${FORMAT}`,
      );
    }
    return new LibsqlSegment(database, this.#path(name));
  }

  unlink(name: string): void {
    for (const tail of ["", "-wal", "-shm"]) {
      try {
        Deno.removeSync(this.#path(name) + tail);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    syncDirectory(this.#options.directory);
  }

  #path(name: string): string {
    return join(this.#options.directory, name + SUFFIX);
  }

  #database(name: string): Database {
    const { encryptionKey, readOnly } = this.#options;
    return new Database({
      path: this.#path(name),
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
      ...(readOnly === undefined ? {} : { readOnly }),
      synchronous: "FULL",
      checkpointPages: CHECKPOINT_PAGES,
    });
  }
}

/** A new or removed name is durable only once its folder is. */
function syncDirectory(path: string): void {
  const directory = Deno.openSync(path, { read: true });
  try {
    directory.syncSync();
  } finally {
    directory.close();
  }
}

class LibsqlSegment implements Segment {
  readonly #database: Database;
  readonly #path: string;
  readonly #ids = new Map<string, number>();

  constructor(database: Database, path: string) {
    this.#database = database;
    this.#path = path;
    for (const row of database.rows("SELECT id, origin, stream FROM streams")) {
      this.#ids.set(streamKey(row.text("origin"), row.text("stream")), row.number("id"));
    }
  }

  bytes(): number {
    let bytes = 0;
    for (const tail of ["", "-wal"]) {
      try {
        bytes += Deno.statSync(this.#path + tail).size;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return bytes;
  }

  commit(changes: readonly Change[]): void {
    const newIds: string[] = [];
    try {
      this.#database.transaction(() => {
        for (const change of changes) this.#apply(change, newIds);
      });
    } catch (error) {
      for (const key of newIds) this.#ids.delete(key);
      throw error;
    }
  }

  #apply(change: Change, newIds: string[]): void {
    switch (change.kind) {
      case "block": {
        const { first, last, contents, hashes, signature } = change.block;
        const id = this.#id(change.origin, change.stream, newIds);
        return this.#database.run(INSERT_BLOCK, [id, last, first, contents, hashes, signature]);
      }
      case "stream": {
        const { origin, stream, seq, hash, floor, floorHash } = change.state;
        const id = this.#id(origin, stream, newIds);
        return this.#database.run(UPDATE_STREAM, [seq, hash, floor, floorHash, id]);
      }
      case "key": {
        const { channel, id, digest, atMs, windowMs, order } = change.key;
        return this.#database.run(INSERT_KEY, [channel, id, digest, atMs, windowMs, order]);
      }
      case "receipt": {
        const { centre, origin, stream, seq, hash, signature } = change.receipt;
        const row = [centre, origin, stream, seq, hash, signature];
        return this.#database.run(INSERT_RECEIPT, row);
      }
      case "meta":
        return this.#database.run(INSERT_META, [change.name, change.value]);
    }
  }

  #id(origin: string, stream: string, newIds: string[]): number {
    const key = streamKey(origin, stream);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size + 1;
    const row: Parameter[] = [id, origin, stream, firstHash(), firstHash()];
    this.#database.run(INSERT_STREAM, row);
    this.#ids.set(key, id);
    newIds.push(key);
    return id;
  }

  state(): SegmentState {
    const rows = this.#database.rows(SELECT_STREAMS);
    const keys = this.#database.row(SELECT_KEY_SUMMARY);
    return {
      streams: rows.map((row) => ({
        origin: row.text("origin"),
        stream: row.text("stream"),
        seq: row.number("seq"),
        hash: row.blob("hash"),
        floor: row.number("floor"),
        floorHash: row.blob("floorhash"),
      })),
      ranges: rows.filter((row) => row.numberOrNull("last") !== null).map((row) => ({
        origin: row.text("origin"),
        stream: row.text("stream"),
        first: row.number("first"),
        last: row.number("last"),
      })),
      receipts: this.#database.rows("SELECT * FROM receipts").map((row) => ({
        centre: row.text("centre"),
        origin: row.text("origin"),
        stream: row.text("stream"),
        seq: row.number("seq"),
        hash: row.blob("hash"),
        signature: row.blob("signature"),
      })),
      meta: new Map(
        this.#database.rows("SELECT * FROM meta").map((row) => [
          row.text("name"),
          row.text("value"),
        ]),
      ),
      keys: {
        count: keys?.number("count") ?? 0,
        order: keys?.numberOrNull("number") ?? 0,
        atMs: keys?.numberOrNull("at") ?? 0,
      },
    };
  }

  blocks(origin: string, stream: string, from: number, limits: ReadLimits): Block[] {
    const id = this.#ids.get(streamKey(origin, stream));
    if (id === undefined) return [];
    const upTo = this.#upTo(id, from, limits);
    return this.#database.rows(SELECT_BLOCKS, [id, from, upTo]).map((row) => ({
      first: row.number("first"),
      last: row.number("last"),
      contents: row.blob("contents"),
      hashes: row.blob("hashes"),
      signature: row.blobOrNull("signature"),
    }));
  }

  /** The last entry of the block that reaches a limit, found without reading any content. */
  #upTo(id: number, from: number, { entriesMax, bytesMax }: ReadLimits): number {
    let upTo = from - 1;
    let bytes = 0;
    for (;;) {
      const rows = this.#database.rows(SELECT_SIZES, [id, upTo + 1]);
      for (const row of rows) {
        upTo = row.number("last");
        bytes += row.number("size");
        if (bytes >= bytesMax || upTo - from + 1 >= entriesMax) return upTo;
      }
      if (rows.length < SIZES_PAGE) return upTo;
    }
  }

  key(channel: string, id: string): KeyState | undefined {
    const sql = "SELECT * FROM keys WHERE channel = ? AND id = ?";
    const row = this.#database.row(sql, [channel, id]);
    return row === undefined ? undefined : keyState(row);
  }

  hasClaims(channel: string, order: number): boolean {
    const sql =
      "SELECT 1 FROM keys WHERE channel = ? AND number > ? AND digest IS NOT NULL LIMIT 1";
    return this.#database.row(sql, [channel, order]) !== undefined;
  }

  keys(): KeyState[] {
    return this.#database.rows("SELECT * FROM keys ORDER BY number").map(keyState);
  }

  seal(): void {
    this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    this.#database.close();
  }
}

function keyState(row: Row): KeyState {
  return {
    channel: row.text("channel"),
    id: row.text("id"),
    digest: row.blobOrNull("digest"),
    atMs: row.number("at"),
    windowMs: row.numberOrNull("span"),
    order: row.number("number"),
  };
}
