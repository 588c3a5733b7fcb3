/** Sends as a serial line does: one byte after the other, no faster than its speed allows. */

/** A system sends in pieces of about so long; finer ones cost more than they show. */
const PIECE_MS = 2;
/** What waits beyond this is lost, as it is where a device says more than its line can carry. */
const WAITING_BYTES_MAX = 4096;
/** Answers that are held back to come late. */
const HELD_MAX = 1000;

export class PacedSender implements Disposable {
  readonly #characterMs: number;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #waiting: number[] = [];
  /** Of the bytes that are being sent: since when, and how many have left. */
  #burst: { readonly startMs: number; sent: number } | null = null;

  /** With 0 for a character it is no serial line: all goes at once. */
  constructor(characterMs: number, send: (bytes: Uint8Array) => void) {
    this.#characterMs = characterMs;
    this.#send = send;
  }

  /** Says it after so long, behind what is being said then. */
  say(bytes: Uint8Array, afterMs = 0): void {
    if (afterMs > 0) return this.#later(() => this.say(bytes), afterMs);
    if (this.#characterMs === 0) return this.#send(bytes);
    if (this.#waiting.length + bytes.length > WAITING_BYTES_MAX) return;
    this.#waiting.push(...bytes);
    if (this.#burst !== null) return;
    this.#burst = { startMs: performance.now(), sent: 0 };
    this.#piece(this.#burst);
  }

  /** What has not left by now never will. */
  silence(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#waiting = [];
    this.#burst = null;
  }

  [Symbol.dispose](): void {
    this.silence();
  }

  #piece(burst: { readonly startMs: number; sent: number }): void {
    // The first byte is heard once it is on the line as a whole.
    const carried = Math.floor((performance.now() - burst.startMs) / this.#characterMs);
    const bytes = this.#waiting.splice(0, Math.max(0, carried - burst.sent));
    burst.sent += bytes.length;
    if (bytes.length > 0) this.#send(Uint8Array.from(bytes));
    if (this.#waiting.length === 0) {
      this.#burst = null;
      return;
    }
    const leftMs = Math.min(PIECE_MS, this.#waiting.length * this.#characterMs);
    this.#later(() => this.#piece(burst), leftMs);
  }

  #later(work: () => void, ms: number): void {
    if (this.#timers.size >= HELD_MAX) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }
}
