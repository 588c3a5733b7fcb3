/** Counts what came over a line and belongs to nothing, and tells it now and then. */
import type { NoiseItem } from "../driver.ts";

/** Often enough for a page, seldom enough to cost nothing. */
const TELL_MS = 5000;

export class NoiseTally {
  #told = 0;
  #toldMs = -Infinity;

  /** What is to be told now, with so many stray bytes since the line was opened. */
  due(strayBytes: number, nowMs: number): NoiseItem | null {
    // What looked like noise may turn out to begin an answer: then it is fewer than were told.
    if (strayBytes <= this.#told || nowMs - this.#toldMs < TELL_MS) return null;
    const item: NoiseItem = { kind: "noise", strayBytes: strayBytes - this.#told };
    this.#told = strayBytes;
    this.#toldMs = nowMs;
    return item;
  }
}
