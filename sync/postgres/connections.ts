/** The connections of one journal to its PostgreSQL, and what has to be done when one comes up. */
import type { Ask } from "./connection.ts";
import { Connection } from "./connection.ts";
import type { Server } from "./server.ts";
import { Writer } from "./writer.ts";

/** Connections that store what is received: enough for their commits to share an fsync. */
const RECEIVERS = 4;
/** Connections that read: one may be busy with a long read. */
const READERS = 2;

export class Connections {
  /** Tables, following, receipts. */
  readonly keeper: Connection;
  readonly own: Writer;
  readonly receivers: readonly Writer[];
  readonly readers: readonly Connection[];
  readonly #reload: (ask: Ask) => Promise<void>;
  /** Connections that were lost so far, and how many of these losses `reload` has seen. */
  #losses = 0;
  #reloaded = -1;
  #reloading: Promise<void> = Promise.resolve();
  #isOpen = false;

  /**
   * `name`: of this process, and of no other ever. `reload` reads anew what is known of the
   * database: it may not be the one it was, a fail-over may have lost commits. `onLost` hears why
   * a connection was lost.
   */
  constructor(
    server: Server,
    name: string,
    reload: (ask: Ask) => Promise<void>,
    onLost: (reason: string) => void,
  ) {
    this.#reload = reload;
    const connection = (onConnect: (ask: Ask) => Promise<void>) =>
      new Connection(server, {
        onConnect: async (ask) => {
          if (!this.#isOpen) return;
          await onConnect(ask);
          await this.#reloadOnce(ask);
        },
        onLost: (reason) => {
          this.#losses++;
          onLost(reason);
        },
      });
    const writer = (number: number) =>
      new Writer(`${name}/${number}`, (writer) => connection((ask) => writer.join(ask)));
    this.keeper = connection(() => Promise.resolve());
    this.own = writer(0);
    this.receivers = Array.from({ length: RECEIVERS }, (_, index) => writer(index + 1));
    this.readers = Array.from({ length: READERS }, () => connection(() => Promise.resolve()));
  }

  get writers(): readonly Writer[] {
    return [this.own, ...this.receivers];
  }

  /** Connects; `prepare` makes ready, over the keeper, what the others need. */
  async open(prepare: () => Promise<void>): Promise<void> {
    await this.keeper.open();
    await prepare();
    this.#isOpen = true;
    await this.keeper.turn((ask) => this.#reloadOnce(ask));
    const others = [...this.writers.map(({ connection }) => connection), ...this.readers];
    await Promise.all(others.map((connection) => connection.open()));
  }

  async close(): Promise<void> {
    const writing = this.writers.map(({ connection }) => connection);
    const all = [this.keeper, ...writing, ...this.readers];
    await Promise.all(all.map((connection) => connection.close()));
  }

  /** Connections that come up after the same loss share a reload: one after the last loss. */
  #reloadOnce(ask: Ask): Promise<void> {
    const reloading = this.#reloading.then(async () => {
      const losses = this.#losses;
      if (this.#reloaded === losses) return;
      await this.#reload(ask);
      this.#reloaded = losses;
    });
    this.#reloading = reloading.catch(() => {});
    return reloading;
  }
}
