/**
 * How long something has gone on, by the boot-time clock from when it was first seen on (T12): so
 * that a wall clock that is set neither stops nor hastens what is told after so many minutes.
 */
import type { Stamp } from "../../../sync/entry.ts";

/** Units of a site, with two causes each; of more the first seen are forgotten. */
const WATCHES_MAX = 1000;

interface Watch {
  readonly sinceMs: number;
  readonly bootMs: number;
  /** By the wall clock of that moment: before it nobody looked. */
  readonly beforeMs: number;
}

export class BootWatches {
  readonly #watches = new Map<string, Watch>();

  /** `sinceMs`: when it began, by the wall clock: of another moment it is another watch. */
  goesOnMs(name: string, sinceMs: number, { wallMs, bootMs }: Stamp): number {
    const known = this.#watches.get(name);
    if (known?.sinceMs === sinceMs) return known.beforeMs + bootMs - known.bootMs;
    const beforeMs = Math.max(0, wallMs - sinceMs);
    this.#watches.delete(name);
    this.#watches.set(name, { sinceMs, bootMs, beforeMs });
    for (const first of this.#watches.keys()) {
      if (this.#watches.size <= WATCHES_MAX) break;
      this.#watches.delete(first);
    }
    return beforeMs;
  }
}
