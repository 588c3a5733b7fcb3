/** What a receiver answers, in bytes: where it stands, and what became of each run. */
import { HASH_BYTES } from "./entry.ts";
import { SIGNATURE_BYTES } from "./identity.ts";
import { OctetReader, OctetsError, OctetWriter } from "./octets.ts";

/** A place in one (origin, stream), without its name. */
export interface Standing {
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** What became of one run, in the order of the batch. */
export type RunAnswer =
  /** Durable up to `seq`; the receipt's signature (see identity.ts). */
  | { readonly kind: "receipt"; readonly signature: Uint8Array } & Standing
  /** It begins behind what the receiver holds. */
  | { readonly kind: "gap" } & Standing
  /** The receiver holds another chain; where it stands. */
  | { readonly kind: "fork"; readonly reason: string } & Standing
  /** Not stored: altered, from an unknown origin, or not this sender's to ship. */
  | { readonly kind: "refused"; readonly reason: string } & Standing;

/** The code on the wire is the place in this list. */
const KINDS = ["receipt", "gap", "fork", "refused"] as const;
/** Names asked for, standings or answers given in one message. */
const ITEMS_MAX = 1 << 16;

export function encodeRunAnswers(answers: readonly RunAnswer[]): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter();
  writer.varint(answers.length);
  for (const answer of answers) {
    writer.u8(KINDS.indexOf(answer.kind));
    writeStanding(writer, answer);
    if (answer.kind === "receipt") writer.raw(answer.signature);
    else if (answer.kind !== "gap") writer.text16(answer.reason);
  }
  return writer.bytes();
}

export function decodeRunAnswers(bytes: Uint8Array): RunAnswer[] {
  return readList(bytes, (reader): RunAnswer => {
    const kind = KINDS[reader.u8()];
    const standing = readStanding(reader);
    switch (kind) {
      case "receipt":
        return { kind, ...standing, signature: reader.raw(SIGNATURE_BYTES).slice() };
      case "gap":
        return { kind, ...standing };
      case "fork":
      case "refused":
        return { kind, ...standing, reason: reader.text16() };
      default:
        throw new OctetsError("Cannot read an answer: unknown kind");
    }
  });
}

/** Asks where the receiver stands in one (origin, stream). */
export interface PositionQuestion {
  readonly origin: string;
  readonly stream: string;
  /** Whether a receipt for it is wanted too: the asker has none that reaches its own end. */
  readonly wantsReceipt: boolean;
}

export interface PositionAnswer extends Standing {
  /** The receipt's signature (see identity.ts), where one was wanted and given. */
  readonly receipt: Uint8Array | null;
}

export function encodePositionQuestions(
  questions: readonly PositionQuestion[],
): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter();
  writer.varint(questions.length);
  for (const { origin, stream, wantsReceipt } of questions) {
    writer.text16(origin);
    writer.text16(stream);
    writer.u8(Number(wantsReceipt));
  }
  return writer.bytes();
}

export function decodePositionQuestions(bytes: Uint8Array): PositionQuestion[] {
  return readList(bytes, (reader) => ({
    origin: reader.text16(),
    stream: reader.text16(),
    wantsReceipt: reader.u8() === 1,
  }));
}

export function encodePositionAnswers(
  answers: readonly PositionAnswer[],
): Uint8Array<ArrayBuffer> {
  const writer = new OctetWriter();
  writer.varint(answers.length);
  for (const { receipt, ...standing } of answers) {
    writeStanding(writer, standing);
    writer.u8(receipt === null ? 0 : 1);
    if (receipt !== null) writer.raw(receipt);
  }
  return writer.bytes();
}

export function decodePositionAnswers(bytes: Uint8Array): PositionAnswer[] {
  return readList(bytes, (reader) => ({
    ...readStanding(reader),
    receipt: reader.u8() === 1 ? reader.raw(SIGNATURE_BYTES).slice() : null,
  }));
}

function writeStanding(writer: OctetWriter, { seq, hash }: Standing): void {
  writer.varint(seq);
  writer.raw(hash);
}

function readStanding(reader: OctetReader): Standing {
  return { seq: reader.varint(), hash: reader.raw(HASH_BYTES).slice() };
}

function readList<T>(bytes: Uint8Array, readItem: (reader: OctetReader) => T): T[] {
  const reader = new OctetReader(bytes);
  const count = reader.varint();
  if (count > ITEMS_MAX) throw new OctetsError(`Cannot read ${count} items, at most ${ITEMS_MAX}`);
  const items = Array.from({ length: count }, () => readItem(reader));
  if (!reader.done) throw new OctetsError("Cannot read a list: bytes are left at its end");
  return items;
}
