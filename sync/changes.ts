/** Tells any number of listeners what changed, each at its own pace. */

interface Listener<T> {
  /** The latest of each key since the listener was last told. */
  readonly pending: Map<string, T>;
  told: boolean;
  wake: () => void;
}

export class Changes<T = never> {
  readonly #listeners = new Set<Listener<T>>();

  /** Something changed; of what changes again before a listener hears of it, the latest counts. */
  tell(changed: Iterable<readonly [key: string, value: T]> = []): void {
    const list = [...changed];
    for (const listener of this.#listeners) {
      for (const [key, value] of list) listener.pending.set(key, value);
      listener.told = true;
      listener.wake();
    }
  }

  /**
   * Yields `initial` at once, and then what changed whenever something did; changes that come
   * while the listener is busy are told together. Ends when the signal aborts.
   */
  async *watch(signal: AbortSignal, initial: readonly T[] = []): AsyncGenerator<T[], void, void> {
    const listener: Listener<T> = { pending: new Map(), told: false, wake: () => {} };
    this.#listeners.add(listener);
    const stop = () => listener.wake();
    signal.addEventListener("abort", stop);
    try {
      if (!signal.aborted) yield [...initial];
      while (!signal.aborted) {
        if (!listener.told) {
          const { promise, resolve } = Promise.withResolvers<void>();
          listener.wake = () => resolve();
          await promise;
          listener.wake = () => {};
          continue;
        }
        listener.told = false;
        const changed = [...listener.pending.values()];
        listener.pending.clear();
        yield changed;
      }
    } finally {
      signal.removeEventListener("abort", stop);
      this.#listeners.delete(listener);
    }
  }
}
