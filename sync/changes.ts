/** Tells any number of listeners that something changed, each at its own pace. */
export class Changes {
  #version = 0;
  readonly #waiting = new Set<() => void>();

  /** Something changed. */
  tell(): void {
    this.#version++;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /**
   * Yields once at the start and then whenever something changed since the last time; changes
   * that come while the listener is busy are told once. Ends when the signal aborts.
   */
  async *watch(signal: AbortSignal): AsyncGenerator<void, void, void> {
    let seen = -1;
    while (!signal.aborted) {
      if (seen === this.#version) await this.#change(signal);
      else {
        seen = this.#version;
        yield;
      }
    }
  }

  async #change(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#waiting.add(wake);
    signal.addEventListener("abort", wake);
    try {
      await promise;
    } finally {
      this.#waiting.delete(wake);
      signal.removeEventListener("abort", wake);
    }
  }
}
