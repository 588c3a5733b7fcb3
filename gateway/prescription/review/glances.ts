/** How the queue stands, read once for all who have a workbench open. */
import type { Listed } from "../queue/queue_item.ts";
import type { Workload } from "../queue/review_queue.ts";

/** Open workbenches are told what is so old at most. */
const GLANCE_MS = 1000;

export interface Glance {
  readonly workload: Workload;
  /** The first in order. */
  readonly items: readonly Listed[];
}

export class Glances {
  readonly #read: () => Promise<Glance | null>;
  #last: { readonly atMs: number; readonly glance: Promise<Glance | null> } | null = null;

  /** `read` resolves with `null` while the queue is not open. */
  constructor(read: () => Promise<Glance | null>) {
    this.#read = read;
  }

  now(): Promise<Glance | null> {
    const nowMs = performance.now();
    if (this.#last === null || nowMs - this.#last.atMs >= GLANCE_MS) {
      this.#last = { atMs: nowMs, glance: this.#read() };
    }
    return this.#last.glance;
  }

  /** Somebody's page asks next what has just been changed. */
  forget(): void {
    this.#last = null;
  }
}
