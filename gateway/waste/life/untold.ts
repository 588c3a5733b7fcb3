/** Which entries about a bag its county has to tell to which site (rules W4, W5). */
import { byTime, type WasteEvent } from "../entry/event.ts";
import type { BagStanding } from "./bag.ts";

export interface Telling {
  /** The site that does not have it. */
  readonly to: string;
  readonly event: WasteEvent;
}

/** One thing that was said, and the sites that have it. */
interface Said {
  readonly event: WasteEvent;
  readonly heldBy: Set<string>;
}

/**
 * Who has which of these entries. Every site that wrote one about a bag is to have what the others
 * wrote of it, and what was told to them; a site that wrote none is told nothing.
 */
export class Hearers {
  readonly #events: readonly WasteEvent[];
  #said: ReadonlyMap<string, Said> | null = null;

  /** `events`: all by which the bags stand where they do, as `closureOf` gathers them. */
  constructor(events: readonly WasteEvent[]) {
    this.#events = events;
  }

  untold(standing: BagStanding): Telling[] {
    const { history } = standing;
    const parties = new Set(history.flatMap(({ node, site }) => node === site ? [site] : []));
    if (parties.size < 2) return [];
    const ids = new Set(history.map(({ id }) => id));
    const own = [...this.#all()].flatMap(([, said]) =>
      ids.has(said.event.body.id) || holds(said.event, standing.loads) ? [said] : []
    );
    return own.sort((one, other) => byTime(one.event, other.event)).flatMap(({ event, heldBy }) =>
      [...parties].sort().flatMap((to) => heldBy.has(to) ? [] : [{ to, event }])
    );
  }

  #all(): ReadonlyMap<string, Said> {
    if (this.#said !== null) return this.#said;
    const all = new Map<string, Said>();
    for (const event of [...this.#events].sort(byTime)) {
      const key = contentOf(event);
      const said = all.get(key) ?? { event, heldBy: new Set() };
      all.set(key, said);
      // Who wrote it; of a county the site to which it wrote.
      said.heldBy.add(event.body.site);
      if (event.told !== undefined) said.heldBy.add(event.told.to);
    }
    return this.#said = all;
  }
}

/** A load that stands around the bag was put into a larger one. */
function holds(event: WasteEvent, loads: readonly string[]): boolean {
  return event.kind === "waste-boxed" && event.body.loads.some((load) => loads.includes(load));
}

/** A county says one thing to several sites, each under an id of its own. */
function contentOf({ kind, node, body }: WasteEvent): string {
  if (node === body.site) return JSON.stringify([kind, body]);
  const { id: _id, site: _site, ...said } = body;
  return JSON.stringify([kind, said]);
}
