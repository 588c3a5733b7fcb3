/** Calls across threads: a worker answers methods one after the other, its owner awaits them. */

/** What a worker offers: its arguments and results have to survive a structured clone. */
export type Methods = Record<string, (...parameters: never[]) => unknown>;

/** One call on its way to the worker. */
interface Call {
  readonly id: number;
  readonly method: string;
  readonly parameters: readonly unknown[];
}

/** Whatever a message holds: the two ends here are the only ones on their channel. */
type Data = MessageEvent["data"];

/** The owner's end: starts the worker and matches its answers to the calls. */
export class WorkerCalls<M extends Methods> {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #calls = new Map<number, { settle(data: Data): void; reject(e: unknown): void }>();
  #lastId = 0;
  #ended: Error | null = null;

  /**
   * `onNotice` hears what the worker tells unasked; `onEnd` that it died, after which every
   * call is rejected.
   */
  constructor(
    url: URL,
    listeners: { onNotice?: (notice: Data) => void; onEnd: (error: Error) => void },
  ) {
    this.#worker = new Worker(url, { type: "module", name: url.pathname.split("/").at(-1) ?? "" });
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const error = new Error(`The thread ${url.pathname} ended: ${event.message}`);
      this.terminate(error);
      listeners.onEnd(error);
    };
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.onmessage = ({ data }) => {
      if (data.notice !== undefined) return listeners.onNotice?.(data.notice);
      const call = this.#calls.get(data.id);
      this.#calls.delete(data.id);
      call?.settle(data);
    };
    this.#worker.postMessage(null, [port2]);
  }

  call<K extends keyof M & string>(
    method: K,
    parameters: Readonly<Parameters<M[K]>>,
    transfer: Transferable[] = [],
  ): Promise<Awaited<ReturnType<M[K]>>> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<M[K]>>>();
    const id = ++this.#lastId;
    this.#calls.set(id, {
      settle: (data) => data.error === undefined ? resolve(data.value) : reject(data.error),
      reject,
    });
    const call: Call = { id, method, parameters };
    this.#port.postMessage(call, transfer);
    return promise;
  }

  /** Ends the worker at once; calls that wait are rejected. */
  terminate(error = new Error("The thread was ended")): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    this.#worker.terminate();
    this.#port.close();
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }
}

/** The worker's end: answers calls in the order they come. `notice` is asked after each call. */
export function serveCalls(methods: Methods, notice: () => unknown = () => undefined): void {
  addEventListener("message", (event) => {
    if (!(event instanceof MessageEvent)) return;
    const [port] = event.ports;
    let last: Promise<void> = Promise.resolve();
    port.onmessage = ({ data }) => {
      last = last.then(() => answer(data));
    };
    const answer = async ({ id, method, parameters }: Call) => {
      try {
        const value = await Reflect.apply(methods[method], undefined, parameters);
        const told = notice();
        if (told !== undefined) port.postMessage({ notice: told });
        port.postMessage({ id, value });
      } catch (error) {
        port.postMessage({ id, error });
      }
    };
  }, { once: true });
}
