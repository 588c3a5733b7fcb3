/**
 * Which centre reviews what a site has shipped to both (P11). A site has a home; the other centre
 * takes over as soon as its link says that the home is away, and for the case that nobody has
 * noticed yet, when the home has said nothing for a while. Two decisions are no harm: the stricter
 * stands, and of the same packs they are the same.
 */
import { homeOf } from "../home_centre.ts";
import { nameOf, type RecordKey } from "./record/stored_events.ts";

/** Prescriptions of another home that are watched: more, and some are taken over at once. */
const WATCHED_MAX = 100_000;

export interface HomeOptions {
  readonly own: string;
  /** The other centre, where there is one. */
  readonly other: string | null;
  /** Whether its link is up. */
  readonly isUp: () => boolean;
  readonly takeOverMs: number;
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
    const { takeOverMs } = this.#options;
    if (this.isHome(key.site)) return true;
    const name = nameOf(key);
    const since = this.#waiting.get(name);
    if (since !== undefined) return nowMs - since >= takeOverMs;
    if (this.#waiting.size >= WATCHED_MAX) return true;
    this.#waiting.set(name, nowMs);
    return takeOverMs === 0;
  }

  /** Whether what a site sends is this centre's to decide as soon as it comes. */
  isHome(site: string): boolean {
    const { own, other, isUp } = this.#options;
    return other === null || homeOf(site, [own, other]) === own || !isUp();
  }

  /** Only these still wait. */
  keep(keys: readonly RecordKey[]): void {
    const names = new Set(keys.map(nameOf));
    this.#waiting = new Map([...this.#waiting].filter(([name]) => names.has(name)));
  }
}
