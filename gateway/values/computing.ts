/** Points that follow from what a device tells: how long a door is open, what a meter counted. */
import type { Reading, ReadingItem } from "../../drivers/driver.ts";
import type { ComputedPoint } from "../../drivers/profile_parts.ts";

const MINUTE_MS = 60_000;

/** When a switch was seen to go on; `since` is only the first look where `sure` is false. */
interface On {
  readonly sinceMs: number;
  readonly sure: boolean;
}

/** What a counter stood at when it was stored last. */
interface Counter {
  readonly value: number;
  /** Why that is not to be believed; none: it is. */
  readonly doubt: string | null;
}

/** One device. Nothing is made up: what cannot be known is uncertain, or not told at all. */
export class Computing {
  readonly #rules: readonly ComputedPoint[];
  /** Values further apart than that are not of one stretch: what was between is not known. */
  readonly #gapMs: number;
  /** By the point that is computed. */
  readonly #on = new Map<string, On | null>();
  readonly #counters = new Map<string, Counter>();
  #lastMs = -Infinity;

  constructor(rules: readonly ComputedPoint[], gapMs: number) {
    this.#rules = rules;
    this.#gapMs = gapMs;
  }

  /**
   * What follows from the readings of one moment. `first`: nothing of the device that was told
   * before it is still on its way to the disk; else there are no differences, as nobody knows what
   * was stored last.
   */
  computed({ readings, receivedMs, historical }: ReadingItem, first = true): Reading[] {
    if (this.#rules.length === 0 || historical) return [];
    const gap = receivedMs - this.#lastMs > this.#gapMs;
    const results = this.#rules.flatMap((rule): Reading[] => {
      const source = readings.find(({ point }) => point === rule.of);
      if (source === undefined) return [];
      if (rule.rule === "minutes-true") return [this.#minutes(rule, source, receivedMs, gap)];
      return first ? this.#difference(rule, source) : [];
    });
    this.#lastMs = receivedMs;
    return results;
  }

  /** It is on the disk, with its differences: the next ones begin there. */
  stored({ readings, historical }: ReadingItem): void {
    if (historical) return;
    for (const { rule, point, of } of this.#rules) {
      if (rule !== "difference") continue;
      const source = readings.find((reading) => reading.point === of);
      const told = readings.some((reading) => reading.point === point);
      if (typeof source?.value !== "number" || (this.#counters.has(point) && !told)) continue;
      this.#counters.set(point, { value: source.value, doubt: doubtOf(source) });
    }
  }

  #minutes(rule: ComputedPoint, source: Reading, nowMs: number, gap: boolean): Reading {
    const known = this.#on.get(rule.point);
    if (typeof source.value !== "boolean") {
      this.#on.delete(rule.point);
      return fault(rule, "min", source.reason ?? `${rule.of} is no switch`);
    }
    const doubt = doubtOf(source);
    if (!source.value) {
      if (doubt === null) this.#on.set(rule.point, null);
      else this.#on.delete(rule.point);
      return told(rule, "min", 0, doubt);
    }
    const sure = doubt === null && !gap;
    // It was off at the last look: then it went on since.
    const on = known === undefined || known === null
      ? { sinceMs: nowMs, sure: known === null && sure }
      : { sinceMs: known.sinceMs, sure: known.sure && sure };
    this.#on.set(rule.point, on);
    const minutes = Math.floor((nowMs - on.sinceMs) / MINUTE_MS);
    return told(rule, "min", minutes, on.sure ? null : doubt ?? "not watched throughout");
  }

  #difference(rule: ComputedPoint, source: Reading): Reading[] {
    const { unit, value } = source;
    if (typeof value !== "number") {
      return [fault(rule, unit, source.reason ?? `${rule.of} is no number`)];
    }
    const before = this.#counters.get(rule.point);
    // Since when it counts is not known: there is no difference yet.
    if (before === undefined) return [];
    if (value < before.value) {
      return [fault(rule, unit, `it fell from ${before.value} to ${value}`)];
    }
    const rise = Number((value - before.value).toPrecision(12));
    return [told(rule, unit, rise, doubtOf(source) ?? before.doubt)];
  }
}

/** Why a reading is not to be believed, and so nothing that follows from it. */
function doubtOf({ quality, reason = "its source is uncertain" }: Reading): string | null {
  return quality === "good" ? null : reason;
}

function told(
  { point }: ComputedPoint,
  unit: string,
  value: number,
  doubt: string | null,
): Reading {
  if (doubt === null) return { point, value, unit, quality: "good", computed: true };
  return { point, value, unit, quality: "uncertain", reason: doubt, computed: true };
}

function fault({ point }: ComputedPoint, unit: string, reason: string): Reading {
  return { point, value: null, unit, quality: "fault", reason, computed: true };
}
