/** Points that follow from what a device tells: how long a door is open, what a meter counted. */
import type { Reading, ReadingItem } from "../../drivers/driver.ts";
import type { ComputedPoint } from "../../drivers/profile_parts.ts";

const MINUTE_MS = 60_000;

/** When a switch was seen to go on; `since` is only the first look where `sure` is false. */
interface On {
  readonly sinceMs: number;
  readonly sure: boolean;
}

/** One device. Nothing is made up: what cannot be known is uncertain, or not told at all. */
export class Computing {
  readonly #rules: readonly ComputedPoint[];
  /** Values further apart than that are not of one stretch: what was between is not known. */
  readonly #gapMs: number;
  /** By the point that is computed. */
  readonly #on = new Map<string, On | null>();
  readonly #counters = new Map<string, number>();
  #lastMs = -Infinity;

  constructor(rules: readonly ComputedPoint[], gapMs: number) {
    this.#rules = rules;
    this.#gapMs = gapMs;
  }

  /** What follows from the readings of one moment; takes no note of counters, see {@link note}. */
  computed({ readings, receivedMs, historical }: ReadingItem): Reading[] {
    if (this.#rules.length === 0 || historical) return [];
    const gap = receivedMs - this.#lastMs > this.#gapMs;
    const results = this.#rules.flatMap((rule): Reading[] => {
      const source = readings.find(({ point }) => point === rule.of);
      if (source === undefined) return [];
      return rule.rule === "minutes-true"
        ? [this.#minutes(rule, source, receivedMs, gap)]
        : this.#difference(rule, source);
    });
    this.#lastMs = receivedMs;
    return results;
  }

  /** The readings are on their way to the disk: differences begin there. */
  note({ readings, historical }: ReadingItem): void {
    if (historical) return;
    for (const { rule, point, of } of this.#rules) {
      if (rule !== "difference") continue;
      const source = readings.find((reading) => reading.point === of);
      if (typeof source?.value === "number") this.#counters.set(point, source.value);
    }
  }

  /** Nobody knows what was stored last: differences begin anew. */
  forget(): void {
    this.#counters.clear();
  }

  #minutes(rule: ComputedPoint, source: Reading, nowMs: number, gap: boolean): Reading {
    const known = this.#on.get(rule.point);
    if (typeof source.value !== "boolean") {
      this.#on.delete(rule.point);
      return fault(rule, "min", source.reason ?? `${rule.of} is no switch`);
    }
    if (!source.value) {
      this.#on.set(rule.point, null);
      return told(rule, "min", 0);
    }
    // It was off at the last look: then it went on since.
    const on = known === undefined || known === null
      ? { sinceMs: nowMs, sure: known === null && !gap }
      : { sinceMs: known.sinceMs, sure: known.sure && !gap };
    this.#on.set(rule.point, on);
    const minutes = Math.floor((nowMs - on.sinceMs) / MINUTE_MS);
    if (on.sure) return told(rule, "min", minutes);
    return {
      ...told(rule, "min", minutes),
      quality: "uncertain",
      reason: "not watched throughout",
    };
  }

  #difference(rule: ComputedPoint, source: Reading): Reading[] {
    const { unit, value } = source;
    if (typeof value !== "number") {
      return [fault(rule, unit, source.reason ?? `${rule.of} is no number`)];
    }
    const before = this.#counters.get(rule.point);
    // Since when it counts is not known: there is no difference yet.
    if (before === undefined) return [];
    if (value < before) return [fault(rule, unit, `it fell from ${before} to ${value}`)];
    return [told(rule, unit, Number((value - before).toPrecision(12)))];
  }
}

function told({ point }: ComputedPoint, unit: string, value: number): Reading {
  return { point, value, unit, quality: "good", computed: true };
}

function fault({ point }: ComputedPoint, unit: string, reason: string): Reading {
  return { point, value: null, unit, quality: "fault", reason, computed: true };
}
