/** A segment as a libsql file: its tables, and what is read and written of them. */
import { createHash } from "node:crypto";
import { firstHash } from "./chain.ts";
import type { Database, Parameter, Row } from "./database.ts";
import { onDisk } from "./libsql_errors.ts";
import type { Block, Change, KeyState, ReadLimits, Segment, SegmentState } from "./segments.ts";
import { sameBytes } from "./octets.ts";
import { DamagedSegment, streamKey } from "./segments.ts";

export const SCHEMA = `
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
  previous BLOB NOT NULL,
  sum BLOB NOT NULL,
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
export const FORMAT = 2;

const INSERT_BLOCK = "INSERT INTO blocks " +
  "(stream, last, first, contents, hashes, signature, previous, sum) VALUES (?,?,?,?,?,?,?,?)";
/** Sizes looked at in one go: a block holds anything from one entry to a thousand. */
const SIZES_PAGE = 32;
const SELECT_SIZES = "SELECT last, length(contents) AS size FROM blocks " +
  `WHERE stream = ? AND last >= ? ORDER BY last LIMIT ${SIZES_PAGE}`;
const SELECT_BLOCKS =
  "SELECT first, last, contents, hashes, signature, previous, sum FROM blocks " +
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

/** Pages that gather in the log before they are moved: 4 MiB stay in the cache of any disk. */
const CHECKPOINT_PAGES = 1024;
const PAGE_BYTES = 4096;
/** Pages that each change touches besides its own bytes: the leaf, its index, the stream's row. */
const PAGES_A_CHANGE = 2;

export interface LibsqlSegmentOptions {
  readonly path: string;
  /** Whether a block that was changed counts as damage; who looks for changes reads it as it is. */
  readonly checksSums: boolean;
  /** Takes over a file that must not be touched any more: not even closing it writes then. */
  readonly onAbandon: (database: Database) => void;
}

export class LibsqlSegment implements Segment {
  readonly #database: Database;
  readonly #options: LibsqlSegmentOptions;
  readonly #ids = new Map<string, number>();
  #isOpen = true;
  /** Pages in the log, nearly. */
  #logged = 0;

  constructor(database: Database, options: LibsqlSegmentOptions) {
    this.#database = database;
    this.#options = options;
    onDisk(() => {
      for (const row of database.rows("SELECT id, origin, stream FROM streams")) {
        this.#ids.set(streamKey(row.text("origin"), row.text("stream")), row.number("id"));
      }
    });
  }

  bytes(): number {
    return onDisk(() =>
      ["", "-wal"].reduce((sum, tail) => sum + sizeOf(this.#options.path + tail), 0)
    );
  }

  commit(changes: readonly Change[]): void {
    onDisk(() => this.#commit(changes));
    const bytes = changes.reduce((sum, change) => sum + bytesOf(change), 0);
    this.#logged += PAGES_A_CHANGE * changes.length + Math.ceil(bytes / PAGE_BYTES);
  }

  #commit(changes: readonly Change[]): void {
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

  settle(): void {
    if (this.#logged < CHECKPOINT_PAGES) return;
    const left = onDisk(() => this.#database.checkpoint("PASSIVE"));
    // A reader in another process may hold on to some: they are tried again before long.
    this.#logged = left === 0 ? 0 : CHECKPOINT_PAGES / 2;
  }

  seal(): void {
    onDisk(() => this.#database.checkpoint("TRUNCATE"));
    this.#logged = 0;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    onDisk(() => this.#database.close());
  }

  abandon(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#options.onAbandon(this.#database);
  }

  #apply(change: Change, newIds: string[]): void {
    switch (change.kind) {
      case "block": {
        const { first, last, contents, hashes, signature, previous } = change.block;
        const id = this.#id(change.origin, change.stream, newIds);
        const sum = sumOf(change.block);
        const row = [id, last, first, contents, hashes, signature, previous, sum];
        return this.#database.run(INSERT_BLOCK, row);
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
    return onDisk(() => this.#state());
  }

  #state(): SegmentState {
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
    return id === undefined ? [] : onDisk(() => this.#blocks(id, from, limits));
  }

  #blocks(id: number, from: number, limits: ReadLimits): Block[] {
    const upTo = this.#upTo(id, from, limits);
    return this.#database.rows(SELECT_BLOCKS, [id, from, upTo]).map((row) => {
      const block: Block = {
        first: row.number("first"),
        last: row.number("last"),
        contents: row.blob("contents"),
        hashes: row.blob("hashes"),
        signature: row.blobOrNull("signature"),
        previous: row.blob("previous"),
      };
      if (!this.#options.checksSums || sameBytes(sumOf(block), row.blob("sum"))) return block;
      throw new DamagedSegment(`the block that ends with entry ${block.last} was changed`);
    });
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
    return onDisk(() => {
      const row = this.#database.row(sql, [channel, id]);
      return row === undefined ? undefined : keyState(row);
    });
  }

  hasClaims(channel: string, order: number): boolean {
    const sql =
      "SELECT 1 FROM keys WHERE channel = ? AND number > ? AND digest IS NOT NULL LIMIT 1";
    return onDisk(() => this.#database.row(sql, [channel, order]) !== undefined);
  }

  keys(): KeyState[] {
    return onDisk(() => this.#database.rows("SELECT * FROM keys ORDER BY number").map(keyState));
  }
}

/** Bytes of a block's sum. */
const SUM_BYTES = 8;

/**
 * Tells a block that the disk has changed, at the cost of one hash for all its entries: so each
 * read is checked. It proves nothing; the entries' own hashes do.
 */
function sumOf({ first, last, contents, hashes, signature, previous }: Block): Uint8Array {
  const hash = createHash("sha256").update(`${first} ${last} `).update(contents).update(hashes)
    .update(previous);
  if (signature !== null) hash.update(signature);
  return hash.digest().subarray(0, SUM_BYTES);
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Bytes that a change brings, nearly. */
function bytesOf(change: Change): number {
  if (change.kind !== "block") return 0;
  return change.block.contents.length + change.block.hashes.length;
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
