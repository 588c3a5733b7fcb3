/** Entries that this disk has lost and centres may have: what links find, and pulls bring back. */
import type { Missing } from "./journal_holes.ts";
import { streamKey } from "./segments.ts";

/** Entries behind `after` up to `last`. */
export interface Want {
  readonly origin: string;
  readonly stream: string;
  readonly after: number;
  readonly last: number;
}

/** Places wanted at one time; the others are found again by the links. */
const WANTS_MAX = 1000;
/** What no centre had is asked for again after so long: one may have come back. */
const AGAIN_MS = 10 * 60_000;

interface Open {
  want: Want;
  /** Centres that had nothing of it. */
  readonly without: Set<string>;
  triedMs: number;
}

export class Wants {
  readonly #open = new Map<string, Open>();
  readonly #nowMs: () => number;
  readonly #waiting = new Set<() => void>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Asks for entries; the same again changes nothing. */
  add(want: Want): void {
    const key = streamKey(want.origin, want.stream);
    const known = this.#open.get(key);
    if (known !== undefined && known.want.after <= want.after && known.want.last >= want.last) {
      return;
    }
    if (known === undefined && this.#open.size >= WANTS_MAX) return;
    this.#open.set(key, { want, without: new Set(), triedMs: -Infinity });
    for (const wake of this.#waiting) wake();
  }

  /** Asks for all that this disk is missing: of a stream from its first hole to its last. */
  addMissing(missing: readonly Missing[]): void {
    const streams = Map.groupBy(missing, ({ origin, stream }) => streamKey(origin, stream));
    for (const holes of streams.values()) {
      const { origin, stream } = holes[0];
      const after = Math.min(...holes.map(({ first }) => first)) - 1;
      this.add({ origin, stream, after, last: Math.max(...holes.map(({ last }) => last)) });
    }
  }

  /** What a centre may still have. */
  of(centre: string): Want[] {
    const nowMs = this.#nowMs();
    return Array.from(this.#open.values())
      .filter(({ without, triedMs }) => !without.has(centre) || nowMs - triedMs >= AGAIN_MS)
      .map(({ want }) => want);
  }

  /** A centre gave nothing that could be stored. */
  hasNot(centre: string, { origin, stream }: Want): void {
    const open = this.#open.get(streamKey(origin, stream));
    if (open === undefined) return;
    open.without.add(centre);
    open.triedMs = this.#nowMs();
  }

  /** All up to `seq` is here now. */
  filledTo({ origin, stream }: Want, seq: number): void {
    const key = streamKey(origin, stream);
    const open = this.#open.get(key);
    if (open === undefined) return;
    if (seq >= open.want.last) this.#open.delete(key);
    else if (seq > open.want.after) {
      open.want = { ...open.want, after: seq };
      open.without.clear();
    }
  }

  /** Resolves when something more is wanted. */
  async more(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#waiting.add(wake);
    signal.addEventListener("abort", wake, { once: true });
    await promise;
    this.#waiting.delete(wake);
    signal.removeEventListener("abort", wake);
  }
}
