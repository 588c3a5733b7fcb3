/** Streams that one destination does not take for now; each is tried again by itself (T6, T8). */
import { backoffMs } from "./backoff.ts";
import { streamKey } from "./segments.ts";

export interface BlockedStream {
  readonly origin: string;
  readonly stream: string;
  readonly reason: string;
  readonly attempts: number;
  readonly nextTryMs: number;
}

export class BlockedStreams {
  readonly #streams = new Map<string, BlockedStream>();

  /** Returns true when the stream was not blocked for this reason before. */
  add(origin: string, stream: string, reason: string, nowMs: number, random: number): boolean {
    const key = streamKey(origin, stream);
    const known = this.#streams.get(key);
    const attempts = (known?.attempts ?? 0) + 1;
    const nextTryMs = nowMs + backoffMs(attempts, random);
    this.#streams.set(key, { origin, stream, reason, attempts, nextTryMs });
    return known?.reason !== reason;
  }

  /** Whether the stream has to wait still. */
  has(key: string, nowMs: number): boolean {
    const blocked = this.#streams.get(key);
    return blocked !== undefined && blocked.nextTryMs > nowMs;
  }

  get size(): number {
    return this.#streams.size;
  }

  knows(key: string): boolean {
    return this.#streams.has(key);
  }

  /** It may be tried at once. */
  hasten(key: string): void {
    const blocked = this.#streams.get(key);
    if (blocked !== undefined) this.#streams.set(key, { ...blocked, nextTryMs: -Infinity });
  }

  free(key: string): void {
    this.#streams.delete(key);
  }

  clear(): void {
    this.#streams.clear();
  }

  /** When the first of them may be tried that could not yet at `sinceMs`; `null` for none. */
  nextTryMs(sinceMs: number): number | null {
    const times = this.list().map(({ nextTryMs }) => nextTryMs).filter((ms) => ms > sinceMs);
    return times.length === 0 ? null : Math.min(...times);
  }

  list(): BlockedStream[] {
    return [...this.#streams.values()];
  }
}
