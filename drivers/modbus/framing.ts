/** What lies around a request on its way: two ways to frame, one interface. */
import type { Request } from "./request.ts";

/** What one chunk of bytes brought. */
export interface Found {
  /** The answer to the request in flight, without its frame. */
  readonly answer: Uint8Array | null;
  /** It came, and is not to be used. */
  readonly spoilt: Spoilt | null;
}

export interface Spoilt {
  readonly code: "crc" | "mismatch";
  readonly reason: string;
}

export const NOTHING: Found = { answer: null, spoilt: null };

/** Takes the bytes of a line; what is no answer to the request in flight is discarded. */
export interface Framing {
  /**
   * Whether an answer names its request. If not, an answer that came late looks like the next one
   * of its length, and the late-reply guard has to stand in.
   */
  readonly named: boolean;
  /** Bytes discarded since the start: noise, late answers, answers of others. */
  readonly strayBytes: number;
  /** Bytes for the line; from now on the answer to this is looked for, and to nothing else. */
  ask(unit: number, request: Request): Uint8Array;
  take(bytes: Uint8Array): Found;
  /** Nothing is in flight any more: what comes now is stray, and so is what came so far. */
  forget(): void;
}
