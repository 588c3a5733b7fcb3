/** Calls across threads: one end answers methods one after the other, the other awaits them. */

/** What one end offers: its arguments and results have to survive a structured clone. */
export type Methods = Record<string, (...parameters: never[]) => unknown>;

/** One call on its way. */
interface Call {
  readonly id: number;
  readonly method: string;
  readonly parameters: readonly unknown[];
}

/** Whatever a message holds: the two ends here are the only ones on their channel. */
type Data = MessageEvent["data"];

/** The asking end of a channel. */
export class PortCalls<M extends Methods> {
  readonly #port: MessagePort;
  readonly #calls = new Map<number, { settle(data: Data): void; reject(e: unknown): void }>();
  #lastId = 0;
  #ended: Error | null = null;

  /** `onNotice` hears what the other end tells unasked. */
  constructor(port: MessagePort, onNotice: (notice: Data) => void = () => {}) {
    this.#port = port;
    this.#port.onmessage = ({ data }) => {
      if (data.notice !== undefined) onNotice(data.notice);
      const call = this.#calls.get(data.id);
      this.#calls.delete(data.id);
      call?.settle(data);
    };
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
      settle: (data) => {
        if (data.error === undefined) return resolve(data.value);
        // A clone of an error has only a name that the language knows.
        data.error.name = data.name;
        reject(data.error);
      },
      reject,
    });
    const call: Call = { id, method, parameters };
    this.#port.postMessage(call, transfer);
    return promise;
  }

  /** No more calls; those that wait are rejected. */
  close(error: Error): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    this.#port.close();
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }
}

/** A worker and the channel to it. */
export class WorkerCalls<M extends Methods> {
  readonly #worker: Worker;
  readonly #calls: PortCalls<M>;

  /** `onEnd` hears that the worker died, after which every call is rejected. */
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
    this.#calls = new PortCalls<M>(port1, listeners.onNotice);
    this.#worker.postMessage(null, [port2]);
  }

  call<K extends keyof M & string>(
    method: K,
    parameters: Readonly<Parameters<M[K]>>,
    transfer: Transferable[] = [],
  ): Promise<Awaited<ReturnType<M[K]>>> {
    return this.#calls.call(method, parameters, transfer);
  }

  /** Ends the worker at once; calls that wait are rejected. */
  terminate(error = new Error("The thread was ended")): void {
    this.#worker.terminate();
    this.#calls.close(error);
  }
}

/**
 * The answering end of a channel: answers calls in the order they come. `notice` is asked after
 * each call; what it says that is not `undefined` travels with the answer, and is heard first.
 */
export function answerCalls(
  port: MessagePort,
  methods: Methods,
  notice: () => unknown = () => undefined,
): void {
  let last: Promise<void> = Promise.resolve();
  const answer = async ({ id, method, parameters }: Call) => {
    try {
      const value = await Reflect.apply(methods[method], undefined, parameters);
      port.postMessage({ id, value, notice: notice() });
    } catch (error) {
      const name = error instanceof Error ? error.name : "Error";
      port.postMessage({ id, error: cloneable(error), name, notice: notice() });
    }
  };
  port.onmessage = ({ data }) => {
    last = last.then(() => answer(data));
  };
}

/** What a library throws may not survive the way: its message does. */
function cloneable(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const copy = new Error(message);
  if (error instanceof Error && error.stack !== undefined) copy.stack = error.stack;
  return copy;
}

/** A worker's end: answers its owner. */
export function serveCalls(methods: Methods, notice?: () => unknown): void {
  addEventListener("message", (event) => {
    if (event instanceof MessageEvent) answerCalls(event.ports[0], methods, notice);
  }, { once: true });
}
