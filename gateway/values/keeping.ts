/** Which of a device's values are stored: all of them, or what changed (pain: flash and line). */
import type { Reading, ReadingItem } from "../../drivers/driver.ts";
import type { AnyPoint } from "../../drivers/profile.ts";
import type { Keep } from "../../drivers/profile_parts.ts";

/** What was stored last of a point, and when that came, on the clock of `performance.now()`. */
export interface Kept {
  readonly value: Reading["value"];
  readonly quality: Reading["quality"];
  readonly receivedMs: number;
}

/**
 * One device. What it tells at one moment is stored whole or not at all, so that the values of an
 * entry belong together. Anything but a value that is surely stored already is stored.
 */
export class Keeping {
  readonly #rules: ReadonlyMap<string, Keep>;
  #kept = new Map<string, Kept>();

  constructor(points: readonly AnyPoint[]) {
    this.#rules = new Map(
      points.flatMap(({ point, keep }) => keep?.on === "change" ? [[point, keep]] : []),
    );
  }

  /** Whether it tells something that was not stored. */
  isNews({ readings, receivedMs, historical }: ReadingItem): boolean {
    if (this.#rules.size === 0 || historical || readings.length === 0) return true;
    return readings.some((reading) => {
      const rule = this.#rules.get(reading.point);
      const last = this.#kept.get(reading.point);
      return rule === undefined || last === undefined || isNews(rule, last, reading, receivedMs);
    });
  }

  /** It is on its way to the disk: what comes behind it is compared with it. */
  note({ readings, receivedMs, historical }: ReadingItem): void {
    if (this.#rules.size === 0 || historical) return;
    for (const { point, value, quality } of readings) {
      if (this.#rules.has(point)) this.#kept.set(point, { value, quality, receivedMs });
    }
  }

  /** Nobody knows what was stored last: all that comes next is. */
  forget(): void {
    this.#kept = new Map();
  }
}

/** Compares with the value stored last: many small steps add up to a change. */
export function isNews(rule: Keep, last: Kept, reading: Reading, receivedMs: number): boolean {
  if (reading.quality !== last.quality) return true;
  if (receivedMs - last.receivedMs >= rule.heartbeatSeconds * 1000) return true;
  if (typeof reading.value !== "number" || typeof last.value !== "number") {
    return reading.value !== last.value;
  }
  // Without the noise of binary fractions: from 4.5 to 4.6 is 0.1.
  const step = Number(Math.abs(reading.value - last.value).toPrecision(12));
  return step > rule.deadband;
}
