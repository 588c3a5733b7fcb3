/** Files that a centre does not take for now; each is tried again by itself (T6, T8). */
import { backoffMs } from "../backoff.ts";

export interface SetAsideBlob {
  readonly hash: string;
  readonly reason: string;
  readonly attempts: number;
  readonly nextTryMs: number;
}

export class SetAside {
  readonly #blobs = new Map<string, SetAsideBlob>();

  /** Returns true when the file was not set aside for this reason before. */
  add(hash: string, reason: string, nowMs: number, random: number): boolean {
    const known = this.#blobs.get(hash);
    const attempts = (known?.attempts ?? 0) + 1;
    this.#blobs.set(hash, {
      hash,
      reason,
      attempts,
      nextTryMs: nowMs + backoffMs(attempts, random),
    });
    return known?.reason !== reason;
  }

  /** Whether the file has to wait still. */
  has(hash: string, nowMs: number): boolean {
    const known = this.#blobs.get(hash);
    return known !== undefined && known.nextTryMs > nowMs;
  }

  free(hash: string): void {
    this.#blobs.delete(hash);
  }

  /** When the first of those that have to wait still may be tried; `null` for none. */
  nextTryMs(nowMs: number): number | null {
    const times = this.list().map(({ nextTryMs }) => nextTryMs).filter((ms) => ms > nowMs);
    return times.length === 0 ? null : Math.min(...times);
  }

  list(): SetAsideBlob[] {
    return [...this.#blobs.values()];
  }
}
