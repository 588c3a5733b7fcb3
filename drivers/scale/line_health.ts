/** How a scale is doing, from what came in the last seconds: pure, with time as a parameter. */
import type { DeviceState } from "../driver.ts";

/** Wrong frames are counted over the last one to two of these. */
const WINDOW_MS = 5000;
/** From this share of wrong frames on a scale answers badly; a single one is no pattern. */
const WRONG_SHARE = 0.05;
const WRONG_MIN = 3;

interface Counts {
  readonly frames: number;
  readonly wrong: number;
}

export interface Health {
  readonly state: DeviceState;
  readonly reason: string;
}

export class LineHealth {
  readonly #silentMs: number;
  #frameMs: number;
  #byteMs = -Infinity;
  #heard = false;
  #now: Counts = { frames: 0, wrong: 0 };
  #before: Counts = { frames: 0, wrong: 0 };
  #windowMs: number;

  constructor(silentMs: number, nowMs: number) {
    this.#silentMs = silentMs;
    this.#frameMs = nowMs;
    this.#windowMs = nowMs;
  }

  /** Bytes came, with so many frames in them, and so many that were wrong. */
  came({ frames, wrong }: Counts, nowMs: number): void {
    this.#turn(nowMs);
    this.#byteMs = nowMs;
    if (frames > 0) {
      this.#frameMs = nowMs;
      this.#heard = true;
    }
    this.#now = { frames: this.#now.frames + frames, wrong: this.#now.wrong + wrong };
  }

  /** `null` while it is too soon to say. */
  at(nowMs: number): Health | null {
    this.#turn(nowMs);
    if (nowMs - this.#frameMs > this.#silentMs) {
      if (nowMs - this.#byteMs > this.#silentMs) {
        const reason = `it has sent nothing for ${Math.floor(this.#silentMs / 1000)} s`;
        return { state: "offline", reason };
      }
      const reason = "what it sends is no frame of its format: look at format, baud rate, parity";
      return { state: "degraded", reason };
    }
    if (!this.#heard) return null;
    const wrong = this.#now.wrong + this.#before.wrong;
    const all = wrong + this.#now.frames + this.#before.frames;
    if (wrong >= WRONG_MIN && wrong > all * WRONG_SHARE) {
      return { state: "degraded", reason: `${wrong} of its last ${all} frames were wrong` };
    }
    return { state: "online", reason: "its frames come" };
  }

  #turn(nowMs: number): void {
    if (nowMs - this.#windowMs < WINDOW_MS) return;
    const empty = { frames: 0, wrong: 0 };
    this.#before = nowMs - this.#windowMs < 2 * WINDOW_MS ? this.#now : empty;
    this.#now = empty;
    this.#windowMs = nowMs;
  }
}
