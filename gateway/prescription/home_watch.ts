/**
 * When the other centre last told a site anything, as its entries come here (P11): a sign that it
 * is there and goes on, of whatever they are. That it also decides is bounded by `SLOW_MAX_MS`.
 */
import type { Journal } from "../../sync/journal.ts";
import { nodeOf } from "../../sync/origin.ts";
import type { StreamState } from "../../sync/segments.ts";
import { siteOf } from "../../sync/stream.ts";

export class HomeWatch {
  readonly #other: string | null;
  #movedMs = -Infinity;

  /** `other`: the centre, where there is another. */
  constructor(other: string | null) {
    this.#other = other;
  }

  /** By the steady clock; before anything came, minus infinity. */
  get movedMs(): number {
    return this.#movedMs;
  }

  /** These moved at `nowMs`. */
  note(moved: readonly Pick<StreamState, "origin" | "stream">[], nowMs: number): void {
    const isTold = moved.some(({ origin, stream }) =>
      siteOf(stream) !== null && nodeOf(origin) === this.#other
    );
    if (isTold) this.#movedMs = nowMs;
  }

  /** Until the signal aborts; what was here before tells nothing. */
  async run(journal: Pick<Journal, "changes">, signal: AbortSignal): Promise<void> {
    let isStart = true;
    for await (const moved of journal.changes(signal)) {
      if (!isStart) this.note(moved, performance.now());
      isStart = false;
    }
  }
}
