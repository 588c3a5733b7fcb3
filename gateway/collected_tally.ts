/** What became of what drivers handed over, counted. */
import type { Item, Outcome, Quality } from "../drivers/driver.ts";
import type { Appended } from "../sync/append.ts";
import type { Counters } from "./counters.ts";

export const STORED: Outcome = { kind: "stored" };
const DUPLICATE: Outcome = { kind: "duplicate" };

/** What became of a batch, counted: the counters are told once for all of it. */
export class Tally {
  #readings = 0;
  #duplicates = 0;
  #possibleDuplicates = 0;
  #unreadable = 0;
  readonly #points: Record<Quality, number> = { good: 0, uncertain: 0, fault: 0 };

  outcome(item: Item, appended: Appended): Outcome {
    if (appended.kind === "duplicate") {
      this.#duplicates++;
      return DUPLICATE;
    }
    if (appended.kind !== "stored") return STORED;
    if (item.kind === "unreadable") this.#unreadable++;
    if (item.kind === "reading") {
      this.#readings++;
      if (item.possibleDuplicate) this.#possibleDuplicates++;
      for (const { quality } of item.readings) this.#points[quality]++;
    }
    return STORED;
  }

  addTo(counters: Counters, source: string): void {
    const counts = [
      ["tributary_readings_total", this.#readings],
      ["tributary_duplicates_total", this.#duplicates],
      ["tributary_possible_duplicates_total", this.#possibleDuplicates],
      ["tributary_unreadable_total", this.#unreadable],
    ] as const;
    for (const [name, count] of counts) {
      if (count > 0) counters.add(name, { source }, count);
    }
    for (const [quality, count] of Object.entries(this.#points)) {
      if (count > 0) counters.add("tributary_points_total", { quality }, count);
    }
  }
}
