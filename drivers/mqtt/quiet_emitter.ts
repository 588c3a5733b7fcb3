/**
 * Aedes' emitter, but a message that nobody subscribes to costs nothing: on a gateway nearly all
 * are of that kind, since they are for the journal.
 */
import mqemitter from "mqemitter";
import type { Message, MQEmitter } from "mqemitter";

/** Topics of the broker itself, which Aedes always listens to. */
const OWN = "$SYS/";

type Listener = (message: Message, done: () => void) => void;

export class QuietEmitter {
  readonly #emitter: MQEmitter;
  /** Who listens to what, without the broker's own topics. */
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(concurrency: number) {
    this.#emitter = mqemitter({ concurrency, matchEmptyLevels: true });
  }

  on(topic: string, listener: Listener, done?: () => void): this {
    if (!topic.startsWith(OWN)) {
      const known = this.#listeners.get(topic) ?? new Set();
      this.#listeners.set(topic, known.add(listener));
    }
    this.#emitter.on(topic, listener, done);
    return this;
  }

  removeListener(topic: string, listener: Listener, done?: () => void): this {
    const known = this.#listeners.get(topic);
    known?.delete(listener);
    if (known?.size === 0) this.#listeners.delete(topic);
    this.#emitter.removeListener(topic, listener, done);
    return this;
  }

  emit(message: Message, done: (error?: Error) => void): this {
    if (this.#listeners.size === 0 && !message.topic.startsWith(OWN)) done();
    else this.#emitter.emit(message, done);
    return this;
  }

  close(done: () => void): void {
    this.#emitter.close(done);
  }
}
