/** The tables of a segment file, and the sums by which each of its rows is known to be whole. */
import { createHash } from "node:crypto";
import type { Database, Parameter } from "./database.ts";
import { sameBytes } from "./octets.ts";
import { type Block, DamagedSegment } from "./segments.ts";

export const SCHEMA = `
CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  sum BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE streams (
  id INTEGER PRIMARY KEY,
  origin TEXT NOT NULL,
  stream TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  floor INTEGER NOT NULL,
  floorhash BLOB NOT NULL,
  sum BLOB NOT NULL,
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
  sum BLOB NOT NULL,
  PRIMARY KEY (channel, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE receipts (
  centre TEXT NOT NULL,
  origin TEXT NOT NULL,
  stream TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  signature BLOB NOT NULL,
  sum BLOB NOT NULL,
  PRIMARY KEY (centre, origin, stream)
) STRICT, WITHOUT ROWID;
`;

/** The layout above, kept as SQLite's `user_version`; a change of it is a new number. */
export const FORMAT = 3;
/** The same without sums of rows other than blocks: it is read and written as it is. */
const FORMAT_WITHOUT_SUMS = 2;

/** Bytes of a sum. */
const SUM_BYTES = 8;

/**
 * Tells a row that the disk has changed, at next to no cost: so each read is checked. It proves
 * nothing. Two lanes of multiply and exclusive or, as in FNV: each step can be undone, so that one
 * byte that is another always shows.
 */
export function rowSum(values: readonly Parameter[]): Uint8Array {
  const lanes = { a: 0x811c9dc5, b: 0x9747b28c };
  for (const value of values) {
    const isText = typeof value === "string" || typeof value === "number";
    const text = isText ? `${value}` : "";
    const bytes = value instanceof Uint8Array ? value : NOTHING;
    add(lanes, isText ? text.length : value === null ? -1 : bytes.length);
    for (let at = 0; at < text.length; at++) add(lanes, text.charCodeAt(at));
    for (const byte of bytes) add(lanes, byte);
  }
  const sum = new DataView(new ArrayBuffer(SUM_BYTES));
  sum.setInt32(0, lanes.a);
  sum.setInt32(4, lanes.b);
  return new Uint8Array(sum.buffer);
}

const NOTHING = new Uint8Array();

function add(lanes: { a: number; b: number }, value: number): void {
  const a = Math.imul(lanes.a ^ value, 0x01000193);
  const b = Math.imul(lanes.b ^ value, 0x85ebca6b);
  // High bits come down, or a change in them would stay there.
  lanes.a = a ^ (a >>> 15);
  lanes.b = b ^ (b >>> 13);
}

export function isSum(sum: unknown, values: readonly Parameter[]): boolean {
  return sum instanceof Uint8Array && sameBytes(rowSum(values), sum);
}

/** The same of a block, which is worth a better one; its entries' own hashes prove it. */
export function blockSum(block: Block): Uint8Array {
  const { first, last, contents, hashes, signature, previous } = block;
  const hash = createHash("sha256").update(`${first} ${last} `).update(contents).update(hashes)
    .update(previous);
  if (signature !== null) hash.update(signature);
  return hash.digest().subarray(0, SUM_BYTES);
}

/**
 * Whether the rows of a file have sums, by its format. Throws {@link DamagedSegment} where the
 * format is not that of its tables, and another error for a format that this program cannot read.
 */
export function hasRowSums(database: Database, name: string): boolean {
  const format = database.row("PRAGMA user_version")?.number("user_version");
  const tables = database.rows("SELECT sql FROM sqlite_schema WHERE type = 'table' ORDER BY rowid");
  const isOurs = `\n${tables.map((row) => `${row.text("sql")};\n`).join("")}` === SCHEMA;
  if (format === FORMAT && isOurs) return true;
  if (format === FORMAT_WITHOUT_SUMS && !isOurs) return false;
  if (isOurs || format === undefined || format === FORMAT || format <= 0 || format > FORMAT + 100) {
    throw new DamagedSegment(`it says that its format is ${format}, as its tables are not`);
  }
  const what = format < FORMAT
    ? "that of an earlier Tributary, whose blocks do not prove themselves; a node of that version " +
      "has to ship what it holds to both centres, then this one can begin in an empty folder"
    : "that of a later Tributary: this program is older than the journal";
  throw new Error(`Cannot open segment "${name}": it has format ${format}, ${what}`);
}
