/** Whether a channel works: told once when it has not for a while, and once when it does again. */
import type { ChannelBody } from "./delivery.ts";

export type ChannelNews = Omit<ChannelBody, "channel">;

export class ChannelHealth {
  readonly #alarmMs: number;
  #failing: { readonly sinceMs: number; reason: string; told: boolean } | null = null;
  #waiting = 0;

  constructor(alarmMs: number) {
    this.#alarmMs = alarmMs;
  }

  /** Why the last try failed; `null`: it did not, or there was none. */
  get reason(): string | null {
    return this.#failing?.reason ?? null;
  }

  /** For how long; 0: it works. */
  failingMs(nowMs: number): number {
    return this.#failing === null ? 0 : nowMs - this.#failing.sinceMs;
  }

  /** What a try has shown: why it does not work, or `null`. Returns what is to be told. */
  learn(reason: string | null, nowMs: number): ChannelNews | null {
    const before = this.#failing;
    if (reason !== null) {
      this.#failing = before === null
        ? { sinceMs: nowMs, reason, told: false }
        : { ...before, reason };
      return this.look(nowMs, this.#waiting);
    }
    this.#failing = null;
    if (before === null || !before.told) return null;
    return { works: true, reason: null, seconds: seconds(before, nowMs), waiting: this.#waiting };
  }

  /** The same, when nothing is tried. */
  look(nowMs: number, waiting: number): ChannelNews | null {
    this.#waiting = waiting;
    const failing = this.#failing;
    if (failing === null || failing.told || this.failingMs(nowMs) < this.#alarmMs) return null;
    failing.told = true;
    const { reason } = failing;
    return { works: false, reason, seconds: seconds(failing, nowMs), waiting };
  }
}

function seconds({ sinceMs }: { readonly sinceMs: number }, nowMs: number): number {
  return Math.round((nowMs - sinceMs) / 1000);
}
