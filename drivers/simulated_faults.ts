/** What goes wrong with simulated devices: which fault, how often; a seed repeats all of it. */

/** A device cannot be simulated as it was asked for; the message says how it can be. */
export class SimulationError extends Error {
  override name = "SimulationError";
}

/** A fault, and how likely it meets one answer, frame or message. */
export interface FaultShare<F extends string> {
  readonly fault: F;
  /** Above 0, up to 1. */
  readonly share: number;
}

/** Where none is said: often enough to be seen, and most is good all the same. */
const SHARE_DEFAULT = 0.1;

/** Reads `silent`, `late=0.3` and so on; throws {@link SimulationError} where it is none. */
export function parseFaults<F extends string>(
  texts: readonly string[],
  known: readonly F[],
): FaultShare<F>[] {
  return texts.map((text) => {
    const [name, number] = text.split("=", 2);
    const fault = known.find((one) => one === name);
    if (fault === undefined) {
      throw new SimulationError(`Cannot play the fault "${name}": want ${known.join(", ")}`);
    }
    const share = number === undefined ? SHARE_DEFAULT : Number(number);
    if (!(share > 0 && share <= 1)) {
      throw new SimulationError(
        `Cannot play "${text}": want a share above 0, up to 1, as in ${name}=0.1`,
      );
    }
    return { fault, share };
  });
}

/** Says which fault comes next. */
export class Faults<F extends string> {
  readonly random: () => number;
  /** How often each has been played. */
  readonly played = new Map<F, number>();
  readonly #shares: readonly FaultShare<F>[];

  constructor(shares: readonly FaultShare<F>[], random: () => number) {
    this.#shares = shares;
    this.random = random;
  }

  /** How likely a fault is; 0 where it is none of these. */
  shareOf(fault: F): number {
    return this.#shares.find((one) => one.fault === fault)?.share ?? 0;
  }

  /** The fault that the next answer, frame or message meets, but for one that lasts; or `null`. */
  next(lasting?: F): F | null {
    for (const { fault, share } of this.#shares) {
      if (fault === lasting || this.random() >= share) continue;
      this.played.set(fault, (this.played.get(fault) ?? 0) + 1);
      return fault;
    }
    return null;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  /** So many bytes at most of anything, one at least. */
  noise(most: number): Uint8Array {
    return Uint8Array.from({ length: this.between(1, most) }, () => this.between(0, 255));
  }
}

/** A small generator of random numbers (mulberry32): one seed, one run. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
