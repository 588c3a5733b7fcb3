/** What is done about one prescription is done one after the other; about several, at one time. */
import { nameOf, type RecordKey } from "./stored_events.ts";

export class OneByOne {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(key: RecordKey, work: () => Promise<T>): Promise<T> {
    const name = nameOf(key);
    const before = this.#last.get(name) ?? Promise.resolve();
    const own = before.then(work, work);
    const settled = own.then(() => {}, () => {});
    this.#last.set(name, settled);
    try {
      return await own;
    } finally {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    }
  }
}
