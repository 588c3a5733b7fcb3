/** Requests and answers without their frame (MODBUS Application Protocol V1.1b3, 6 and 7). */
import {
  decodeIdentification,
  encodeIdentify,
  type Identification,
  IDENTIFICATION_BYTES_MAX,
  IDENTIFY_FUNCTION,
  type IdentifyRequest,
} from "./identification_frame.ts";
import { type Table, TABLES } from "./profile.ts";

export interface ReadRequest {
  readonly kind: "read";
  readonly table: Table;
  /** As on the wire, from 0. */
  readonly start: number;
  /** Registers, or bits of coils and discrete inputs. */
  readonly count: number;
}

export type WriteRequest =
  | { readonly kind: "write-coil"; readonly start: number; readonly on: boolean }
  | { readonly kind: "write-register"; readonly start: number; readonly value: number }
  | { readonly kind: "write-coils"; readonly start: number; readonly bits: readonly boolean[] }
  | { readonly kind: "write-registers"; readonly start: number; readonly bytes: Uint8Array };

export type Request = ReadRequest | WriteRequest | IdentifyRequest;

/** What a unit answered, as far as it answered what it was asked. */
export type Answered =
  | { readonly kind: "registers"; readonly bytes: Uint8Array }
  | { readonly kind: "bits"; readonly bits: readonly boolean[] }
  | { readonly kind: "written" }
  | Identification
  /** The unit answered that it will not. */
  | { readonly kind: "exception"; readonly code: number };

/** Registers and bits of one request at most, by what its byte count can say. */
export const READ_MAX = { coil: 2000, discrete: 2000, holding: 125, input: 125 } as const;

const EXCEPTION = 0x80;
const ON = 0xff00;

export function functionOf(request: Request): number {
  switch (request.kind) {
    case "read":
      return TABLES[request.table];
    case "write-coil":
      return 5;
    case "write-register":
      return 6;
    case "write-coils":
      return 15;
    case "write-registers":
      return 16;
    case "identify":
      return IDENTIFY_FUNCTION;
  }
}

export function isBits(table: Table): boolean {
  return table === "coil" || table === "discrete";
}

/** Bytes of values in the answer to a read. */
export function answerBytes({ table, count }: Pick<ReadRequest, "table" | "count">): number {
  return isBits(table) ? Math.ceil(count / 8) : 2 * count;
}

export function encodeRequest(request: Request): Uint8Array {
  if (request.kind === "identify") return encodeIdentify(request);
  const head = (value: number) => [
    functionOf(request),
    request.start >> 8,
    request.start & 0xff,
    value >> 8,
    value & 0xff,
  ];
  switch (request.kind) {
    case "read":
      return Uint8Array.from(head(request.count));
    case "write-coil":
      return Uint8Array.from(head(request.on ? ON : 0));
    case "write-register":
      return Uint8Array.from(head(request.value));
    case "write-coils": {
      const bytes = packBits(request.bits);
      return Uint8Array.from([...head(request.bits.length), bytes.length, ...bytes]);
    }
    case "write-registers": {
      const { bytes } = request;
      return Uint8Array.from([...head(bytes.length / 2), bytes.length, ...bytes]);
    }
  }
}

/** Bytes of the whole answer without its frame, when it is no exception; at most, if it differs. */
export function answerLength(request: Request): number {
  if (request.kind === "identify") return IDENTIFICATION_BYTES_MAX;
  return request.kind === "read" ? 2 + answerBytes(request) : 5;
}

/** Reads an answer; text says what is wrong with it, and nothing of it is to be used then. */
export function decodeAnswer(request: Request, pdu: Uint8Array): Answered | string {
  const wanted = functionOf(request);
  if (pdu[0] === (wanted | EXCEPTION)) {
    return pdu.length === 2
      ? { kind: "exception", code: pdu[1] }
      : `it answered an exception of ${pdu.length} bytes`;
  }
  if (pdu[0] !== wanted) return `it answered function ${pdu[0]}, which does not match ${wanted}`;
  if (request.kind === "identify") return decodeIdentification(request, pdu);
  if (request.kind !== "read") return decodeWritten(request, pdu);
  const bytes = pdu.subarray(2);
  if (pdu[1] !== answerBytes(request) || bytes.length !== pdu[1]) {
    return `it answered ${bytes.length} bytes to a question for ${answerBytes(request)}`;
  }
  if (!isBits(request.table)) return { kind: "registers", bytes };
  const bit = (_: unknown, index: number) => (bytes[index >> 3] >> (index & 7) & 1) === 1;
  return { kind: "bits", bits: Array.from({ length: request.count }, bit) };
}

/** A write is answered with its first five bytes. */
function decodeWritten(request: WriteRequest, pdu: Uint8Array): Answered | string {
  const sent = encodeRequest(request).subarray(0, 5);
  const same = pdu.length === 5 && sent.every((byte, at) => pdu[at] === byte);
  return same ? { kind: "written" } : "it answered another write than it was asked for";
}

/** Bits into bytes, the first one lowest; what is left over is 0. */
export function packBits(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [index, bit] of bits.entries()) if (bit) bytes[index >> 3] |= 1 << (index & 7);
  return bytes;
}
