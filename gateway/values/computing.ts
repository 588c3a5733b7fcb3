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
  readonly unit: string;
  /** Why that is not to be believed; none: it is. */
  readonly doubt: string | null;
}

/** What a device told when a computed point was stored last. */
export interface LastTold {
  readonly device: string;
  /** The computed point. */
  readonly point: string;
  /** All that was stored with it. */
  readonly readings: readonly Reading[];
  /** When it came, on the clock of `performance.now()`; `null` in another boot. */
  readonly receivedMs: number | null;
}

/**
 * What of the device that was told before is still on its way to the disk: `nothing`, what was
 * `seen`, or what is `undecided`, as it may be there already. Behind the one there are no
 * differences, as nobody knows what was stored last; behind the other no minutes either.
 */
export type Before = "nothing" | "seen" | "undecided";

/** One device. Nothing is made up: what cannot be known is uncertain, or not told at all. */
export class Computing {
  readonly #rules: readonly ComputedPoint[];
  /** Values further apart than that are not of one stretch: what was between is not known. */
  readonly #gapMs: number;
  /** By the point that is computed. */
  readonly #on = new Map<string, On | null>();
  readonly #counters = new Map<string, Counter>();
  #lastMs = -Infinity;
  #recalled = false;

  constructor(rules: readonly ComputedPoint[], gapMs: number) {
    this.#rules = rules;
    this.#gapMs = gapMs;
  }

  /**
   * Takes up what was stored before this process, by whatever of it is known. Differences begin
   * with this: what is stored before it is in the first of them.
   */
  recall(last: readonly LastTold[]): void {
    const isWatched = this.#lastMs !== -Infinity;
    for (const rule of this.#rules) {
      const known = last.find(({ point }) => point === rule.point);
      const source = known?.readings.find(({ point }) => point === rule.of);
      if (known === undefined || source === undefined) continue;
      if (rule.rule === "difference") this.#count(rule.point, source);
      else if (!isWatched) this.#recallSwitch(rule.point, source, known);
    }
    this.#recalled = true;
  }

  #recallSwitch(rulePoint: string, source: Reading, { readings, receivedMs }: LastTold): void {
    // Nobody knows how long the machine was off.
    if (receivedMs === null) return;
    const minutes = readings.find(({ point }) => point === rulePoint)?.value;
    if (source.value === true && typeof minutes === "number") {
      this.#on.set(rulePoint, { sinceMs: receivedMs - minutes * MINUTE_MS, sure: false });
    } else if (source.value === false && source.quality === "good") {
      this.#on.set(rulePoint, null);
      // What was told after the oldest of them says nothing of that one.
      const isOlder = this.#lastMs === -Infinity || receivedMs < this.#lastMs;
      if (isOlder) this.#lastMs = receivedMs;
    }
  }

  /** What follows from the readings of one moment; it moves nothing. */
  computed(item: ReadingItem, before: Before = "nothing"): Reading[] {
    if (!isOfNow(item)) return [];
    return this.#rules.flatMap((rule): Reading[] => {
      const source = item.readings.find(({ point }) => point === rule.of);
      if (source === undefined) return [];
      if (rule.rule === "minutes-true") return this.#minutes(rule, source, item, before);
      return before === "nothing" ? this.#difference(rule, source) : [];
    });
  }

  /** It is told for the first time, whether it is stored or not: switches are as it says. */
  seen(item: ReadingItem): void {
    if (this.#rules.length === 0 || !isOfNow(item)) return;
    for (const { rule, point, of } of this.#rules) {
      const source = item.readings.find((reading) => reading.point === of);
      if (rule !== "minutes-true" || source === undefined) continue;
      const on = this.#onAfter(point, source, item.receivedMs);
      if (on === undefined) this.#on.delete(point);
      else this.#on.set(point, on);
    }
    this.#lastMs = item.receivedMs;
  }

  /** It is on the disk, with its differences: the next ones begin there. */
  stored(item: ReadingItem): void {
    if (!this.#recalled || !isOfNow(item)) return;
    const { readings } = item;
    for (const { rule, point, of } of this.#rules) {
      if (rule !== "difference") continue;
      const source = readings.find((reading) => reading.point === of);
      const told = readings.some((reading) => reading.point === point);
      if (source !== undefined && (told || !this.#counters.has(point))) this.#count(point, source);
    }
  }

  #count(point: string, source: Reading): void {
    const { value, unit } = source;
    if (typeof value === "number") {
      this.#counters.set(point, { value, unit, doubt: doubtOf(source) });
    }
  }

  /** Since when a switch is on, or that it is off (`null`); `undefined`: nobody knows. */
  #onAfter(point: string, source: Reading, nowMs: number): On | null | undefined {
    const doubt = doubtOf(source);
    if (typeof source.value !== "boolean") return undefined;
    if (!source.value) return doubt === null ? null : undefined;
    const known = this.#on.get(point);
    const sure = doubt === null && nowMs - this.#lastMs <= this.#gapMs;
    // It was off at the last look: then it went on since.
    if (known === undefined || known === null) {
      return { sinceMs: nowMs, sure: known === null && sure };
    }
    return { sinceMs: known.sinceMs, sure: known.sure && sure };
  }

  #minutes(
    rule: ComputedPoint,
    source: Reading,
    { receivedMs }: ReadingItem,
    before: Before,
  ): Reading[] {
    if (typeof source.value !== "boolean") {
      return [fault(rule, "min", source.reason ?? `${rule.of} is no switch`)];
    }
    const doubt = doubtOf(source);
    if (!source.value) return [told(rule, "min", 0, doubt)];
    const on = this.#onAfter(rule.point, source, receivedMs) ?? null;
    if (on === null || before === "undecided") return [];
    const minutes = Math.floor((receivedMs - on.sinceMs) / MINUTE_MS);
    return [told(rule, "min", minutes, on.sure ? null : doubt ?? "not watched throughout")];
  }

  #difference(rule: ComputedPoint, source: Reading): Reading[] {
    const { unit, value } = source;
    if (typeof value !== "number") {
      return [fault(rule, unit, source.reason ?? `${rule.of} is no number`)];
    }
    const before = this.#counters.get(rule.point);
    // Since when it counts is not known: there is no difference yet.
    if (before === undefined) return [];
    if (unit !== before.unit) {
      return [fault(rule, unit, `it was counted in "${before.unit}" before`)];
    }
    if (value < before.value) {
      return [fault(rule, unit, `it fell from ${before.value} to ${value}`)];
    }
    const rise = Number((value - before.value).toPrecision(12));
    return [told(rule, unit, rise, doubtOf(source) ?? before.doubt)];
  }
}

/** Whether it tells what is now. What may be there already tells what was, and moves nothing. */
export function isOfNow({ historical, possibleDuplicate }: ReadingItem): boolean {
  return !historical && !possibleDuplicate;
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
