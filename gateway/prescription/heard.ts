/**
 * As of when all that the other centre had is here (P11): pure, of what it said that it has, and of
 * what is held here. It is asked again and again, so that a way on which nothing comes any more is
 * noticed; and what it has written just now is always on its way, so that only what it had some
 * seconds ago counts.
 */

/** The other centre is asked every few seconds; for longer it is not heard. */
export const SILENT_MS = 10_000;

/** A place that has to be reached. */
export interface Wanted {
  readonly origin: string;
  readonly stream: string;
  readonly seq: number;
}

/** A moment, by a clock that nobody sets and as people write it; milliseconds. */
export interface Moment {
  readonly steadyMs: number;
  readonly wallMs: number;
}

interface Asked {
  readonly at: Moment;
  /** What of it was not here when it was last looked. */
  wanted: readonly Wanted[];
}

export class Heard {
  /** Questions that were answered with something that is not all here, the oldest first. */
  #asked: Asked[] = [];
  #allOf: Moment | null = null;

  /** The latest moment of which all is known to be here; `null`: none since the start. */
  get allOf(): Moment | null {
    return this.#allOf;
  }

  /** Whether that was a moment ago. */
  isWhole(nowMs: number): boolean {
    return this.#allOf !== null && nowMs - this.#allOf.steadyMs <= SILENT_MS;
  }

  /** Whether something that was asked for is not known to be all here. */
  get isAsked(): boolean {
    return this.#asked.length > 0;
  }

  /** It was asked at `at`, and then had all this. */
  has(at: Moment, wanted: readonly Wanted[]): void {
    this.#asked.push({ at, wanted });
  }

  /** The latest moment of which all is here now; `null`: none that is later than {@link allOf}. */
  look(nowMs: number, isHere: (one: Wanted) => boolean): Moment | null {
    // What was asked longer ago would make nothing whole.
    this.#asked = this.#asked.filter(({ at }) => nowMs - at.steadyMs <= SILENT_MS);
    for (const asked of this.#asked) asked.wanted = asked.wanted.filter((one) => !isHere(one));
    return this.#asked.findLast(({ wanted }) => wanted.length === 0)?.at ?? null;
  }

  /** All of `at` is in the tables, too. */
  reached(at: Moment): void {
    this.#allOf = at;
    this.#asked = this.#asked.filter((asked) => asked.at.steadyMs > at.steadyMs);
  }

  /** The line broke: what was asked before it tells nothing. */
  broke(): void {
    this.#asked = [];
    if (this.#allOf !== null) this.#allOf = { ...this.#allOf, steadyMs: -Infinity };
  }
}
