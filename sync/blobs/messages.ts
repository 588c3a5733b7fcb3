/** What nodes say to each other about files, in bytes. */
import { HASH_BYTES } from "../entry.ts";
import { SIGNATURE_BYTES } from "../identity.ts";
import { OctetReader, OctetsError, OctetWriter } from "../octets.ts";
import { type BlobFacts, isMediaType } from "./blob.ts";
import { CHUNK_BYTES } from "./sealed_file.ts";

/** How far a receiver is with a file. */
export type Progress =
  /** Whole, of the right hash and durable: the receipt's signature (see blob.ts). */
  | { readonly kind: "complete"; readonly signature: Uint8Array }
  /** So many bytes from its beginning on are durable there: send what follows. */
  | { readonly kind: "have"; readonly bytes: number }
  /** Another node sends it, or what came is being checked: ask again later. */
  | { readonly kind: "busy"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string }
  /** It does not know what file that is: offer it first. */
  | { readonly kind: "unoffered" };

/** The code on the wire is the place in this list. */
const KINDS = ["complete", "have", "busy", "refused", "unoffered"] as const;

/** Files offered, or asked for again, in one message. */
export const OFFERS_MAX = 256;
/** Bytes of content in one message: a second of a line of 2 Mbit/s. */
export const PIECE_BYTES_MAX = 8 * CHUNK_BYTES;

export interface Piece {
  readonly hash: string;
  /** Where it begins: a whole number of chunks. */
  readonly offset: number;
  readonly content: Uint8Array<ArrayBuffer>;
}

export interface OfferAnswer {
  /** One for each offer, in the same order. */
  readonly progress: readonly Progress[];
  /** Files that were durable at the receiver and are lost: who has them offers them again. */
  readonly lost: readonly string[];
}

export function encodeOffers(offers: readonly BlobFacts[]): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter();
  writer.varint(offers.length);
  for (const { hash, bytes, mediaType, owner, wallMs } of offers) {
    writer.raw(Uint8Array.fromHex(hash));
    writer.varint(bytes);
    writer.text16(mediaType);
    writer.text16(owner);
    writer.i64(wallMs);
  }
  return writer.bytes();
}

export function decodeOffers(bytes: Uint8Array): BlobFacts[] {
  const reader = new OctetReader(bytes);
  const offers = readList(reader, () => {
    const offer = {
      hash: reader.raw(HASH_BYTES).toHex(),
      bytes: reader.varint(),
      mediaType: reader.text16(),
      owner: reader.text16(),
      wallMs: reader.i64(),
    };
    if (isMediaType(offer.mediaType) && offer.owner.length < 100) return offer;
    throw new OctetsError("Cannot read an offer: no media type, or no owner");
  });
  requireEnd(reader);
  return offers;
}

export function encodeOfferAnswer(
  { progress, lost }: OfferAnswer,
): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter();
  writer.varint(progress.length);
  for (const one of progress) writeProgress(writer, one);
  writer.varint(lost.length);
  for (const hash of lost) writer.raw(Uint8Array.fromHex(hash));
  return writer.bytes();
}

export function decodeOfferAnswer(bytes: Uint8Array): OfferAnswer {
  const reader = new OctetReader(bytes);
  const progress = readList(reader, () => readProgress(reader));
  const lost = readList(reader, () => reader.raw(HASH_BYTES).toHex());
  requireEnd(reader);
  return { progress, lost };
}

export function encodePiece({ hash, offset, content }: Piece): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter(content.length + 64);
  writer.raw(Uint8Array.fromHex(hash));
  writer.varint(offset);
  writer.raw(content);
  return writer.bytes();
}

export function decodePiece(bytes: Uint8Array): Piece {
  const reader = new OctetReader(bytes);
  const hash = reader.raw(HASH_BYTES).toHex();
  const offset = reader.varint();
  const content = new Uint8Array(reader.raw(bytes.length - reader.at));
  if (content.length > PIECE_BYTES_MAX) {
    throw new OctetsError(`Cannot take ${content.length} bytes, at most ${PIECE_BYTES_MAX}`);
  }
  return { hash, offset, content };
}

export function encodeProgress(progress: Progress): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter(128);
  writeProgress(writer, progress);
  return writer.bytes();
}

export function decodeProgress(bytes: Uint8Array): Progress {
  const reader = new OctetReader(bytes);
  const progress = readProgress(reader);
  requireEnd(reader);
  return progress;
}

function writeProgress(writer: OctetWriter, progress: Progress): void {
  writer.u8(KINDS.indexOf(progress.kind));
  switch (progress.kind) {
    case "complete":
      return writer.raw(progress.signature);
    case "have":
      return writer.varint(progress.bytes);
    case "busy":
    case "refused":
      return writer.text16(progress.reason);
    case "unoffered":
      return;
  }
}

function readProgress(reader: OctetReader): Progress {
  const kind = KINDS[reader.u8()];
  switch (kind) {
    case "complete":
      return { kind, signature: reader.raw(SIGNATURE_BYTES).slice() };
    case "have":
      return { kind, bytes: reader.varint() };
    case "busy":
    case "refused":
      return { kind, reason: reader.text16() };
    case "unoffered":
      return { kind };
    default:
      throw new OctetsError("Cannot read how far a receiver is: unknown kind");
  }
}

function readList<T>(reader: OctetReader, readItem: () => T): T[] {
  const count = reader.varint();
  if (count > OFFERS_MAX) {
    throw new OctetsError(`Cannot read ${count} files at once, at most ${OFFERS_MAX}`);
  }
  return Array.from({ length: count }, readItem);
}

function requireEnd(reader: OctetReader): void {
  if (!reader.done) throw new OctetsError("Cannot read a message: bytes are left at its end");
}
