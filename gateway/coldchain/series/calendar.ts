/** Days of a place on earth, by the rules of its time zone and never of the machine's own. */

const HOUR_MS = 3_600_000;
/** No day is longer, where clocks are put back. */
const DAY_HOURS_MAX = 26;

export const DEFAULT_ZONE = "Asia/Shanghai";

export interface Day {
  /** As `2026-11-29`. */
  readonly date: string;
  /** Its first millisecond, and the first of the next day. */
  readonly fromMs: number;
  readonly toMs: number;
}

export class Calendar {
  readonly zone: string;
  readonly #format: Intl.DateTimeFormat;
  #day: Day | null = null;

  /** Throws `RangeError` where the zone has no such name in the IANA database. */
  constructor(zone: string = DEFAULT_ZONE) {
    this.zone = zone;
    // Swedish writes dates as ISO 8601 does.
    this.#format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      calendar: "gregory",
      numberingSystem: "latn",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
  }

  dayOf(ms: number): Day {
    const known = this.#day;
    if (known !== null && ms >= known.fromMs && ms < known.toMs) return known;
    const date = this.#format.format(ms);
    const day = {
      date,
      fromMs: this.#change(ms - DAY_HOURS_MAX * HOUR_MS, ms, (at) => at === date),
      toMs: this.#change(ms, ms + DAY_HOURS_MAX * HOUR_MS, (at) => at !== date),
    };
    this.#day = day;
    return day;
  }

  /** The first millisecond behind `fromMs`, up to `toMs`, whose date is as wanted. */
  #change(fromMs: number, toMs: number, isWanted: (date: string) => boolean): number {
    let [low, high] = [Math.floor(fromMs), Math.ceil(toMs)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (isWanted(this.#format.format(middle))) high = middle;
      else low = middle;
    }
    return high;
  }

  /** A span cut at each midnight: `[day, fromMs, toMs]`; an empty one is of its day. */
  *cut(fromMs: number, toMs: number): Generator<readonly [day: Day, from: number, to: number]> {
    let from = fromMs;
    do {
      const day = this.dayOf(from);
      const to = Math.min(day.toMs, toMs);
      yield [day, from, to];
      from = to;
    } while (from < toMs);
  }
}
