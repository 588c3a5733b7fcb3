/** A thread that lives while somebody waits for it: an idle node keeps nothing of it in memory. */
import { type Methods, WorkerCalls } from "../sync/worker_calls.ts";

export interface NeededThreadOptions {
  /** The module that it runs. */
  readonly url: URL;
  /** Whoever comes when so many wait is refused. */
  readonly waitingMax: number;
  readonly refusal: () => Error;
}

export class NeededThread<M extends Methods> {
  readonly #options: NeededThreadOptions;
  #worker: WorkerCalls<M> | null = null;
  #waiting = 0;

  constructor(options: NeededThreadOptions) {
    this.#options = options;
  }

  async use<T>(work: (worker: WorkerCalls<M>) => Promise<T>): Promise<T> {
    const { url, waitingMax, refusal } = this.#options;
    if (this.#waiting >= waitingMax) throw refusal();
    this.#waiting++;
    this.#worker ??= new WorkerCalls<M>(url, { onEnd: () => this.#worker = null });
    try {
      return await work(this.#worker);
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) {
        this.#worker?.terminate();
        this.#worker = null;
      }
    }
  }
}
