/**
 * Batches on the wire: runs of entries, turned into columns (times as differences, repeated
 * kinds once, bodies last) and compressed with zstd where that makes them smaller, so that a
 * reading costs a few bytes. A zstd frame begins with another byte than a batch does.
 *
 * ```
 * batch = version:u8  runs:varint  run…
 * run   = origin:text16  stream:text16  first:varint  count:varint
 *         previousTag:8 bytes  hashTag:8 bytes  signature:64 bytes
 *         (count = 0, a gap: missing:varint  hash:32 bytes, and nothing more)
 *         groups:varint  (count:varint  bootId:16 bytes  clock:u8  kind:text16)…
 *         wallMs: zigzag difference to the entry before, each
 *         bootMs − wallMs: zigzag difference to that of the entry before, each
 *         body lengths: zigzag difference to the one before, each
 *         bodies, back to back
 * ```
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { isGap } from "./block.ts";
import { HASH_BYTES } from "./entry.ts";
import { SIGNATURE_BYTES } from "./identity.ts";
import { OctetReader, OctetsError, OctetWriter } from "./octets.ts";
import { HASH_TAG_BYTES, type SignedRun } from "./run.ts";

const VERSION = 1;
/** A compressed batch: what one request may carry. */
export const BATCH_BYTES_MAX = 8 << 20;
/** The same, decompressed. */
export const BATCH_PLAIN_BYTES_MAX = 32 << 20;
/** Entries of one batch. */
export const BATCH_ENTRIES_MAX = 1 << 16;
const RUNS_MAX = 4096;
/** zstd's own default: a higher level costs twice the time for a few per cent. */
const ZSTD_LEVEL = 3;

/** Offsets inside a content, see entry.ts. */
const BOOT_ID_AT = 8;
const BOOT_MS_AT = 24;
const CLOCK_AT = 32;
const KIND_LENGTH_AT = 33;
const KIND_AT = 35;

export function encodeBatch(runs: readonly SignedRun[]): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter(1 << 16);
  writer.u8(VERSION);
  writer.varint(runs.length);
  for (const run of runs) writeRun(writer, run);
  const plain = writer.bytes();
  const compressed = zstdCompressSync(plain, {
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
  });
  return compressed.length < plain.length ? new Uint8Array(compressed) : plain;
}

/** Throws {@link OctetsError} for anything but a batch within the limits. */
export function decodeBatch(bytes: Uint8Array): SignedRun[] {
  const reader = new OctetReader(bytes.at(0) === VERSION ? bytes : inflate(bytes));
  const version = reader.u8();
  if (version !== VERSION) throw new OctetsError(`Cannot read a batch of version ${version}`);
  const count = reader.varint();
  if (count > RUNS_MAX) throw new OctetsError(`Cannot read ${count} runs, at most ${RUNS_MAX}`);
  const runs: SignedRun[] = [];
  let entries = 0;
  for (let index = 0; index < count; index++) {
    const run = readRun(reader, BATCH_ENTRIES_MAX - entries);
    if (!isGap(run)) entries += run.last - run.first + 1;
    runs.push(run);
  }
  if (!reader.done) throw new OctetsError("Cannot read a batch: bytes are left at its end");
  return runs;
}

function inflate(compressed: Uint8Array): Uint8Array {
  try {
    return new Uint8Array(
      zstdDecompressSync(compressed, { maxOutputLength: BATCH_PLAIN_BYTES_MAX }),
    );
  } catch (cause) {
    throw new OctetsError("Cannot decompress a batch: it is no zstd, or too large", { cause });
  }
}

function writeRun(writer: OctetWriter, run: SignedRun): void {
  const { contents } = run;
  const starts = contentStarts(contents);
  writer.text16(run.origin);
  writer.text16(run.stream);
  writer.varint(run.first);
  writer.varint(starts.length);
  writer.raw(run.previousTag);
  writer.raw(run.hashTag);
  writer.raw(run.signature);
  if (run.hash !== undefined) {
    writer.varint(run.last - run.first + 1);
    writer.raw(run.hash);
    return;
  }
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength);
  writeGroups(writer, contents, view, starts);
  let wallBefore = 0;
  for (const at of starts) {
    const wallMs = readI64(view, at);
    writer.zigzag(wallMs - wallBefore);
    wallBefore = wallMs;
  }
  let offsetBefore = 0;
  for (const at of starts) {
    const offset = readI64(view, at + BOOT_MS_AT) - readI64(view, at);
    writer.zigzag(offset - offsetBefore);
    offsetBefore = offset;
  }
  let lengthBefore = 0;
  const bodies: number[] = [];
  for (const at of starts) {
    const lengthAt = at + KIND_AT + view.getUint16(at + KIND_LENGTH_AT);
    const length = view.getUint32(lengthAt);
    writer.zigzag(length - lengthBefore);
    lengthBefore = length;
    bodies.push(lengthAt + 4, lengthAt + 4 + length);
  }
  for (let index = 0; index < bodies.length; index += 2) {
    writer.raw(contents.subarray(bodies[index], bodies[index + 1]));
  }
}

/** Entries that follow each other with the same boot, clock state and kind say so once. */
function writeGroups(
  writer: OctetWriter,
  contents: Uint8Array,
  view: DataView,
  starts: readonly number[],
): void {
  const groups: { at: number; count: number }[] = [];
  for (const at of starts) {
    const group = groups.at(-1);
    if (group !== undefined && sameGroup(contents, view, group.at, at)) group.count++;
    else groups.push({ at, count: 1 });
  }
  writer.varint(groups.length);
  for (const { at, count } of groups) {
    writer.varint(count);
    writer.raw(contents.subarray(at + BOOT_ID_AT, at + BOOT_MS_AT));
    writer.raw(
      contents.subarray(at + CLOCK_AT, at + KIND_AT + view.getUint16(at + KIND_LENGTH_AT)),
    );
  }
}

function sameGroup(contents: Uint8Array, view: DataView, a: number, b: number): boolean {
  const kindEnd = KIND_AT + view.getUint16(a + KIND_LENGTH_AT);
  for (let offset = CLOCK_AT; offset < kindEnd; offset++) {
    if (contents[a + offset] !== contents[b + offset]) return false;
  }
  for (let offset = BOOT_ID_AT; offset < BOOT_MS_AT; offset++) {
    if (contents[a + offset] !== contents[b + offset]) return false;
  }
  return true;
}

function readRun(reader: OctetReader, entriesMax: number): SignedRun {
  const origin = reader.text16();
  const stream = reader.text16();
  const first = reader.varint();
  const count = reader.varint();
  if (first < 1 || count > entriesMax) {
    throw new OctetsError(`Cannot read a run of ${count} entries from ${first}`);
  }
  const previousTag = reader.raw(HASH_TAG_BYTES).slice();
  const hashTag = reader.raw(HASH_TAG_BYTES).slice();
  const signature = reader.raw(SIGNATURE_BYTES).slice();
  const tied = { origin, stream, first, previousTag, hashTag, signature };
  if (count > 0) return { ...tied, last: first + count - 1, contents: readContents(reader, count) };
  const missing = reader.varint();
  if (missing < 1) throw new OctetsError("Cannot read a gap in which nothing is missing");
  const hash = reader.raw(HASH_BYTES).slice();
  return { ...tied, last: first + missing - 1, contents: new Uint8Array(), hash };
}

function readContents(reader: OctetReader, count: number): Uint8Array {
  const heads = readGroups(reader, count);
  const wallMs = readDifferences(reader, count);
  const offsets = readDifferences(reader, count);
  const lengths = readDifferences(reader, count);
  const writer = new OctetWriter(reader.bytes.length - reader.at + count * 80);
  let group = 0;
  let left = heads[0].count;
  for (let index = 0; index < count; index++) {
    if (left === 0) left = heads[++group].count;
    left--;
    if (lengths[index] < 0) throw new OctetsError("Cannot read a body of negative length");
    writer.i64(wallMs[index]);
    writer.raw(heads[group].bootId);
    writer.i64(offsets[index] + wallMs[index]);
    writer.raw(heads[group].clockAndKind);
    writer.u32(lengths[index]);
    writer.raw(reader.raw(lengths[index]));
  }
  return writer.bytes();
}

interface Group {
  readonly count: number;
  readonly bootId: Uint8Array;
  readonly clockAndKind: Uint8Array;
}

function readGroups(reader: OctetReader, entries: number): Group[] {
  const groups: Group[] = [];
  let covered = 0;
  for (let left = reader.varint(); left > 0; left--) {
    const count = reader.varint();
    const bootId = reader.raw(16);
    const from = reader.at;
    reader.u8();
    reader.raw(reader.u16());
    groups.push({ count, bootId, clockAndKind: reader.bytes.subarray(from, reader.at) });
    covered += count;
    if (count < 1 || covered > entries) break;
  }
  if (covered !== entries) throw new OctetsError("Cannot read a run: its groups do not add up");
  return groups;
}

/** Numbers that were written as differences, as they were. */
function readDifferences(reader: OctetReader, count: number): Float64Array {
  const numbers = new Float64Array(count);
  let before = 0;
  for (let index = 0; index < count; index++) {
    before += reader.zigzag();
    numbers[index] = before;
  }
  return numbers;
}

function contentStarts(contents: Uint8Array): number[] {
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength);
  const starts: number[] = [];
  for (let at = 0; at < contents.length;) {
    starts.push(at);
    const lengthAt = at + KIND_AT + view.getUint16(at + KIND_LENGTH_AT);
    at = lengthAt + 4 + view.getUint32(lengthAt);
  }
  return starts;
}

function readI64(view: DataView, at: number): number {
  return view.getInt32(at) * 4294967296 + view.getUint32(at + 4);
}
