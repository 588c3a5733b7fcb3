/** Which devices have told nothing for too long (rule C7): a pure watch over their last words. */

/** A device told nothing for two of its intervals, or tells something again. */
export interface SilenceEvent {
  readonly kind: "no-data" | "data-again";
  readonly device: string;
  /** How long it has been, or was, silent. */
  readonly silentMs: number;
}

/** Two intervals without a word, and a little for the way (C7; what a page calls stale). */
export const SILENT_INTERVALS = 2;
export const SILENT_GRACE_MS = 3000;

export function silentAfterMs(intervalMs: number): number {
  return SILENT_INTERVALS * intervalMs + SILENT_GRACE_MS;
}

interface Watched {
  readonly limitMs: number;
  heardMs: number;
  silent: boolean;
}

export class SilenceWatch {
  readonly #watched: ReadonlyMap<string, Watched>;
  #again: SilenceEvent[] = [];

  /** `silent`: of which it was told already, before this process, that they are. */
  constructor(
    devices: readonly { readonly device: string; readonly intervalMs: number }[],
    nowMs: number,
    silent: ReadonlySet<string>,
  ) {
    this.#watched = new Map(devices.map(({ device, intervalMs }) => [device, {
      limitMs: silentAfterMs(intervalMs),
      heardMs: nowMs,
      silent: silent.has(device),
    }]));
  }

  /** It has told a value, whether that is stored or not. */
  heard(device: string, nowMs: number): void {
    const watched = this.#watched.get(device);
    if (watched === undefined) return;
    if (watched.silent) {
      const silentMs = nowMs - watched.heardMs;
      this.#again.push({ kind: "data-again", device, silentMs });
      watched.silent = false;
    }
    watched.heardMs = Math.max(watched.heardMs, nowMs);
  }

  /** What is to be told since the last call. */
  look(nowMs: number): SilenceEvent[] {
    const events = this.#again;
    this.#again = [];
    for (const [device, watched] of this.#watched) {
      const silentMs = nowMs - watched.heardMs;
      if (watched.silent || silentMs <= watched.limitMs) continue;
      watched.silent = true;
      events.push({ kind: "no-data", device, silentMs });
    }
    return events;
  }
}
