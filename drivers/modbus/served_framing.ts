/** Requests out of the bytes of a line, and answers into them: the frames as a device sees them. */
import { crc16 } from "./crc.ts";
import { sealed } from "./rtu_framing.ts";
import { enveloped } from "./tcp_framing.ts";

/** A request, without its frame. */
export interface Heard {
  readonly unit: number;
  readonly pdu: Uint8Array;
  /** Of Modbus TCP, which the answer repeats; else 0. */
  readonly transaction: number;
  /** Of its frame: so many bytes were on the line. */
  readonly bytes: number;
}

export interface ServedFraming {
  /** The requests that these bytes complete. */
  take(bytes: Uint8Array): Heard[];
  /** The answer's bytes for the line. */
  frame(heard: Heard, pdu: Uint8Array): Uint8Array;
}

const HEADER = 7;
/** Unit and the longest request. */
const LENGTH_MAX = 254;

export class ServedTcp implements ServedFraming {
  #bytes = new Uint8Array(0);

  take(bytes: Uint8Array): Heard[] {
    const all = joined(this.#bytes, bytes);
    const found: Heard[] = [];
    let at = 0;
    while (all.length - at >= HEADER) {
      const length = all[at + 4] << 8 | all[at + 5];
      if (all[at + 2] !== 0 || all[at + 3] !== 0 || length < 2 || length > LENGTH_MAX) {
        at++;
        continue;
      }
      const end = at + 6 + length;
      if (end > all.length) break;
      found.push({
        unit: all[at + 6],
        pdu: all.subarray(at + HEADER, end),
        transaction: all[at] << 8 | all[at + 1],
        bytes: end - at,
      });
      at = end;
    }
    this.#bytes = all.slice(at);
    return found;
  }

  frame({ unit, transaction }: Heard, pdu: Uint8Array): Uint8Array {
    return enveloped(transaction, unit, pdu);
  }
}

/** Unit, function, four bytes, CRC. */
const SHORT_FRAME = 8;
/** Who asks what a device is: function, kind, two bytes (V1.1b3, 6.21). */
const IDENTIFY = 43;
const IDENTIFY_FRAME = 7;
/** The longest frame; what is older is no part of a request any more. */
const FRAME_MAX = 256;
/** Where a count of the bytes that follow stands in a write of many. */
const COUNT_AT = 6;

export class ServedRtu implements ServedFraming {
  #bytes = new Uint8Array(0);

  take(bytes: Uint8Array): Heard[] {
    let all = joined(this.#bytes, bytes);
    const found: Heard[] = [];
    for (let at = 0; at + IDENTIFY_FRAME <= all.length;) {
      const length = lengthAt(all, at);
      if (at + length > all.length || crc16(all, at, at + length) !== 0) {
        at++;
        continue;
      }
      const pdu = all.subarray(at + 1, at + length - 2);
      found.push({ unit: all[at], pdu, transaction: 0, bytes: length });
      all = all.subarray(at + length);
      at = 0;
    }
    this.#bytes = all.slice(Math.max(0, all.length - FRAME_MAX));
    return found;
  }

  frame({ unit }: Heard, pdu: Uint8Array): Uint8Array {
    return sealed(unit, pdu);
  }
}

/** A frame that begins here would be so long; that of an unknown function is taken for short. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const code = bytes[at + 1];
  if (code === IDENTIFY) return IDENTIFY_FRAME;
  return code === 15 || code === 16 ? COUNT_AT + 3 + bytes[at + COUNT_AT] : SHORT_FRAME;
}

function joined(first: Uint8Array<ArrayBuffer>, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
