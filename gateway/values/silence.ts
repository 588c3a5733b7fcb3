/** Which devices have told nothing for too long (rule C7): a pure watch over their last words. */

/** A device told nothing for two of its intervals, or tells something again. */
export interface SilenceEvent {
  readonly kind: "no-data" | "data-again";
  readonly device: string;
  /** How long it has been, or was, silent; `null` where that began before this process. */
  readonly silentMs: number | null;
}

/** Two intervals without a word, and a little for the way (C7; what a page calls stale). */
const SILENT_INTERVALS = 2;
const SILENT_GRACE_MS = 3000;

export function silentAfterMs(intervalMs: number): number {
  return SILENT_INTERVALS * intervalMs + SILENT_GRACE_MS;
}

interface Watched {
  readonly limitMs: number;
  /** When it told something; before that, since when it is watched. */
  lastMs: number;
  heard: boolean;
  silent: boolean;
}

export class SilenceWatch {
  readonly #watched: ReadonlyMap<string, Watched>;
  #again: SilenceEvent[] = [];

  constructor(
    devices: readonly { readonly device: string; readonly intervalMs: number }[],
    nowMs: number,
  ) {
    this.#watched = new Map(devices.map(({ device, intervalMs }) => {
      const limitMs = silentAfterMs(intervalMs);
      return [device, { limitMs, lastMs: nowMs, heard: false, silent: false }];
    }));
  }

  /** It was told of these before this process that they are silent. */
  recall(silent: Iterable<string>): void {
    for (const device of silent) {
      const watched = this.#watched.get(device);
      if (watched === undefined) continue;
      if (watched.heard) this.#again.push({ kind: "data-again", device, silentMs: null });
      else watched.silent = true;
    }
  }

  /** It has told a value, whether that is stored or not. */
  heard(device: string, nowMs: number): void {
    const watched = this.#watched.get(device);
    if (watched === undefined) return;
    if (watched.silent) {
      const silentMs = watched.heard ? nowMs - watched.lastMs : null;
      this.#again.push({ kind: "data-again", device, silentMs });
    }
    watched.silent = false;
    watched.heard = true;
    watched.lastMs = Math.max(watched.lastMs, nowMs);
  }

  /** What is to be told since the last call. */
  look(nowMs: number): SilenceEvent[] {
    const events = this.#again;
    this.#again = [];
    for (const [device, watched] of this.#watched) {
      const silentMs = nowMs - watched.lastMs;
      if (watched.silent || silentMs <= watched.limitMs) continue;
      watched.silent = true;
      events.push({ kind: "no-data", device, silentMs });
    }
    return events;
  }
}
