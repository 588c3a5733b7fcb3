/** The samples of a device that tells its phases, cut into cycles as they come. */
import { PHASES } from "./phase.ts";
import { EMPTY_CYCLE, type Sample, SAMPLES_MAX, withSamples } from "./sample.ts";

/**
 * Not heard for so long, a steriliser may have done anything: what comes then is of another cycle.
 * Its longest silence by itself is that of a box that starts anew.
 */
export const CYCLE_PAUSE_MS = 30 * 60_000;

const HOLD = PHASES.indexOf("hold");

/**
 * Each cycle goes from the first sample that runs to the first that does not, or to one that
 * starts over. What comes before the first start is of a cycle whose beginning nobody saw.
 */
export class CycleCut {
  #open: Sample[] | null = null;
  #last: Sample | null = null;
  #furthest = 0;

  /** Samples of the cycle that is under way. */
  get open(): readonly Sample[] | null {
    return this.#open;
  }

  /** The next sample, in the journal's order; the cycle that is over by it, else `null`. */
  take(sample: Sample): readonly Sample[] | null {
    const rank = sample.phase === null ? this.#furthest : PHASES.indexOf(sample.phase);
    const runs = sample.phase !== "idle" && sample.phase !== "complete";
    // After the hold nothing is heated: that is the next cycle, whose pause nobody saw.
    const startsOver = this.#furthest > HOLD && rank < HOLD && runs;
    const paused = this.#last !== null && elapsedMs(this.#last, sample) > CYCLE_PAUSE_MS;
    const over = this.#open !== null && (startsOver || paused) ? this.close() : null;
    if (this.#open === null) {
      if (!runs || sample.phase === null) return over;
      this.#open = [];
      this.#furthest = 0;
    }
    // One more than counts: it says that there were more.
    if (this.#open.length <= SAMPLES_MAX || !runs) this.#open.push(sample);
    this.#last = sample;
    this.#furthest = Math.max(this.#furthest, rank);
    return runs ? over : this.close();
  }

  /** Ends the cycle that is under way, of which nothing more is heard. */
  close(): readonly Sample[] | null {
    const over = this.#open;
    this.#open = null;
    this.#last = null;
    return over;
  }
}

/** By the boot-time clock; of two boots, by the wall clock. */
export function elapsedMs(
  from: Pick<Sample, "bootId" | "bootMs" | "wallMs">,
  to: Pick<Sample, "bootId" | "bootMs" | "wallMs">,
): number {
  return from.bootId === to.bootId ? to.bootMs - from.bootMs : to.wallMs - from.wallMs;
}

/** The cycles in samples that are all there, the last of which may not be over. */
export function cyclesIn(samples: readonly Sample[]): Sample[][] {
  const cut = new CycleCut();
  const cycles: (readonly Sample[])[] = [];
  for (const sample of withSamples(EMPTY_CYCLE, samples).samples) {
    const over = cut.take(sample);
    if (over !== null) cycles.push(over);
  }
  const rest = cut.close();
  return [...cycles, ...rest === null ? [] : [rest]].map((cycle) => [...cycle]);
}
