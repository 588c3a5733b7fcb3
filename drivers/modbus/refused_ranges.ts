/** What a device refuses to read in one request, and for how long. Pure: the moment is given. */
import type { Range } from "./plan.ts";

/** A device that starts, or is set up anew, is over with it in about a minute. */
const FIRST_MS = 60_000;
/** What it never reads costs a few exceptions an hour then, and a mended device is found. */
const LAST_MS = 3_600_000;
/** More than a profile of 500 points splits into. */
const REFUSED_MAX = 2000;

interface Refusal {
  readonly range: Range;
  readonly pauseMs: number;
  /** Then it is asked for again, until it is refused again. */
  readonly untilMs: number;
}

export class RefusedRanges {
  #all: Refusal[] = [];

  /** What is not asked for at this moment. */
  at(nowMs: number): readonly Range[] {
    return this.#all.filter(({ untilMs }) => nowMs < untilMs).map(({ range }) => range);
  }

  /** When something is asked for again; `Infinity` where nothing is. */
  nextMs(nowMs: number): number {
    return Math.min(
      ...this.#all.map(({ untilMs }) => untilMs).filter((untilMs) => nowMs < untilMs),
    );
  }

  /** It was refused: each time that it was asked for again, for longer. Whether that is news. */
  add(range: Range, nowMs: number): boolean {
    const known = this.#all.find((one) => isSame(one.range, range));
    if (known !== undefined && nowMs < known.untilMs) return false;
    const pauseMs = known === undefined ? FIRST_MS : Math.min(2 * known.pauseMs, LAST_MS);
    const others = this.#all.filter((one) => one !== known);
    this.#all = [...others, { range, pauseMs, untilMs: nowMs + pauseMs }].slice(-REFUSED_MAX);
    return true;
  }

  /** All of it was read in one request, and so is what lies within. Whether that is news. */
  answered(range: Range): boolean {
    const left = this.#all.filter((one) => !isWithin(one.range, range));
    const isNews = left.length < this.#all.length;
    this.#all = left;
    return isNews;
  }

  /** Nothing is known of the device any more. */
  clear(): void {
    this.#all = [];
  }
}

function isSame(one: Range, other: Range): boolean {
  return one.table === other.table && one.start === other.start && one.end === other.end;
}

function isWithin(part: Range, whole: Range): boolean {
  return part.table === whole.table && part.start >= whole.start && part.end <= whole.end;
}
