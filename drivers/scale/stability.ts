/**
 * When a weight counts as stable (rule W2): at least five equal frames in a row within one second,
 * none of which says that the load moves. A scale that repeats its display faster than it weighs
 * sends five within milliseconds: so they have to last a while, too.
 */
import type { Frame } from "./frame.ts";

export interface StabilityRule {
  /** So many equal frames in a row, */
  readonly frames: number;
  /** the last of them within so long, */
  readonly withinMs: number;
  /** and all of them over so long at least. */
  readonly settleMs: number;
}

export class Stability {
  readonly #rule: StabilityRule;
  #key: string | null = null;
  /** When the row of equal frames began. */
  #sinceMs = 0;
  /** When the last of them came, the oldest first; as many as the rule asks for. */
  #times: number[] = [];

  constructor(rule: StabilityRule) {
    this.#rule = rule;
  }

  /** Whether the weight of this frame is stable now; time in milliseconds, never backwards. */
  see(frame: Frame, nowMs: number): boolean {
    if (frame.kind === "trouble" || frame.motion === true) {
      this.#key = null;
      return false;
    }
    const { frames, withinMs, settleMs } = this.#rule;
    const { value, unit, net, tare } = frame;
    const key = `${value} ${unit} ${net} ${tare}`;
    const paused = nowMs - (this.#times.at(-1) ?? -Infinity) > withinMs;
    if (key !== this.#key || paused) {
      this.#key = key;
      this.#sinceMs = nowMs;
      this.#times = [];
    }
    this.#times.push(nowMs);
    if (this.#times.length > frames) this.#times.shift();
    return this.#times.length === frames && nowMs - this.#times[0] <= withinMs &&
      nowMs - this.#sinceMs >= settleMs;
  }
}
