/** What two nodes ask each other to see whether they hold the same, in bytes. */
import type { DayDigest } from "./day.ts";
import { HASH_BYTES } from "./entry.ts";
import { OctetReader, OctetsError, OctetWriter } from "./octets.ts";

/** Streams told in one answer, days, and hashes asked for: half a megabyte each at most. */
export const DIGEST_STREAMS_MAX = 4096;
export const DIGEST_DAYS_MAX = 4096;
export const DIGEST_HASHES_MAX = 256;

/** Where one (origin, stream) stands: what lies below the floor is not held any more. */
export interface StreamDigest {
  readonly origin: string;
  readonly stream: string;
  readonly floor: number;
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** A place in the order of (origin, stream); empty texts stand before all. */
export type StreamPlace = Pick<StreamDigest, "origin" | "stream">;

export type DigestQuestion =
  /** Streams of one node, or of all where it is empty, behind a place. */
  | { readonly kind: "streams"; readonly node: string; readonly after: StreamPlace }
  /** Days of one node's streams, behind a place. */
  | {
    readonly kind: "days";
    readonly node: string;
    readonly after: Pick<DayDigest, "origin" | "stream" | "day">;
  }
  /** Hashes of single entries. */
  | { readonly kind: "hashes"; readonly place: StreamPlace; readonly seqs: readonly number[] }
  /** "Forget what you believe that I hold, and ask me anew." */
  | { readonly kind: "again" };

const KINDS = ["streams", "days", "hashes", "again"] as const;

export function encodeDigestQuestion(question: DigestQuestion): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter();
  writer.u8(KINDS.indexOf(question.kind));
  switch (question.kind) {
    case "streams":
      writer.text16(question.node);
      writePlace(writer, question.after);
      break;
    case "days":
      writer.text16(question.node);
      writePlace(writer, question.after);
      writer.zigzag(question.after.day);
      break;
    case "hashes":
      writePlace(writer, question.place);
      writer.varint(question.seqs.length);
      for (const seq of question.seqs) writer.varint(seq);
      break;
    case "again":
      break;
  }
  return writer.bytes();
}

/** Throws {@link OctetsError} for anything else. */
export function decodeDigestQuestion(bytes: Uint8Array): DigestQuestion {
  const reader = new OctetReader(bytes);
  const question = readQuestion(reader);
  if (!reader.done) throw new OctetsError("Cannot read a question: bytes are left at its end");
  return question;
}

function readQuestion(reader: OctetReader): DigestQuestion {
  const kind = KINDS[reader.u8()];
  switch (kind) {
    case "streams":
      return { kind, node: reader.text16(), after: readPlace(reader) };
    case "days": {
      const node = reader.text16();
      return { kind, node, after: { ...readPlace(reader), day: reader.zigzag() } };
    }
    case "hashes": {
      const place = readPlace(reader);
      const seqs = readItems(reader, DIGEST_HASHES_MAX, () => reader.varint());
      return { kind, place, seqs };
    }
    case "again":
      return { kind };
    default:
      throw new OctetsError("Cannot read a question: unknown kind");
  }
}

export function encodeStreamDigests(streams: readonly StreamDigest[]): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter();
  writer.varint(streams.length);
  for (const stream of streams) {
    writePlace(writer, stream);
    writer.varint(stream.floor);
    writer.varint(stream.seq);
    writer.raw(stream.hash);
  }
  return writer.bytes();
}

export function decodeStreamDigests(bytes: Uint8Array): StreamDigest[] {
  return readAll(bytes, DIGEST_STREAMS_MAX, (reader) => ({
    ...readPlace(reader),
    floor: reader.varint(),
    seq: reader.varint(),
    hash: reader.raw(HASH_BYTES).slice(),
  }));
}

export function encodeDayDigests(days: readonly DayDigest[]): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter();
  writer.varint(days.length);
  for (const { day, count, first, last, hash, ...place } of days) {
    writePlace(writer, place);
    writer.zigzag(day);
    for (const number of [count, first, last]) writer.varint(number);
    writer.raw(hash);
  }
  return writer.bytes();
}

export function decodeDayDigests(bytes: Uint8Array): DayDigest[] {
  return readAll(bytes, DIGEST_DAYS_MAX, (reader) => ({
    ...readPlace(reader),
    day: reader.zigzag(),
    count: reader.varint(),
    first: reader.varint(),
    last: reader.varint(),
    hash: reader.raw(HASH_BYTES).slice(),
  }));
}

/** Hashes in the order asked; `null` where that entry is not held. */
export function encodeHashes(hashes: readonly (Uint8Array | null)[]): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter();
  writer.varint(hashes.length);
  for (const hash of hashes) {
    writer.u8(hash === null ? 0 : 1);
    if (hash !== null) writer.raw(hash);
  }
  return writer.bytes();
}

export function decodeHashes(bytes: Uint8Array): (Uint8Array | null)[] {
  return readAll(
    bytes,
    DIGEST_HASHES_MAX,
    (reader) => reader.u8() === 0 ? null : reader.raw(HASH_BYTES).slice(),
  );
}

function writePlace(writer: OctetWriter, { origin, stream }: StreamPlace): void {
  writer.text16(origin);
  writer.text16(stream);
}

function readPlace(reader: OctetReader): StreamPlace {
  return { origin: reader.text16(), stream: reader.text16() };
}

function readItems<T>(reader: OctetReader, max: number, read: () => T): T[] {
  const count = reader.varint();
  if (count > max) throw new OctetsError(`Cannot read ${count} items, at most ${max}`);
  return Array.from({ length: count }, read);
}

function readAll<T>(bytes: Uint8Array, max: number, read: (reader: OctetReader) => T): T[] {
  const reader = new OctetReader(bytes);
  const items = readItems(reader, max, () => read(reader));
  if (!reader.done) throw new OctetsError("Cannot read a list: bytes are left at its end");
  return items;
}
