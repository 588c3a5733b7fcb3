/**
 * Which centre reviews what a site has shipped to both (P11). A site has a home; the other centre
 * takes over as soon as its link says that the home is away, and for the case that nobody has
 * noticed yet, when the home has told sites nothing for a while. One that is slow and goes on is
 * left to it: with both at the same work neither would catch up. Two decisions are no harm: the
 * stricter stands, and of the same packs and history they are the same.
 */
import { isHomeFor, type OtherCentre } from "../home_centre.ts";
import { nameOf, type RecordKey } from "./record/stored_events.ts";

/** Prescriptions of another home that are watched: more, and some are taken over at once. */
const WATCHED_MAX = 100_000;

/** What a home that goes on has not done for so long it cannot do: it is set aside there. */
export const SLOW_MAX_MS = 30_000;

export interface HomeOptions extends OtherCentre {
  readonly own: string;
  readonly takeOverMs: number;
  /** When the other centre's word to a site last came here, by the steady clock of `isOurs`. */
  readonly movedMs: () => number;
}

export class Homes {
  readonly #options: HomeOptions;
  /** Since when one waits for its home, by a steady clock. */
  #waiting = new Map<string, number>();

  constructor(options: HomeOptions) {
    this.#options = options;
  }

  /** Whether this centre is to decide it now; `nowMs` of a steady clock. */
  isOurs(key: RecordKey, nowMs: number): boolean {
    const { takeOverMs, movedMs } = this.#options;
    if (this.isHome(key.site)) return true;
    const name = nameOf(key);
    const since = this.#waiting.get(name);
    if (since !== undefined) {
      const silentMs = nowMs - Math.max(since, movedMs());
      return silentMs >= takeOverMs || nowMs - since >= SLOW_MAX_MS;
    }
    if (this.#waiting.size >= WATCHED_MAX) return true;
    this.#waiting.set(name, nowMs);
    return takeOverMs === 0;
  }

  /** Whether what a site sends is this centre's to decide as soon as it comes. */
  isHome(site: string): boolean {
    return isHomeFor(site, this.#options.own, this.#options);
  }

  /** Only these still wait. */
  keep(keys: readonly RecordKey[]): void {
    const names = new Set(keys.map(nameOf));
    this.#waiting = new Map([...this.#waiting].filter(([name]) => names.has(name)));
  }
}
