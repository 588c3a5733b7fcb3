/** Who waits for entries of a stream: woken when the journal has some, by one listener for all. */
import type { Journal } from "./journal.ts";
import type { Timer } from "./timer.ts";

/** Questions that wait at one time: one of each site, and room for those that were cut. */
const POLLS_MAX = 2000;

/** One question that waits. */
export interface Poll extends Disposable {
  /** Resolves when the stream has moved since the last call, after `ms`, or with the signal. */
  moved(ms: number, signal: AbortSignal): Promise<void>;
}

interface Waiting {
  told: boolean;
  wake: () => void;
}

export class Polls {
  readonly #journal: Journal;
  readonly #timer: Timer;
  readonly #waiting = new Map<string, Set<Waiting>>();
  #count = 0;
  #listening: AbortController | null = null;

  constructor(journal: Journal, timer: Timer) {
    this.#journal = journal;
    this.#timer = timer;
  }

  /** Waits for a stream, whatever the origin; `null` where too many wait already. */
  open(stream: string): Poll | null {
    if (this.#count >= POLLS_MAX) return null;
    const waiting: Waiting = { told: false, wake: () => {} };
    const others = this.#waiting.get(stream) ?? new Set();
    this.#waiting.set(stream, others.add(waiting));
    this.#count++;
    if (this.#listening === null) this.#listen();
    return {
      moved: (ms, signal) => this.#moved(waiting, ms, signal),
      [Symbol.dispose]: () => this.#close(stream, waiting),
    };
  }

  async #moved(waiting: Waiting, ms: number, signal: AbortSignal): Promise<void> {
    if (!waiting.told) {
      const told = new AbortController();
      waiting.wake = () => told.abort();
      await this.#timer.pause(ms, AbortSignal.any([signal, told.signal]));
      waiting.wake = () => {};
    }
    waiting.told = false;
  }

  #close(stream: string, waiting: Waiting): void {
    const others = this.#waiting.get(stream);
    if (others?.delete(waiting) !== true) return;
    if (others.size === 0) this.#waiting.delete(stream);
    if (--this.#count > 0) return;
    this.#listening?.abort();
    this.#listening = null;
  }

  #listen(): void {
    const listening = new AbortController();
    this.#listening = listening;
    const follow = async () => {
      for await (const moved of this.#journal.changes(listening.signal)) {
        for (const { stream } of moved) {
          for (const waiting of this.#waiting.get(stream) ?? []) {
            waiting.told = true;
            waiting.wake();
          }
        }
      }
    };
    // A listener only yields what the journal tells; it ends with its signal.
    follow();
  }
}
