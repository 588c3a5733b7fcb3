/** What a node asks another, in bytes: where it stands, and for what it has. */
import { readItems, readList } from "./answers.ts";
import { type LifeRange, requireApart, SUM_BYTES } from "./life_sums.ts";
import { OctetReader, OctetsError, OctetWriter } from "./octets.ts";

/** Positions, and ranges, asked for in one request: its answer is at most half a megabyte. */
export const QUESTIONS_MAX = 4096;

/** Asks where the receiver stands in one (origin, stream). */
export interface PositionQuestion {
  readonly origin: string;
  readonly stream: string;
  /** Whether a receipt for it is wanted too: the asker has none that reaches its own end. */
  readonly wantsReceipt: boolean;
  /** The entry whose hash is wanted too, to tell a fork from a loss; 0 for none. */
  readonly at: number;
}

export interface PositionsAsked {
  /** The life in which the asker writes. */
  readonly self: string;
  /** Lives that are over: does the receiver find the same sum of what it holds? */
  readonly ranges: readonly LifeRange[];
  readonly questions: readonly PositionQuestion[];
}

export function encodePositionsAsked(asked: PositionsAsked): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter();
  writer.text16(asked.self);
  writeRanges(writer, asked.ranges);
  writer.varint(asked.questions.length);
  for (const { origin, stream, wantsReceipt, at } of asked.questions) {
    writer.text16(origin);
    writer.text16(stream);
    writer.u8(Number(wantsReceipt));
    writer.varint(at);
  }
  return writer.bytes();
}

/** Throws {@link OctetsError} for more than a node asks at once; see {@link requireApart}. */
export function decodePositionsAsked(bytes: Uint8Array): PositionsAsked {
  const reader = new OctetReader(bytes);
  const self = reader.text16();
  const ranges = readRanges(reader);
  const questions = readList(reader, () => ({
    origin: reader.text16(),
    stream: reader.text16(),
    wantsReceipt: reader.u8() === 1,
    at: reader.varint(),
  }));
  if (questions.length > QUESTIONS_MAX) {
    throw new OctetsError(`Cannot answer ${questions.length} questions, at most ${QUESTIONS_MAX}`);
  }
  return { self, ranges, questions };
}

function writeRanges(writer: OctetWriter, ranges: readonly LifeRange[]): void {
  writer.varint(ranges.length);
  for (const { first, last, stream, sum } of ranges) {
    writer.text16(first);
    writer.text16(last);
    writer.text16(stream);
    writer.raw(sum);
  }
}

function readRanges(reader: OctetReader): LifeRange[] {
  const ranges = readItems(reader, () => ({
    first: reader.text16(),
    last: reader.text16(),
    stream: reader.text16(),
    sum: reader.raw(SUM_BYTES).slice(),
  }));
  requireApart(ranges);
  return ranges;
}

/** A place behind every entry that there can be: nothing of this stream is wanted now. */
export const NOTHING_BEHIND = Number.MAX_SAFE_INTEGER;

/** A place behind which entries are wanted. */
export interface PullPlace {
  readonly origin: string;
  readonly stream: string;
  readonly after: number;
}

/** Asks for entries: for what follows these places, and for all that is new of one stream. */
export interface PullAsked {
  /** The life in which the asker writes. */
  readonly self: string;
  /** A stream that is wanted of every origin, from its begin where no place says more. */
  readonly follow: string | null;
  /** How long to wait for something of that stream when there is nothing yet, milliseconds. */
  readonly waitMs: number;
  /** Lives that are over, of that stream: nothing is wanted where the sums are the same. */
  readonly ranges: readonly LifeRange[];
  readonly places: readonly PullPlace[];
}

export function encodePullAsked(asked: PullAsked): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter();
  writer.text16(asked.self);
  writer.text16(asked.follow ?? "");
  writer.varint(asked.waitMs);
  writeRanges(writer, asked.ranges);
  writer.varint(asked.places.length);
  for (const { origin, stream, after } of asked.places) {
    writer.text16(origin);
    writer.text16(stream);
    writer.varint(after);
  }
  return writer.bytes();
}

export function decodePullAsked(bytes: Uint8Array): PullAsked {
  const reader = new OctetReader(bytes);
  const self = reader.text16();
  const follow = reader.text16();
  const waitMs = reader.varint();
  const ranges = readRanges(reader);
  const places = readList(reader, () => ({
    origin: reader.text16(),
    stream: reader.text16(),
    after: reader.varint(),
  }));
  return { self, follow: follow === "" ? null : follow, waitMs, ranges, places };
}
