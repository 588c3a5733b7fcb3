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

const QUARTER_MS = 900_000;
/** Three years of quarters of an hour. */
const OFFSETS_MAX = 105_000;

export class Calendar {
  readonly zone: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #clock: Intl.DateTimeFormat;
  /** By the quarter of an hour. */
  readonly #offsets = new Map<number, number>();
  #day: Day | null = null;

  /** Throws `RangeError` where the zone has no such name in the IANA database. */
  constructor(zone: string = DEFAULT_ZONE) {
    this.zone = zone;
    const date = {
      timeZone: zone,
      calendar: "gregory",
      numberingSystem: "latn",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    } as const;
    // Swedish writes dates as ISO 8601 does.
    this.#format = new Intl.DateTimeFormat("sv-SE", date);
    this.#clock = new Intl.DateTimeFormat("sv-SE", {
      ...date,
      hourCycle: "h23",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
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

  /**
   * How far the zone's clocks are ahead of UTC. They change at quarters of an hour of UTC only
   * (IANA time zone database, since 1972), so that each is asked for once.
   */
  offsetMs(ms: number): number {
    const quarter = Math.floor(ms / QUARTER_MS);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    if (this.#offsets.size >= OFFSETS_MAX) this.#offsets.clear();
    const wall = this.#clock.format(quarter * QUARTER_MS).replace(" ", "T");
    const offset = Date.parse(`${wall}Z`) - quarter * QUARTER_MS;
    this.#offsets.set(quarter, offset);
    return offset;
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
