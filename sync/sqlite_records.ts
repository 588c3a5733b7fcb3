/**
 * Records of a SQLite file, taken from its pages without its trees (sqlite.org/fileformat2.html,
 * sections 1.6 and 2): so that what is left of a damaged file can be read, whatever pointed to it.
 */

/** What a column holds. A number that does not fit is not one of ours. */
export type Value = number | string | Uint8Array | null;

/** Gives an overflow page's candidates, the newest first. */
export type OverflowPages = (page: number) => Iterable<Uint8Array>;

const LEAF_TABLE = 0x0d;
const LEAF_INDEX = 0x0a;
const INTERIOR_INDEX = 0x02;
/** A row of ours is one block of entries at most: 1 MiB and one entry of 1 MiB, and hashes. */
const PAYLOAD_MAX = 4 << 20;
const COLUMNS_MAX = 16;
const decoder = new TextDecoder("utf-8", { fatal: true });

export interface Row {
  /** `null` in an index, and in a table without. */
  readonly rowid: number | null;
  readonly values: readonly Value[];
}

/** Whether a page may be one of a tree, as noise is not. */
export function isTreePage(page: Uint8Array, headerAt: number): boolean {
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  if (![0x02, 0x05, 0x0a, 0x0d].includes(page[headerAt])) return false;
  const cells = view.getUint16(headerAt + 3);
  const content = view.getUint16(headerAt + 5) || 65536;
  return headerAt + 8 + 2 * cells <= content && content <= page.length && page[headerAt + 7] <= 60;
}

/** The rows on a page; those that cannot be read are left out. `headerAt` is 100 on page 1. */
export function* rowsOn(
  page: Uint8Array,
  headerAt: number,
  overflow: OverflowPages,
): Generator<Row> {
  const kind = page[headerAt];
  if (kind !== LEAF_TABLE && kind !== LEAF_INDEX && kind !== INTERIOR_INDEX) return;
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  const cells = view.getUint16(headerAt + 3);
  const pointersAt = headerAt + (kind === INTERIOR_INDEX ? 12 : 8);
  for (let cell = 0; cell < cells; cell++) {
    const pointerAt = pointersAt + 2 * cell;
    if (pointerAt + 2 > page.length) return;
    const row = rowAt(page, view.getUint16(pointerAt), kind, overflow);
    if (row !== null) yield row;
  }
}

function rowAt(page: Uint8Array, at: number, kind: number, overflow: OverflowPages): Row | null {
  const reader = new Varints(page, kind === INTERIOR_INDEX ? at + 4 : at);
  const size = reader.next();
  const rowid = kind === LEAF_TABLE ? reader.next() : null;
  if (!(size > 0 && size <= PAYLOAD_MAX) || Number.isNaN(rowid)) return null;
  const usable = page.length;
  // How much of a payload stays on the page: section 1.6 of the format.
  const most = kind === LEAF_TABLE ? usable - 35 : Math.floor((usable - 12) * 64 / 255) - 23;
  const least = Math.floor((usable - 12) * 32 / 255) - 23;
  const even = least + (size - least) % (usable - 4);
  const local = size <= most ? size : even <= most ? even : least;
  if (reader.at + local > page.length) return null;
  const start = page.subarray(reader.at, reader.at + local);
  if (local === size) return record(start, rowid);
  if (reader.at + local + 4 > page.length) return null;
  const next = new DataView(page.buffer, page.byteOffset).getUint32(reader.at + local);
  const payload = withOverflow(start, size, next, overflow);
  return payload === null ? null : record(payload, rowid);
}

/** Follows the chain of overflow pages; what is not there is left zero, and proves nothing. */
function withOverflow(
  start: Uint8Array,
  size: number,
  first: number,
  overflow: OverflowPages,
): Uint8Array | null {
  const payload = new Uint8Array(size);
  payload.set(start);
  let filled = start.length;
  for (let number = first; filled < size && number !== 0;) {
    const [page] = overflow(number);
    if (page === undefined) return payload;
    const part = page.subarray(4, 4 + Math.min(size - filled, page.length - 4));
    payload.set(part, filled);
    filled += part.length;
    number = new DataView(page.buffer, page.byteOffset, page.length).getUint32(0);
  }
  return payload;
}

/** A record's columns; `null` where it is none. */
function record(payload: Uint8Array, rowid: number | null): Row | null {
  const header = new Varints(payload, 0);
  const headerBytes = header.next();
  if (!(headerBytes >= 1 && headerBytes <= payload.length)) return null;
  const types: number[] = [];
  while (header.at < headerBytes) {
    const type = header.next();
    if (Number.isNaN(type) || types.length === COLUMNS_MAX) return null;
    types.push(type);
  }
  if (header.at !== headerBytes) return null;
  const values: Value[] = [];
  let at = headerBytes;
  for (const type of types) {
    const bytes = bytesOf(type);
    if (Number.isNaN(bytes) || at + bytes > payload.length) return null;
    const value = valueOf(type, payload.subarray(at, at + bytes));
    if (value === undefined) return null;
    values.push(value);
    at += bytes;
  }
  return { rowid, values };
}

/** Serial types: section 2.1 of the format. */
function bytesOf(type: number): number {
  if (type <= 4) return type;
  if (type === 5) return 6;
  if (type <= 7) return 8;
  if (type === 8 || type === 9) return 0;
  return type < 12 ? NaN : Math.floor((type - 12) / 2);
}

function valueOf(type: number, bytes: Uint8Array): Value | undefined {
  if (type === 0) return null;
  if (type === 8 || type === 9) return type - 8;
  if (type < 7) return integer(bytes);
  if (type === 7) return undefined;
  if (type % 2 === 0) return bytes.slice();
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function integer(bytes: Uint8Array): number {
  let value = bytes[0] >= 128 ? bytes[0] - 256 : bytes[0];
  for (const byte of bytes.subarray(1)) value = value * 256 + byte;
  return value;
}

/** SQLite's variable-length integers: section 1.6; NaN past the end or beyond 2^53. */
class Varints {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  next(): number {
    let value = 0;
    for (let index = 0; index < 9; index++) {
      if (this.at >= this.#bytes.length) return NaN;
      const byte = this.#bytes[this.at++];
      value = index === 8 ? value * 256 + byte : value * 128 + (byte & 127);
      if (index === 8 || byte < 128) break;
    }
    return Number.isSafeInteger(value) ? value : NaN;
  }
}
