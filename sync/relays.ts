/**
 * Entries of others, which a link hands on only where its peer has lacked them for a while: most
 * come to it from others as well.
 */
import type { Timer } from "./timer.ts";

export class Relays {
  readonly #afterMs: number;
  readonly #timer: Timer;
  /** Since when the peer has lacked entries of others, by (origin, stream). */
  readonly #behindSince = new Map<string, number>();

  /** `afterMs` 0: they go at once. */
  constructor(afterMs: number, timer: Timer) {
    this.#afterMs = afterMs;
    this.#timer = timer;
  }

  /** After how long to look again; infinite where the peer is not known to lack any. */
  get waitMs(): number {
    return this.#behindSince.size > 0 ? this.#afterMs : Infinity;
  }

  /** Whether those of a stream may go to a peer that said at `askedMs` where it stands. */
  may(key: string, askedMs: number): boolean {
    if (this.#afterMs === 0) return true;
    const since = this.#behindSince.get(key);
    if (since === undefined) this.#behindSince.set(key, this.#timer.nowMs());
    // Where the peer stands is what it said last: it may have had them from others since.
    return since !== undefined && askedMs - since >= this.#afterMs;
  }

  /** Whether it is to be asked if it lacks some still, however much is shipped. */
  mayLack(askedMs: number): boolean {
    return this.#behindSince.size > 0 && this.#timer.nowMs() - askedMs >= this.#afterMs;
  }

  /** The peer has gone on in it. */
  free(key: string): void {
    this.#behindSince.delete(key);
  }

  clear(): void {
    this.#behindSince.clear();
  }
}
