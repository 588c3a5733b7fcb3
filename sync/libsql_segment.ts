/** A segment as a libsql file: its tables, and what is read and written of them. */
import { firstHash } from "./chain.ts";
import type { Database, Parameter, Row } from "./database.ts";
import { onDisk } from "./libsql_errors.ts";
import { blockSum, isSum, rowSum } from "./libsql_rows.ts";
import { sameBytes } from "./octets.ts";
import type { Block, Change, KeyState, ReadLimits, Segment, SegmentState } from "./segments.ts";
import { DamagedSegment, streamKey } from "./segments.ts";

const INSERT_BLOCK = "INSERT INTO blocks " +
  "(stream, last, first, contents, hashes, signature, previous, sum) VALUES (?,?,?,?,?,?,?,?)";
/** Sizes looked at in one go: a block holds anything from one entry to a thousand. */
const SIZES_PAGE = 32;
const SELECT_SIZES = "SELECT last, length(contents) AS size FROM blocks " +
  `WHERE stream = ? AND last >= ? ORDER BY last LIMIT ${SIZES_PAGE}`;
const SELECT_BLOCKS =
  "SELECT first, last, contents, hashes, signature, previous, sum FROM blocks " +
  "WHERE stream = ? AND last >= ? AND last <= ? ORDER BY last";
const SELECT_STREAMS = `SELECT *,
  (SELECT first FROM blocks WHERE stream = id ORDER BY last LIMIT 1) AS first,
  (SELECT max(last) FROM blocks WHERE stream = id) AS last
  FROM streams ORDER BY id`;
/** SQLite gives the other columns of the row that has the highest. */
const SELECT_NEWEST_KEY = "SELECT *, count(*) AS count, max(number) AS top FROM keys";
const SELECT_LATEST_KEY = "SELECT *, max(at) AS top FROM keys";
const SELECT_KEYS_BEHIND =
  "SELECT * FROM keys WHERE (channel, id) > (?, ?) ORDER BY channel, id LIMIT ?";

/** Columns of the tables whose rows have a sum behind all others. */
const COLUMNS = {
  meta: ["name", "value"],
  streams: ["id", "origin", "stream", "seq", "hash", "floor", "floorhash"],
  keys: ["channel", "id", "digest", "at", "span", "number"],
  receipts: ["centre", "origin", "stream", "seq", "hash", "signature"],
} as const;
type Table = keyof typeof COLUMNS;

/** Pages that gather in the log before they are moved: 4 MiB stay in the cache of any disk. */
const CHECKPOINT_PAGES = 1024;
const PAGE_BYTES = 4096;
/** Pages that each change touches besides its own bytes: the leaf, its index, the stream's row. */
const PAGES_A_CHANGE = 2;

export interface LibsqlSegmentOptions {
  readonly path: string;
  /** Whether rows other than blocks have a sum. */
  readonly hasRowSums: boolean;
  /** Whether a row that was changed counts as damage; who looks for changes reads it as it is. */
  readonly checksSums: boolean;
  /** Takes over a file that must not be touched any more: not even closing it writes then. */
  readonly onAbandon: (database: Database) => void;
}

export class LibsqlSegment implements Segment {
  readonly #database: Database;
  readonly #options: LibsqlSegmentOptions;
  readonly #puts: Readonly<Record<Table, string>>;
  readonly #ids = new Map<string, number>();
  #isOpen = true;
  /** Pages in the log, nearly. */
  #logged = 0;

  constructor(database: Database, options: LibsqlSegmentOptions) {
    this.#database = database;
    this.#options = options;
    const put = (table: Table) => putStatement(table, options.hasRowSums);
    this.#puts = {
      meta: put("meta"),
      streams: put("streams"),
      keys: put("keys"),
      receipts: put("receipts"),
    };
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
        const sum = blockSum(change.block);
        const row = [id, last, first, contents, hashes, signature, previous, sum];
        this.#database.run(INSERT_BLOCK, row);
        return;
      }
      case "stream": {
        const { origin, stream, seq, hash, floor, floorHash } = change.state;
        const id = this.#id(origin, stream, newIds);
        return this.#put("streams", [id, origin, stream, seq, hash, floor, floorHash]);
      }
      case "key": {
        const { channel, id, digest, atMs, windowMs, order } = change.key;
        return this.#put("keys", [channel, id, digest, atMs, windowMs, order]);
      }
      case "receipt": {
        const { centre, origin, stream, seq, hash, signature } = change.receipt;
        return this.#put("receipts", [centre, origin, stream, seq, hash, signature]);
      }
      case "meta":
        return this.#put("meta", [change.name, change.value]);
    }
  }

  /** Writes a row in the place of the one before. */
  #put(table: Table, values: readonly Parameter[]): void {
    this.#database.run(
      this.#puts[table],
      this.#options.hasRowSums ? [...values, rowSum(values)] : values,
    );
  }

  /** The row, which must be as it was written. */
  #sound(table: Table, row: Row): Row {
    const { hasRowSums, checksSums } = this.#options;
    if (!hasRowSums || !checksSums) return row;
    const values = COLUMNS[table].map((column) => row.value(column));
    if (isSum(row.blob("sum"), values)) return row;
    throw new DamagedSegment(`a row of "${table}" was changed`);
  }

  #soundRows(table: Table, sql: string, parameters: readonly Parameter[] = []): Row[] {
    return this.#database.rows(sql, parameters).map((row) => this.#sound(table, row));
  }

  #id(origin: string, stream: string, newIds: string[]): number {
    const key = streamKey(origin, stream);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size + 1;
    this.#put("streams", [id, origin, stream, 0, firstHash(), 1, firstHash()]);
    this.#ids.set(key, id);
    newIds.push(key);
    return id;
  }

  state(): SegmentState {
    return onDisk(() => this.#state());
  }

  #state(): SegmentState {
    const rows = this.#soundRows("streams", SELECT_STREAMS);
    const keys = this.#database.row(SELECT_NEWEST_KEY);
    const count = keys?.number("count") ?? 0;
    if (keys !== undefined && count > 0) this.#sound("keys", keys);
    const [latest] = count === 0 ? [] : this.#soundRows("keys", SELECT_LATEST_KEY);
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
      receipts: this.#soundRows("receipts", "SELECT * FROM receipts").map((row) => ({
        centre: row.text("centre"),
        origin: row.text("origin"),
        stream: row.text("stream"),
        seq: row.number("seq"),
        hash: row.blob("hash"),
        signature: row.blob("signature"),
      })),
      meta: new Map(
        this.#soundRows("meta", "SELECT * FROM meta").map((row) => [
          row.text("name"),
          row.text("value"),
        ]),
      ),
      keys: {
        count,
        order: keys?.numberOrNull("top") ?? 0,
        atMs: latest?.number("top") ?? 0,
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
      if (!this.#options.checksSums || sameBytes(blockSum(block), row.blob("sum"))) return block;
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
      return row === undefined ? undefined : keyState(this.#sound("keys", row));
    });
  }

  hasClaims(channel: string, order: number): boolean {
    const sql =
      "SELECT * FROM keys WHERE channel = ? AND number > ? AND digest IS NOT NULL LIMIT 1";
    return onDisk(() => this.#soundRows("keys", sql, [channel, order]).length > 0);
  }

  keysBehind(channel: string, id: string, max: number): KeyState[] {
    return onDisk(() =>
      this.#soundRows("keys", SELECT_KEYS_BEHIND, [channel, id, max]).map(keyState)
    );
  }

  keys(): KeyState[] {
    const sql = "SELECT * FROM keys ORDER BY number";
    return onDisk(() => this.#soundRows("keys", sql).map(keyState));
  }
}

function putStatement(table: Table, hasRowSums: boolean): string {
  const columns = [...COLUMNS[table], ...(hasRowSums ? ["sum"] : [])];
  const row = `(${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
  // Blocks refer to a stream, which must not be away even for a moment.
  return table === "streams"
    ? `INSERT INTO streams ${row} ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, ` +
      "hash = excluded.hash, floor = excluded.floor, floorhash = excluded.floorhash" +
      (hasRowSums ? ", sum = excluded.sum" : "")
    : `INSERT OR REPLACE INTO ${table} ${row}`;
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
