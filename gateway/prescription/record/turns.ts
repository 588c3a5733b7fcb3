/** Gathers what comes while a turn is under way, so that the tables are asked once for all. */

/** A turn is short, so that whoever comes next does not wait long. */
const TURN_MAX = 256;

export class Turns<T> {
  readonly #work: (items: readonly T[]) => Promise<void>;
  #waiting: T[] = [];
  #running = false;

  /** `work` tells each item's waiter by itself, also of what goes wrong; it does not reject. */
  constructor(work: (items: readonly T[]) => Promise<void>) {
    this.#work = work;
  }

  push(item: T): void {
    this.#waiting.push(item);
    if (!this.#running) this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const turn = this.#waiting.slice(0, TURN_MAX);
      this.#waiting = this.#waiting.slice(TURN_MAX);
      await this.#work(turn);
    }
    this.#running = false;
  }
}
