/**
 * A connection as Aedes wants it, over Deno's own sockets: what is written within one turn of
 * the event loop leaves in one piece, and a packet over the limit is noticed before its bytes
 * are gathered.
 */
import { Duplex } from "node:stream";
import type { Certificate, LineSocket } from "./listener.ts";
import { PacketGuard } from "./packet_guard.ts";

/** Read at a time; all packets of one read are handled together. */
const READ_BYTES = 64 << 10;
/** Answers that a client does not take; when there are more, its sender is told to wait. */
const UNSENT_BYTES_MAX = 64 << 10;

export class MqttConnection extends Duplex {
  readonly remoteAddress: string;
  readonly #socket: LineSocket;
  readonly #guard: PacketGuard;
  readonly #onOversized: (bytes: number) => void;
  #received: Buffer | null = null;
  #taken: () => void = () => {};
  #unsent = Buffer.allocUnsafe(1024);
  #unsentBytes = 0;
  #sending = false;
  #scheduled = false;
  #crowded = false;

  /** `onOversized` hears the length that a packet over the limit announced. */
  constructor(
    socket: LineSocket,
    packetBytesMax: number,
    onOversized: (bytes: number) => void,
  ) {
    super({ autoDestroy: true, emitClose: true, allowHalfOpen: false });
    this.#socket = socket;
    this.#guard = new PacketGuard(packetBytesMax);
    this.#onOversized = onOversized;
    const { remoteAddr } = socket;
    this.remoteAddress = "hostname" in remoteAddr ? remoteAddr.hostname : "?";
    this.#readAll();
  }

  /** What the client showed in the handshake of TLS. */
  get certificate(): Certificate | null {
    return this.#socket.certificate?.() ?? null;
  }

  /** The bytes that have come since the last call, or `null`. */
  override read(): Buffer | null {
    const received = this.#received;
    this.#received = null;
    if (received !== null) this.#taken();
    return received;
  }

  override write(chunk: Buffer | string): boolean {
    if (this.destroyed) return false;
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    const end = this.#unsentBytes + bytes.length;
    if (end > this.#unsent.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, this.#unsent.length * 2));
      this.#unsent.copy(grown, 0, 0, this.#unsentBytes);
      this.#unsent = grown;
    }
    this.#unsent.set(bytes, this.#unsentBytes);
    this.#unsentBytes = end;
    if (!this.#scheduled && !this.#sending) {
      this.#scheduled = true;
      setImmediate(() => this.#send());
    }
    if (end < UNSENT_BYTES_MAX) return true;
    this.#crowded = true;
    return false;
  }

  /** Everything written in one turn leaves together anyway. */
  override cork(): void {}
  override uncork(): void {}

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#taken();
    // What was written before, such as a refusal, may still leave.
    this.#send().finally(() => {
      try {
        this.#socket.close();
      } catch {
        // It was closed by the other end.
      }
    });
    done(error);
  }

  async #readAll(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      while (!this.destroyed) {
        const count = await this.#socket.read(buffer);
        if (count === null || this.destroyed) break;
        const chunk = Buffer.from(buffer.subarray(0, count));
        const oversized = this.#guard.oversized(chunk);
        if (oversized > 0) {
          this.#onOversized(oversized);
          break;
        }
        this.#received = chunk;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#taken = resolve;
        this.emit("readable");
        if (this.#received !== null) await promise;
      }
      this.emit("end");
      this.destroy();
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #send(): Promise<void> {
    this.#scheduled = false;
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#unsentBytes > 0) {
        const bytes = this.#unsent.subarray(0, this.#unsentBytes);
        this.#unsent = Buffer.allocUnsafe(1024);
        this.#unsentBytes = 0;
        for (let at = 0; at < bytes.length;) at += await this.#socket.write(bytes.subarray(at));
      }
      if (this.#crowded) {
        this.#crowded = false;
        this.emit("drain");
      }
    } catch (error) {
      if (!this.destroyed) this.destroy(error instanceof Error ? error : undefined);
    } finally {
      this.#sending = false;
    }
  }
}
