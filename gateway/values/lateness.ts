/** Which values a device tells late, by its own time: they are none of now (G7). */
import type { ReadingItem } from "../../drivers/driver.ts";

/** When it came, by the box's clock, and how far that may be believed. */
export interface Moment {
  readonly wallMs: number;
  readonly clock: string;
}

/** A device's clock that says less was never set: it tells no time. */
const CLOCK_SET_MS = Date.UTC(2000);
/** A device's clock may be so wrong: what is older only by that is not late. */
const CLOCK_ERROR_MS = 300_000;

/**
 * How old a value was when it came, by the device's own time, milliseconds; 0 where it is from the
 * future, as a clock that is fast makes it, and where no clock can tell: the device's was never
 * set, or the box's is not to be trusted.
 */
export function delayMs(deviceMs: number | null, { wallMs, clock }: Moment): number {
  if (deviceMs === null || deviceMs < CLOCK_SET_MS || clock === "untrusted") return 0;
  return Math.max(0, wallMs - deviceMs);
}

/** The newest that was told of a point, and when it came, on the clock of `performance.now()`. */
interface Newest {
  readonly deviceMs: number;
  readonly receivedMs: number;
}

/** One device. */
export class Lateness {
  readonly #silentMs: (point: string) => number;
  readonly #newest = new Map<string, Newest>();

  /** `silentMs`: how long a point may be silent. */
  constructor(silentMs: (point: string) => number) {
    this.#silentMs = silentMs;
  }

  /**
   * Whether it was told late: after a newer value of one of its points, which needs no clock of
   * the box, or when one of them would have counted as silent. Takes note of it.
   */
  isLate({ deviceMs, receivedMs, readings, historical }: ReadingItem, came: Moment): boolean {
    if (historical) return true;
    if (deviceMs === null) return false;
    const delay = delayMs(deviceMs, came);
    let late = false;
    for (const { point } of readings) {
      const silentMs = this.#silentMs(point);
      if (delay > Math.max(silentMs, CLOCK_ERROR_MS)) late = true;
      const newest = this.#newest.get(point);
      // A time that nothing has passed for so long was wrong, and its clock was set back.
      const counts = newest !== undefined && receivedMs - newest.receivedMs <= silentMs;
      if (counts && newest.deviceMs > deviceMs) late = true;
      else this.#newest.set(point, { deviceMs, receivedMs });
    }
    return late;
  }
}
