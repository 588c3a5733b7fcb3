/** Who has not been heard of for so long that what they hold goes back (P7). */

/** P7: without a connection for so long, claims return. */
export const AWAY_MS = 60_000;

export interface Beat {
  readonly holder: string;
  /** Grows with each sign of life, whichever node saw it. */
  readonly beat: number;
}

/**
 * Compares no clocks. Nodes that share a store each have their own, and the database's jumps when
 * another machine becomes its primary; so a sign of life is a count in the store, and each node
 * measures, on its own steady clock, how long it has seen the same count. A clock that is wrong
 * then changes nothing, and a node that starts gives everybody the whole time again.
 */
export class AwayWatch {
  readonly #awayMs: number;
  #seen = new Map<string, { readonly beat: number; readonly atMs: number }>();

  constructor(awayMs = AWAY_MS) {
    this.#awayMs = awayMs;
  }

  /** `beats` of all who hold something; those are returned whose count stands for too long. */
  away(beats: readonly Beat[], nowMs: number): Beat[] {
    const seen = new Map(beats.map(({ holder, beat }) => {
      const known = this.#seen.get(holder);
      return [holder, known?.beat === beat ? known : { beat, atMs: nowMs }];
    }));
    this.#seen = seen;
    return beats.filter(({ holder }) => nowMs - (seen.get(holder)?.atMs ?? nowMs) >= this.#awayMs);
  }
}
