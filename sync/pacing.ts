/**
 * The share of the line that all links of a node may take together: a bucket of compressed bytes.
 * What is sent is charged after it left, so that the bucket may go into debt; bulk then waits
 * until the debt is paid, and alarms do not.
 */

export interface Line {
  /** Bits a second, in millions. */
  readonly mbit: number;
  /** How much of it replication may take, 1 to 100. */
  readonly sharePercent: number;
}

/** What may be sent at once after a pause: a second's worth. */
const BURST_MS = 1000;

export class Pacer {
  readonly #bytesPerMs: number;
  readonly #nowMs: () => number;
  /** Bytes that may be sent; below 0 they are owed. */
  #bytes: number;
  #atMs: number;

  constructor({ mbit, sharePercent }: Line, nowMs: () => number) {
    this.#bytesPerMs = (mbit * 1e6 / 8 / 1000) * (sharePercent / 100);
    this.#nowMs = nowMs;
    this.#bytes = this.#bytesPerMs * BURST_MS;
    this.#atMs = nowMs();
  }

  /** How long bulk has to wait, milliseconds; 0 where it may go. */
  waitMs(): number {
    this.#refill();
    return this.#bytes > 0 ? 0 : -this.#bytes / this.#bytesPerMs;
  }

  /** So many bytes have left. */
  spent(bytes: number): void {
    this.#refill();
    this.#bytes -= bytes;
  }

  #refill(): void {
    const nowMs = this.#nowMs();
    const filled = this.#bytes + (nowMs - this.#atMs) * this.#bytesPerMs;
    this.#bytes = Math.min(filled, this.#bytesPerMs * BURST_MS);
    this.#atMs = nowMs;
  }
}

/** One exchange takes about so long: an alarm that comes meanwhile waits behind one. */
const EXCHANGE_MS = 1000;
/** Bytes of contents in the first batch, and in any: a fast line is filled after five. */
const BATCH_FIRST_BYTES = 64 << 10;
const BATCH_MIN_BYTES = 4 << 10;
const BATCH_MAX_BYTES = 1 << 20;

/** How large batches are, so that one exchange takes about a second on the line as it is. */
export class BatchSize {
  #bytes = BATCH_FIRST_BYTES;

  /** Bytes of contents. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A batch with so many bytes of contents took so long to be answered. */
  took(bytes: number, ms: number): void {
    const fitting = bytes * EXCHANGE_MS / Math.max(1, ms);
    // A batch that was small for want of entries says nothing of a faster line.
    const grown = bytes * 2 < this.#bytes ? this.#bytes : Math.min(fitting, this.#bytes * 2);
    const next = fitting < this.#bytes && ms > EXCHANGE_MS ? fitting : Math.max(this.#bytes, grown);
    this.#bytes = Math.min(BATCH_MAX_BYTES, Math.max(BATCH_MIN_BYTES, Math.round(next)));
  }
}
