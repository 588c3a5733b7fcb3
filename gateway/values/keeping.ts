/** Which of a device's values are stored: all of them, or what changed. */
import type { Reading, ReadingItem } from "../../drivers/driver.ts";
import type { AnyPoint } from "../../drivers/profile.ts";
import type { Keep } from "../../drivers/profile_parts.ts";

/** What was stored last of a point, and when that came, on the clock of `performance.now()`. */
export interface Kept extends Omit<Reading, "point" | "computed"> {
  readonly receivedMs: number;
}

const NOT_TOLD = "the device does not tell it any more";

/** A point of which changes are stored. */
interface Rule {
  readonly keep: Keep;
  readonly unit: string;
  /** Silent for longer, it is not told any more. */
  readonly silentMs: number;
}

/**
 * One device. What it tells at one moment is stored whole or not at all, so that the values of an
 * entry belong together. Anything but a value that is surely stored already is stored.
 */
export class Keeping {
  readonly #rules: ReadonlyMap<string, Rule>;
  readonly #kept = new Map<string, Kept>();
  /** When each point was told last, stored or not; without those whose silence is stored. */
  readonly #toldMs = new Map<string, number>();

  /** `silentMs`: how long a point may be silent. */
  constructor(points: readonly AnyPoint[], silentMs: (point: string) => number) {
    this.#rules = new Map(
      points.flatMap(({ point, unit, keep }) =>
        keep?.on === "change" ? [[point, { keep, unit, silentMs: silentMs(point) }]] : []
      ),
    );
  }

  /**
   * Whether it tells something that was not stored. What names its own id is always stored (T2),
   * and so is what may be there already: whoever compares with it could be wrong.
   */
  isNews({ readings, receivedMs, historical, identity, possibleDuplicate }: ReadingItem): boolean {
    if (this.#rules.size === 0 || readings.length === 0) return true;
    if (historical || possibleDuplicate || identity !== null) return true;
    return readings.some((reading) => {
      const rule = this.#rules.get(reading.point);
      const last = this.#kept.get(reading.point);
      return rule === undefined || last === undefined ||
        isNews(rule.keep, last, reading, receivedMs);
    });
  }

  /**
   * Points that are not told any more while their device tells others: their last value, which
   * nobody repeats, is none of now (C7). Each is found until that is on the disk.
   */
  silenced({ readings, receivedMs, historical }: ReadingItem): Reading[] {
    if (this.#rules.size === 0 || historical) return [];
    for (const { point } of readings) {
      if (this.#rules.has(point)) this.#toldMs.set(point, receivedMs);
    }
    const silent: Reading[] = [];
    for (const [point, toldMs] of this.#toldMs) {
      const rule = this.#rules.get(point);
      if (rule === undefined || receivedMs - toldMs <= rule.silentMs) continue;
      silent.push({
        point,
        value: null,
        unit: rule.unit,
        quality: "fault",
        reason: NOT_TOLD,
        computed: true,
      });
    }
    return silent;
  }

  /** It is on the disk: what comes next is compared with it. */
  stored({ readings, receivedMs, historical, possibleDuplicate }: ReadingItem): void {
    for (const { point, reason, computed } of readings) {
      const toldMs = computed && reason === NOT_TOLD ? this.#toldMs.get(point) : undefined;
      // Else it was told again meanwhile, and may fall silent again.
      if (toldMs !== undefined && toldMs < receivedMs) this.#toldMs.delete(point);
    }
    if (historical || possibleDuplicate) return;
    for (const { point, value, unit, quality, reason } of readings) {
      if (!this.#rules.has(point)) continue;
      this.#kept.set(point, {
        value,
        unit,
        quality,
        receivedMs,
        ...(reason === undefined ? {} : { reason }),
      });
    }
  }

  /** Nobody knows what was stored last: all that comes next is. */
  forget(): void {
    this.#kept.clear();
  }
}

/** Compares with the value stored last: many small steps add up to a change. */
export function isNews(keep: Keep, last: Kept, reading: Reading, receivedMs: number): boolean {
  const { value, unit, quality, reason } = reading;
  if (quality !== last.quality || reason !== last.reason || unit !== last.unit) return true;
  if (receivedMs - last.receivedMs >= keep.heartbeatSeconds * 1000) return true;
  if (typeof value !== "number" || typeof last.value !== "number") return value !== last.value;
  // Out of its range it is recorded each time, and so are the steps out and in (C1).
  if (isOutside(keep, value) || isOutside(keep, last.value)) return true;
  // Without the noise of binary fractions: from 4.5 to 4.6 is 0.1.
  const step = Number(Math.abs(value - last.value).toPrecision(12));
  return step > keep.deadband;
}

function isOutside({ inside }: Keep, value: number): boolean {
  return inside !== undefined && (value < inside.min || value > inside.max);
}
