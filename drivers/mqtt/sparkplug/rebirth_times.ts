/** When one edge node may be asked for its births: soon at first, then less and less often. */

/** Between two questions at least; a birth of many devices takes a while on a slow line. */
const PAUSE_MIN_MS = 10_000;
const PAUSE_MAX_MS = 600_000;

export class RebirthTimes {
  #pauseMs = PAUSE_MIN_MS;
  #nextMs = 0;

  /** Whether it may be asked now; takes note that it is. */
  mayAsk(nowMs: number): boolean {
    if (nowMs < this.#nextMs) return false;
    this.#nextMs = nowMs + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, PAUSE_MAX_MS);
    return true;
  }

  /** It answered: a later gap is asked about after the shortest pause again. */
  born(): void {
    this.#pauseMs = PAUSE_MIN_MS;
  }
}
