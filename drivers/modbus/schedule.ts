/** When a device is asked, and for which of its points. Pure: the moment is given. */
import { POLL_CLASSES, type PollClass } from "./profile.ts";
import type { ModbusDevice } from "./settings.ts";

/** A device that does not answer is asked less and less often, up to this. */
export const PROBE_MAX_MS = 60_000;
/** The first failures are followed by a try at the device's own interval. */
const FREE_FAILURES = 1;
/** Beats that are so close are one poll: it saves requests. */
const TOGETHER_MS = 20;

interface Beat {
  readonly name: PollClass;
  readonly intervalMs: number;
  dueMs: number;
}

export class Schedule {
  readonly #beats: readonly Beat[];
  /** Failed polls in a row. */
  failures = 0;
  /** Beats in all that went by because those before them were not over. */
  leftOut = 0;
  #heldUntilMs = -Infinity;

  constructor(device: Pick<ModbusDevice, "profile" | "intervalSeconds">, nowMs: number) {
    const { profile } = device;
    const used = new Set(profile.points.map(({ poll }) => poll));
    this.#beats = POLL_CLASSES.filter((name) => used.has(name)).map((name) => ({
      name,
      intervalMs: intervalSecondsOf(device, name) * 1000,
      dueMs: nowMs,
    }));
  }

  /** When it is asked next, on the clock of `performance.now()`. */
  get dueMs(): number {
    return Math.max(this.#heldUntilMs, Math.min(...this.#beats.map(({ dueMs }) => dueMs)));
  }

  /** The time between its most frequent polls. */
  get intervalMs(): number {
    return Math.min(...this.#beats.map(({ intervalMs }) => intervalMs));
  }

  /** The classes whose time has come; each has its next beat from here on. */
  take(nowMs: number): readonly PollClass[] {
    const due = this.#beats.filter(({ dueMs }) => dueMs <= nowMs + TOGETHER_MS);
    for (const beat of due) {
      // While it is held back on purpose, nothing is left out.
      this.leftOut += missedBeats(beat, Math.max(beat.dueMs, this.#heldUntilMs), nowMs);
      beat.dueMs += beat.intervalMs * (missedBeats(beat, beat.dueMs, nowMs) + 1);
    }
    return due.map(({ name }) => name);
  }

  /** Nothing is asked before. */
  hold(untilMs: number): void {
    this.#heldUntilMs = untilMs;
  }

  answered(): void {
    this.failures = 0;
    this.#heldUntilMs = -Infinity;
  }

  /** At most one try an interval, then fewer; none before an answer can no longer come. */
  failed(nowMs: number, waitsUntilMs: number): void {
    this.failures++;
    const doublings = Math.min(Math.max(0, this.failures - 1 - FREE_FAILURES), 16);
    const probeMs = Math.max(this.intervalMs, PROBE_MAX_MS);
    const pauseMs = Math.min(this.intervalMs * 2 ** doublings, probeMs);
    this.#heldUntilMs = Math.max(nowMs + pauseMs, waitsUntilMs);
    // What the next poll asks is all that it has: nothing of it is known any more.
    for (const beat of this.#beats) beat.dueMs = Math.min(beat.dueMs, this.#heldUntilMs);
  }
}

function missedBeats({ intervalMs }: Beat, dueMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - dueMs) / intervalMs));
}

/** How often points of a class are read. */
export function intervalSecondsOf(
  { profile, intervalSeconds = profile.intervalSeconds }: Pick<
    ModbusDevice,
    "profile" | "intervalSeconds"
  >,
  name: PollClass,
): number {
  switch (name) {
    case "fast":
      return Math.max(0.1, profile.fastSeconds ?? intervalSeconds / 5);
    case "normal":
      return intervalSeconds;
    case "slow":
      return profile.slowSeconds ?? intervalSeconds * 10;
  }
}
