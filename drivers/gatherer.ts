/** The one bounded gatherer of drivers: while one batch is being stored, the next is gathered. */
import type { Item, Outcome, Run } from "./driver.ts";

/** Told what became of an item; not called at all when the run ends before that is known. */
export type Settle = (outcome: Outcome) => void;

/** Items of one batch: enough to make an fsync cheap for each, few enough to answer soon. */
const BATCH_MAX = 512;
/** What there was no room for is offered again so often. */
const OFFER_MS = 1000;

/** Of outcomes, which one stands for several. */
const SEVERITY: Record<Outcome["kind"], number> = {
  stored: 0,
  duplicate: 0,
  unchanged: 0,
  refused: 1,
  unavailable: 2,
};

interface Gathered {
  readonly item: Item;
  readonly settle: Settle | null;
}

export class Gatherer {
  readonly #limit: number;
  #gathered: Gathered[] = [];
  #wake: (() => void) | null = null;
  #drained: (() => void)[] = [];
  #failure: { error: unknown } | null = null;
  readonly #offering = new Set<ReturnType<typeof setTimeout>>();

  /** `limit`: items after which {@link full} asks the driver to stop reading. */
  constructor(limit = 4096) {
    this.#limit = limit;
  }

  /** Whether the driver should stop reading (push) or skip and count a gap (poll). */
  get full(): boolean {
    return this.#gathered.length >= this.#limit;
  }

  /** Takes an item, also when full: what was read already is never dropped. */
  put(item: Item, settle: Settle | null = null): void {
    this.#gathered.push({ item, settle });
    this.#wake?.();
  }

  /**
   * As {@link put}, for what its sender keeps until it is acknowledged: while there is no room
   * for it, it is offered again and again, until `lapsed` says that it is not worth it any more.
   */
  offer(item: Item, settle: Settle, lapsed: () => boolean): void {
    this.put(item, (outcome) => {
      if (outcome.kind !== "unavailable" || lapsed()) return settle(outcome);
      const timer = setTimeout(() => {
        this.#offering.delete(timer);
        if (lapsed()) settle(outcome);
        else this.offer(item, settle, lapsed);
      }, OFFER_MS);
      this.#offering.add(timer);
    });
  }

  /** As {@link offer}, for what came as one: settled once, with the worst of all outcomes. */
  offerAll(items: readonly Item[], settle: Settle, lapsed: () => boolean): void {
    let worst: Outcome = { kind: "stored" };
    let left = items.length;
    if (left === 0) return settle(worst);
    for (const item of items) {
      this.offer(item, (outcome) => {
        if (SEVERITY[outcome.kind] > SEVERITY[worst.kind]) worst = outcome;
        if (--left === 0) settle(worst);
      }, lapsed);
    }
  }

  /** Calls back once there is room again. */
  onDrain(resume: () => void): void {
    if (this.full) this.#drained.push(resume);
    else resume();
  }

  /** Ends the run with this error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake?.();
  }

  /** Hands the gathered items over until the signal aborts or {@link fail} is called. */
  async *run(signal: AbortSignal): Run {
    const stop = () => this.#wake?.();
    signal.addEventListener("abort", stop);
    try {
      while (!signal.aborted) {
        if (this.#failure !== null) throw this.#failure.error;
        if (this.#gathered.length === 0) {
          await this.#something();
          continue;
        }
        const batch = this.#take();
        const outcomes = yield batch.map(({ item }) => item);
        // Settled behind the next hand-over, so that the disk works while devices are answered.
        setImmediate(() => batch.forEach(({ settle }, index) => settle?.(outcomes[index])));
      }
    } finally {
      signal.removeEventListener("abort", stop);
      for (const timer of this.#offering) clearTimeout(timer);
    }
  }

  #take(): Gathered[] {
    const batch = this.#gathered.length <= BATCH_MAX
      ? this.#gathered.splice(0)
      : this.#gathered.splice(0, BATCH_MAX);
    if (!this.full) {
      const resumes = this.#drained.splice(0);
      for (const resume of resumes) resume();
    }
    return batch;
  }

  async #something(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
    this.#wake = null;
  }
}
