/** Connections that have not said who they are, so that one address cannot take all there are. */

/** So long a slow device may take for TLS and CONNECT, on a slow line. */
const PATIENCE_MS = 3000;
/** Connections from one address that may be silent for longer. */
const SILENT_MAX = 20;

interface Stranger {
  readonly address: string;
  readonly sinceMs: number;
}

export class Strangers<Connection> {
  readonly #since = new Map<Connection, Stranger>();
  readonly #newMax: number;
  readonly #nowMs: () => number;

  /** After a power cut all devices behind one router connect at once: half of all may be new. */
  constructor(connectionsMax: number, nowMs: () => number) {
    this.#newMax = Math.ceil(connectionsMax / 2);
    this.#nowMs = nowMs;
  }

  add(connection: Connection, address: string): void {
    this.#since.set(connection, { address, sinceMs: this.#nowMs() });
  }

  /** It said CONNECT, or went. */
  delete(connection: Connection): void {
    this.#since.delete(connection);
  }

  /** Whether so many from the address are silent that no other is let in. */
  crowds(address: string): boolean {
    const silentSinceMs = this.#nowMs() - PATIENCE_MS;
    const own = this.#since.values().filter((stranger) => stranger.address === address).toArray();
    const silent = own.filter(({ sinceMs }) => sinceMs <= silentSinceMs);
    return own.length >= this.#newMax || silent.length >= SILENT_MAX;
  }
}
