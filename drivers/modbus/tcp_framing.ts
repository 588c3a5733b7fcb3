/** Frames of Modbus TCP: a header with a transaction id, which an answer repeats (MBAP). */
import { type Found, type Framing, NOTHING } from "./framing.ts";
import { encodeRequest, type Request } from "./request.ts";

const HEADER = 7;
/** Unit and the longest request or answer. */
const LENGTH_MAX = 254;

export class TcpFraming implements Framing {
  readonly named = true;
  strayBytes = 0;
  #transaction = 0;
  #inFlight: { readonly unit: number } | null = null;
  #bytes = new Uint8Array(0);

  ask(unit: number, request: Request, transaction = this.#transaction + 1 & 0xffff): Uint8Array {
    this.#transaction = transaction;
    this.#inFlight = { unit };
    return enveloped(this.#transaction, unit, encodeRequest(request));
  }

  take(bytes: Uint8Array): Found {
    const all = new Uint8Array(this.#bytes.length + bytes.length);
    all.set(this.#bytes);
    all.set(bytes, this.#bytes.length);
    let found = NOTHING;
    let at = 0;
    while (all.length - at >= HEADER) {
      const length = all[at + 4] << 8 | all[at + 5];
      // No header of Modbus: the next byte may begin one.
      if (all[at + 2] !== 0 || all[at + 3] !== 0 || length < 3 || length > LENGTH_MAX) {
        this.strayBytes++;
        at++;
        continue;
      }
      const end = at + 6 + length;
      if (end > all.length) break;
      const wanted = (all[at] << 8 | all[at + 1]) === this.#transaction &&
        all[at + 6] === this.#inFlight?.unit;
      if (wanted) {
        found = { answer: all.slice(at + HEADER, end), spoilt: null };
        this.#inFlight = null;
      } else this.strayBytes += end - at;
      at = end;
    }
    // Less than one frame is left: what is kept is bounded by the length in its header.
    this.#bytes = all.slice(at);
    return found;
  }

  forget(): void {
    // A frame that has begun is read to its end, or the next one would not be found.
    this.#inFlight = null;
  }
}

export function enveloped(transaction: number, unit: number, pdu: Uint8Array): Uint8Array {
  const length = pdu.length + 1;
  const head = [transaction >> 8, transaction & 0xff, 0, 0, length >> 8, length & 0xff, unit];
  return Uint8Array.from([...head, ...pdu]);
}
