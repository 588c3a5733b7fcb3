/**
 * Frames of a serial line: unit, request, CRC (MODBUS over Serial Line V1.02, 2.5.1). Silence ends
 * a frame on the wire, but adapters and converters deliver bytes in pieces of their own, so an
 * answer is recognised by unit, function, length and CRC, wherever in the noise it begins.
 */
import { crc16 } from "./crc.ts";
import { type Found, type Framing, NOTHING } from "./framing.ts";
import { identificationLength } from "./identification_frame.ts";
import { answerLength, encodeRequest, functionOf, type Request } from "./request.ts";

/** Bytes looked at for one answer: four of the longest frames. Older ones are discarded. */
const KEPT_BYTES_MAX = 4 * 256;
const EXCEPTION_FRAME = 5;

const TWO_ANSWERS: Found = {
  answer: null,
  spoilt: { code: "mismatch", reason: "two answers came to one question" },
};

interface InFlight {
  readonly unit: number;
  readonly request: Request;
  readonly code: number;
  /** Bytes of the whole frame; `null` where the answer has any length. */
  readonly length: number | null;
}

export class RtuFraming implements Framing {
  readonly named = false;
  strayBytes = 0;
  #inFlight: InFlight | null = null;
  #bytes = new Uint8Array(0);

  ask(unit: number, request: Request): Uint8Array {
    this.forget();
    const code = functionOf(request);
    const length = request.kind === "identify" ? null : answerLength(request) + 3;
    this.#inFlight = { unit, request, code, length };
    return sealed(unit, encodeRequest(request));
  }

  take(bytes: Uint8Array): Found {
    const inFlight = this.#inFlight;
    if (inFlight === null) {
      this.strayBytes += bytes.length;
      return NOTHING;
    }
    this.#bytes = joined(this.#bytes, bytes);
    this.#drop(Math.max(0, this.#bytes.length - KEPT_BYTES_MAX));
    return this.#look(inFlight);
  }

  forget(): void {
    this.#drop(this.#bytes.length);
    this.#inFlight = null;
  }

  #look(inFlight: InFlight): Found {
    for (let at = 0; at < this.#bytes.length; at++) {
      const length = this.#frameAt(at, inFlight);
      if (length === null) continue;
      const isOurs = inFlight.length === null || length === inFlight.length;
      if (!isOurs && !this.#isException(at)) {
        // A whole answer to another question: it is late. Ours may still come.
        this.#drop(at + length);
        at = -1;
        continue;
      }
      const answer = this.#bytes.slice(at + 1, at + length - 2);
      const [before, behind] = [this.#bytes.slice(0, at), this.#bytes.slice(at + length)];
      this.strayBytes -= length;
      this.forget();
      const { unit } = inFlight;
      return speaks(before, unit, answer[0]) || speaks(behind, unit, answer[0])
        ? TWO_ANSWERS
        : { answer, spoilt: null };
    }
    return this.#spoilt(inFlight);
  }

  /** Length of a frame of the unit and function in flight that begins here with a right CRC. */
  #frameAt(at: number, { unit, code, request, length }: InFlight): number | null {
    const bytes = this.#bytes;
    if (bytes[at] !== unit) return null;
    if (bytes[at + 1] === (code | 0x80)) {
      const end = at + EXCEPTION_FRAME;
      return end <= bytes.length && crc16(bytes, at, end) === 0 ? EXCEPTION_FRAME : null;
    }
    if (bytes[at + 1] !== code || at + 2 >= bytes.length) return null;
    const whole = request.kind === "read" ? bytes[at + 2] + 5 : length ?? identified(bytes, at);
    if (whole === null) return null;
    const end = at + whole;
    return end <= bytes.length && crc16(bytes, at, end) === 0 ? whole : null;
  }

  #isException(at: number): boolean {
    return (this.#bytes[at + 1] & 0x80) !== 0;
  }

  /** An answer that is as long as it has to be and has a wrong CRC will not get better. */
  #spoilt({ unit, code, request, length }: InFlight): Found {
    const bytes = this.#bytes;
    const whole = length ?? identified(bytes, 0);
    if (whole === null || bytes.length < whole) return NOTHING;
    const begins = bytes[0] === unit && bytes[1] === code &&
      (request.kind !== "read" || bytes[2] === whole - 5);
    if (!begins) return NOTHING;
    return { answer: null, spoilt: { code: "crc", reason: "wrong CRC" } };
  }

  #drop(count: number): void {
    this.strayBytes += count;
    this.#bytes = this.#bytes.slice(count);
  }
}

/** Bytes of the frame around an identification that begins here. */
function identified(bytes: Uint8Array, at: number): number | null {
  const length = identificationLength(bytes, at + 1);
  return length === null ? null : length + 3;
}

/**
 * Whether the unit speaks in what came before or behind its answer: then two have answered, or one
 * of the answers is late, and neither can be believed. Anything else is noise.
 */
export function speaks(bytes: Uint8Array, unit: number, code: number): boolean {
  return bytes.some((byte, at) => byte === unit && bytes[at + 1] === code);
}

/** A frame with its CRC behind it. */
export function sealed(unit: number, pdu: Uint8Array): Uint8Array {
  const frame = new Uint8Array(pdu.length + 3);
  frame[0] = unit;
  frame.set(pdu, 1);
  const crc = crc16(frame, 0, frame.length - 2);
  frame[frame.length - 2] = crc & 0xff;
  frame[frame.length - 1] = crc >> 8;
  return frame;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
