/** What a receiver answers, in bytes: where it stands, and what became of each run. */
import { HASH_BYTES } from "./entry.ts";
import { SIGNATURE_BYTES } from "./identity.ts";
import { OctetReader, OctetsError, OctetWriter } from "./octets.ts";
import type { SignedRun } from "./run.ts";
import { decodeBatch, encodeBatch } from "./wire.ts";

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
  const reader = new OctetReader(bytes);
  return readList(reader, (): RunAnswer => {
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

/** Where a receiver stands in one (origin, stream). */
export interface PositionAnswer extends Standing {
  /** The receipt's signature (see identity.ts), where one was wanted and given. */
  readonly receipt: Uint8Array | null;
  /** Its hash of the entry asked for, where that is one before its last that it can tell. */
  readonly hashAt: Uint8Array | null;
}

export interface PositionsTold {
  /** The latest life of the asking node that is held; `null` for none. */
  readonly latest: string | null;
  /** Whether the sum of each range is the same here. */
  readonly agreed: readonly boolean[];
  /** One for each question, in the same order. */
  readonly answers: readonly PositionAnswer[];
}

const HAS_RECEIPT = 1;
const HAS_HASH = 2;

export function encodePositionsTold(told: PositionsTold): Uint8Array<ArrayBuffer> {
  const { latest, agreed, answers } = told;
  const writer = new OctetWriter();
  writer.text16(latest ?? "");
  writer.varint(agreed.length);
  for (const one of agreed) writer.u8(Number(one));
  writer.varint(answers.length);
  for (const { receipt, hashAt, ...standing } of answers) {
    writeStanding(writer, standing);
    writer.u8((receipt === null ? 0 : HAS_RECEIPT) | (hashAt === null ? 0 : HAS_HASH));
    if (receipt !== null) writer.raw(receipt);
    if (hashAt !== null) writer.raw(hashAt);
  }
  return writer.bytes();
}

export function decodePositionsTold(bytes: Uint8Array): PositionsTold {
  const reader = new OctetReader(bytes);
  const latest = reader.text16();
  const agreed = readItems(reader, () => reader.u8() === 1);
  const answers = readList(reader, (): PositionAnswer => {
    const standing = readStanding(reader);
    const flags = reader.u8();
    return {
      ...standing,
      receipt: (flags & HAS_RECEIPT) === 0 ? null : reader.raw(SIGNATURE_BYTES).slice(),
      hashAt: (flags & HAS_HASH) === 0 ? null : reader.raw(HASH_BYTES).slice(),
    };
  });
  return { latest: latest === "" ? null : latest, agreed, answers };
}

function writeStanding(writer: OctetWriter, { seq, hash }: Standing): void {
  writer.varint(seq);
  writer.raw(hash);
}

function readStanding(reader: OctetReader): Standing {
  return { seq: reader.varint(), hash: reader.raw(HASH_BYTES).slice() };
}

/** What a pull is answered. */
export interface Pulled {
  /** Whether the sums were the same: where not, nothing is given until each place is named. */
  readonly agreed: boolean;
  readonly runs: readonly SignedRun[];
}

export function encodePulled({ agreed, runs }: Pulled): Uint8Array<ArrayBuffer> {
  const batch = encodeBatch(runs);
  const bytes = new Uint8Array(1 + batch.length);
  bytes[0] = Number(agreed);
  bytes.set(batch, 1);
  return bytes;
}

export function decodePulled(bytes: Uint8Array): Pulled {
  const agreed = new OctetReader(bytes).u8() === 1;
  return { agreed, runs: decodeBatch(bytes.subarray(1)) };
}

/** The items of a list that ends its message. */
export function readList<T>(reader: OctetReader, readItem: () => T): T[] {
  const items = readItems(reader, readItem);
  if (!reader.done) throw new OctetsError("Cannot read a list: bytes are left at its end");
  return items;
}

/** The items of a list that something follows. */
export function readItems<T>(reader: OctetReader, readItem: () => T): T[] {
  const count = reader.varint();
  if (count > ITEMS_MAX) throw new OctetsError(`Cannot read ${count} items, at most ${ITEMS_MAX}`);
  return Array.from({ length: count }, readItem);
}
