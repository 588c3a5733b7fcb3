/** Chance and time of a simulation: both come from its seed, and nothing waits for real. */
import { setImmediate } from "node:timers";
import type { Timer } from "./timer.ts";

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Waiting {
  readonly atMs: number;
  /** Of what is due at the same moment, what was asked for first comes first. */
  readonly order: number;
  readonly wake: () => void;
}

export class SimulatedTime implements Timer {
  #nowMs = 0;
  #order = 0;
  readonly #waiting = new Set<Waiting>();

  nowMs(): number {
    return this.#nowMs;
  }

  pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#add(ms, () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    const stop = () => {
      this.#waiting.delete(waiting);
      resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
    return promise;
  }

  /** Does something later. */
  after(ms: number, action: () => void): void {
    this.#add(ms, action);
  }

  /** Lets all that needs no time happen, then goes to the next moment at which anything is due. */
  async step(): Promise<boolean> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    let next: Waiting | null = null;
    for (const waiting of this.#waiting) {
      const earlier = next === null || waiting.atMs < next.atMs ||
        (waiting.atMs === next.atMs && waiting.order < next.order);
      if (earlier) next = waiting;
    }
    if (next === null) return false;
    this.#waiting.delete(next);
    this.#nowMs = next.atMs;
    next.wake();
    return true;
  }

  #add(ms: number, wake: () => void): Waiting {
    const waiting = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, wake };
    this.#waiting.add(waiting);
    return waiting;
  }
}
