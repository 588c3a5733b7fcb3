/**
 * Two boxes with one identity: a cloned card, or an old image that runs beside its original.
 * Each writes in a life of its own, so who asks under that name changes back and forth.
 */

/** Two boxes that both say that they are `node`. */
export interface TwinSighting {
  readonly node: string;
  /** The lives in which they write, and from where each asked last; `null`: not known. */
  readonly boxes: readonly [Sighting, Sighting];
}

export interface Sighting {
  readonly origin: string;
  readonly remote: string | null;
}

/**
 * How often a life has to come back after another was seen. A request that was long on its way
 * after its box had begun a new life makes it come back twice.
 */
const RETURNS_MIN = 3;

interface Seen {
  now: Sighting;
  before: Sighting | null;
  returns: number;
}

export class Twins {
  /** The last two lives seen of each node: as many nodes as are members. */
  readonly #seen = new Map<string, Seen>();

  /** Takes in who asked; tells of twins once, until a third life is seen. */
  saw(node: string, origin: string, remote: string | null): TwinSighting | null {
    const sighting = { origin, remote };
    const seen = this.#seen.get(node);
    if (seen === undefined) {
      this.#seen.set(node, { now: sighting, before: null, returns: 0 });
      return null;
    }
    const { now, before } = seen;
    if (now.origin === origin) {
      seen.now = sighting;
      return null;
    }
    seen.returns = before?.origin === origin ? seen.returns + 1 : 0;
    seen.before = now;
    seen.now = sighting;
    return seen.returns === RETURNS_MIN ? { node, boxes: [seen.before, seen.now] } : null;
  }
}
