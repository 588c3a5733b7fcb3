/**
 * What custodians brought to stores, as far as it says of a bag that it was left behind (W6): of a
 * collector's years the first delivery after each collection, and no other.
 */
import type { Rows } from "../../sql/sql.ts";
import type { EventOf } from "../entry/event.ts";
import type { BagStanding } from "../life/bag.ts";
import { correctionsOf } from "../life/closure.ts";
import { Effects } from "../life/effect.ts";
import { isMissedBy, type Way, wayOf } from "../store/left_behind.ts";
import type { StoredWords } from "./stored_words.ts";
import { deliveriesByWall, deliveriesOfBoot, momentText } from "./waste_entry.ts";

/** Keys of one page. The first one nearly always tells: it stands, and the bag was not in it. */
const PAGE_KEYS = 5;

export const DELIVERIES_SELECT = "SELECT DISTINCT name FROM wastekeys " +
  "WHERE name > ? AND name < ? ORDER BY name LIMIT ?";

type Delivery = EventOf<"waste-stored">;
/** Keys between two others. */
type Span = readonly [from: string, to: string];

/** For as long as nothing is written in between. */
export class Deliveries {
  readonly #rows: Rows;
  readonly #stored: StoredWords;
  /** Bags that were collected together ask the same. */
  readonly #pages = new Map<string, readonly (readonly [key: string, standing: Delivery[]])[]>();

  constructor(rows: Rows, stored: StoredWords) {
    this.#rows = rows;
    this.#stored = stored;
  }

  /** Each once; of these bags `leftBehind` says by them what it says by all. */
  async thatMissed(bags: readonly BagStanding[]): Promise<Delivery[]> {
    const found = new Map<string, Delivery>();
    for (const way of bags.map(wayOf)) {
      if (way === null) continue;
      (await this.#firstOf(way)).forEach((event) => found.set(event.place, event));
    }
    return [...found.values()];
  }

  /** The first of the machine that wrote of the collection, and of others those before it. */
  async #firstOf(way: Way): Promise<Delivery[]> {
    const { holder, since: { bootId, bootMs, wallMs } } = way;
    const [boot, wall] = [deliveriesOfBoot(holder, bootId), deliveriesByWall(holder)];
    const isHere = ({ time }: Delivery) => time.bootId === bootId;
    const here = await this.#first([boot + momentText(bootMs), end(boot)], way, isHere);
    const least = Math.min(...here.map(({ time }) => time.wallMs));
    const to = here.length === 0 ? end(wall) : end(wall + momentText(least));
    const isElsewhere = (event: Delivery) => !isHere(event);
    const elsewhere = await this.#first([wall + momentText(wallMs), to], way, isElsewhere);
    return [...here, ...elsewhere];
  }

  /** Those of the first key in which there is one that missed the bag. */
  async #first(
    [from, to]: Span,
    way: Way,
    isAsked: (event: Delivery) => boolean,
  ): Promise<Delivery[]> {
    for (let after: string | undefined = from; after !== undefined;) {
      const page: readonly (readonly [string, Delivery[]])[] = await this.#page([after, to]);
      for (const [, events] of page) {
        const missed = events.filter((event) => isAsked(event) && isMissedBy(event, way));
        if (missed.length > 0) return missed;
      }
      after = page.at(PAGE_KEYS - 1)?.[0];
    }
    return [];
  }

  async #page([after, to]: Span) {
    const span = JSON.stringify([after, to]);
    const known = this.#pages.get(span);
    if (known !== undefined) return known;
    const names = (await this.#rows.rows(DELIVERIES_SELECT, [after, to, PAGE_KEYS]))
      .map((row) => row.text("name"));
    const page: (readonly [string, Delivery[]])[] = [];
    for (const name of names) page.push([name, await this.#standing(name)]);
    this.#pages.set(span, page);
    return page;
  }

  /** Of those under this key the ones that two persons confirmed and nobody took back. */
  async #standing(name: string): Promise<Delivery[]> {
    const events = (await this.#stored.events([name]))
      .flatMap((event) => event.kind === "waste-stored" ? [event] : []);
    const corrections = await correctionsOf(events.map(({ body }) => body.id), this.#stored.events);
    const effects = new Effects(corrections);
    return events.filter((event) => effects.stands(event));
  }
}

/** Behind all keys that begin like this, and go on with digits or not at all. */
function end(key: string): string {
  return `${key}:`;
}
