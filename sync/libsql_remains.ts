/** What is left of a segment file: its rows, page by page, from the file and from its log. */
import { isSum } from "./libsql_rows.ts";
import { PageCipher } from "./page_cipher.ts";
import type { Block, KeyState, Receipt, Remains, Remnant, StreamState } from "./segments.ts";
import { isTreePage, type Row, rowsOn, type Value } from "./sqlite_records.ts";
import { readWalFile } from "./wal_file.ts";

/** SQLite's default, which nothing here changes. */
export const PAGE_BYTES = 4096;
/** Where the first page's tree begins: behind the file's head. */
const FIRST_HEADER_AT = 100;
/** Pages looked at to find the key of a file whose first page is gone. */
const KEY_PAGES = 256;

/** Which key a file is under: its index, `null` where none of them fits what is left. */
export function keyOf(
  path: string,
  ciphers: readonly PageCipher[],
): { readonly index: number } | "other" | "unknown" {
  using file = new PageFile(path);
  const first = file.read(1);
  if (first === null) return "unknown";
  const index = ciphers.findIndex((cipher) => cipher.fits(first));
  if (index >= 0) return { index };
  const counts = ciphers.map((cipher) => plausiblePages(file, cipher));
  const best = counts.indexOf(Math.max(...counts));
  if (counts[best] > 0) return { index: best };
  return isOfSqlite(first) ? "other" : "unknown";
}

/** Page size and payload fractions, which every SQLite file has here, encrypted or not. */
function isOfSqlite(first: Uint8Array): boolean {
  const [high, low, , , , most, least, leaf] = first.subarray(16);
  return high === PAGE_BYTES >> 8 && low === 0 && most === 64 && least === 32 && leaf === 32;
}

function plausiblePages(file: PageFile, cipher: PageCipher): number {
  let count = 0;
  for (let number = 2; number <= Math.min(file.pages, KEY_PAGES); number++) {
    const page = file.read(number);
    if (page !== null && page.some((byte) => byte !== 0)) {
      if (isTreePage(cipher.read(number, page), 0)) count++;
    }
  }
  return count;
}

/** All rows of all tables that are to be found in a file and its log, the newest first. */
export function readRemains(path: string, cipher: PageCipher): Remains {
  const found = new Found();
  function* blocks(): Generator<Remnant> {
    using pages = new Pages(path, cipher);
    yield* blocksOf(pages, found);
  }
  using pages = new Pages(path, cipher);
  for (const row of pages.rows()) found.take(row);
  return {
    streams: found.streams,
    keys: found.keys,
    receipts: found.receipts,
    meta: found.meta,
    blocks,
  };
}

function* blocksOf(pages: Pages, { names }: Found): Generator<Remnant> {
  /** Most pages are there many times over: what was seen whole is not taken again. */
  const seen = new Map<string, number>();
  for (const { values } of pages.rows()) {
    const [stream, last, first, contents, hashes, signature, previous] = values;
    if (values.length !== 8 || !isNumber(stream) || !isNumber(last) || !isNumber(first)) continue;
    if (!isBytes(contents) || !isBytes(hashes) || !isBytes(previous)) continue;
    if (signature !== null && !isBytes(signature)) continue;
    const key = `${stream} ${first} ${last}`;
    const sum = simpleSum(contents) + simpleSum(hashes);
    if (seen.get(key) === sum) continue;
    seen.set(key, sum);
    const block: Block = { first, last, contents, hashes, previous, signature };
    yield { owners: names.get(stream) ?? [], block };
  }
}

/** Tells copies of the same row apart from others; what it misses costs nothing but a look. */
function simpleSum(bytes: Uint8Array): number {
  let sum = bytes.length;
  for (const byte of bytes) sum = (sum * 31 + byte) % 4294967291;
  return sum;
}

/** Rows, sorted by what they are: by the number of their columns and what these hold. */
class Found {
  readonly streams: StreamState[] = [];
  readonly keys: KeyState[] = [];
  readonly receipts: Receipt[] = [];
  readonly meta: (readonly [string, string])[] = [];
  /** What each stream's number stood for. */
  readonly names = new Map<number, { origin: string; stream: string }[]>();

  take({ rowid, values }: Row): void {
    const summed = values.slice(0, -1);
    switch (values.length) {
      case 3:
        if (!isBytes(values[2])) return this.#take(rowid, values);
        break;
      case 7:
        if (values[0] === null) return this.#take(rowid, values);
        break;
      case 8:
        // Blocks prove themselves; what a stream is called may be true even so.
        if (values[0] !== null || rowid === null) return;
        if (isText(values[1]) && isText(values[2])) this.#name(rowid, values[1], values[2]);
        if (isSum(values[7], [rowid, ...summed.slice(1)])) this.#take(rowid, summed);
        return;
      default:
        return this.#take(rowid, values);
    }
    if (isSum(values.at(-1), summed)) this.#take(rowid, summed);
  }

  /** Takes a row without its sum; in segments of format 2 there is none. */
  #take(rowid: number | null, values: readonly Value[]): void {
    const [a, b, c, d, e, f, g] = values;
    switch (values.length) {
      case 2:
        if (isText(a) && isText(b)) this.meta.push([a, b]);
        return;
      case 3:
        // The index of streams.
        if (isText(a) && isText(b) && isNumber(c)) this.#name(c, a, b);
        return;
      case 6: {
        if (!isText(a) || !isText(b)) return;
        if (isText(c) && isNumber(d) && isBytes(e) && isBytes(f)) {
          this.receipts.push({ centre: a, origin: b, stream: c, seq: d, hash: e, signature: f });
        } else if (
          (c === null || isBytes(c)) && isNumber(d) && (e === null || isNumber(e)) && isNumber(f)
        ) {
          this.keys.push({ channel: a, id: b, digest: c, atMs: d, windowMs: e, order: f });
        }
        return;
      }
      case 7:
        if (a !== null || rowid === null || !isText(b) || !isText(c) || !isNumber(d)) return;
        if (!isBytes(e) || !isNumber(f) || !isBytes(g)) return;
        this.#name(rowid, b, c);
        this.streams.push({ origin: b, stream: c, seq: d, hash: e, floor: f, floorHash: g });
    }
  }

  #name(id: number, origin: string, stream: string): void {
    const names = this.names.get(id) ?? [];
    if (names.some((one) => one.origin === origin && one.stream === stream)) return;
    this.names.set(id, [...names, { origin, stream }]);
  }
}

/** The pages of a file and of its log. */
class Pages implements Disposable {
  readonly #file: PageFile;
  readonly #cipher: PageCipher;
  /** Pages in the log, the newest first. */
  readonly #logged = new Map<number, Uint8Array[]>();

  constructor(path: string, cipher: PageCipher) {
    this.#file = new PageFile(path);
    this.#cipher = cipher;
    for (const { page, bytes } of readWalFile(readIfThere(`${path}-wal`), PAGE_BYTES).frames) {
      const before = this.#logged.get(page) ?? [];
      this.#logged.set(page, before);
      before.unshift(bytes);
    }
  }

  *rows(): Generator<Row> {
    const highest = Math.max(this.#file.pages, 0, ...this.#logged.keys());
    const overflow = (number: number) => this.#images(number);
    for (let number = 1; number <= highest; number++) {
      for (const page of this.#images(number)) {
        yield* rowsOn(page, number === 1 ? FIRST_HEADER_AT : 0, overflow);
      }
    }
  }

  *#images(number: number): Generator<Uint8Array> {
    for (const bytes of this.#logged.get(number) ?? []) yield this.#cipher.read(number, bytes);
    const stored = this.#file.read(number);
    if (stored !== null) yield this.#cipher.read(number, stored);
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

/** A file by its pages; what cannot be read of it is not there. */
class PageFile implements Disposable {
  readonly #file: Deno.FsFile | null;
  readonly pages: number;

  constructor(path: string) {
    this.#file = openIfThere(path);
    const bytes = this.#file?.statSync().size ?? 0;
    this.pages = Math.ceil(bytes / PAGE_BYTES);
  }

  read(number: number): Uint8Array | null {
    if (number > this.pages || this.#file === null) return null;
    const page = new Uint8Array(PAGE_BYTES);
    try {
      this.#file.seekSync((number - 1) * PAGE_BYTES, Deno.SeekMode.Start);
      for (let at = 0; at < PAGE_BYTES;) {
        const read = this.#file.readSync(page.subarray(at));
        if (read === null) break;
        at += read;
      }
    } catch {
      // A bad place on the disk: what is on it is lost, the rest is not.
      return null;
    }
    return page;
  }

  [Symbol.dispose](): void {
    this.#file?.close();
  }
}

function openIfThere(path: string): Deno.FsFile | null {
  try {
    return Deno.openSync(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** All of a file; nothing where it is not there. */
export function readIfThere(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
}

function isNumber(value: Value | undefined): value is number {
  return typeof value === "number";
}

function isText(value: Value | undefined): value is string {
  return typeof value === "string";
}

function isBytes(value: Value | undefined): value is Uint8Array {
  return value instanceof Uint8Array;
}
