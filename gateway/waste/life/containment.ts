/** Which load a bag lies in, and which larger load that lies in (小箱进大箱). */
import { byTime, type EventOf, ofKind, type WasteEvent } from "../entry/event.ts";
import type { Conflict, Resolutions } from "./disputes.ts";
import type { Effects } from "./effect.ts";
import { apart, headsOf, type Move } from "./heads.ts";

type Boxed = EventOf<"waste-boxed">;
type Head = Move & { readonly node: string };

/** A box may stand in a larger one, on a pallet, in a container: more is a mistake. */
const DEPTH_MAX = 8;

/** Where something has been put. */
export interface Within {
  /** The load that it lies in; `null`: none, or it is disputed. */
  readonly load: string | null;
  /** Loads around it, the innermost first; of a dispute all. */
  readonly around: readonly string[];
  /** Ids of the entries that last put it there: what a later one names in `after`. */
  readonly by: readonly string[];
  /** Its own, and those of the loads around it. */
  readonly conflicts: readonly Conflict[];
  /** Ids of entries that a person set aside. */
  readonly aside: ReadonlySet<string>;
}

export class Containment {
  readonly #bags = new Map<string, Boxed[]>();
  readonly #loads = new Map<string, Boxed[]>();
  readonly #boxes = new Map<string, Boxed>();
  /** What was ever put into a load. */
  readonly #ever = new Map<string, { readonly bags: Set<string>; readonly loads: Set<string> }>();
  readonly #resolutions: Resolutions;

  constructor(events: readonly WasteEvent[], effects: Effects, resolutions: Resolutions) {
    this.#resolutions = resolutions;
    for (const event of ofKind(events, "waste-boxed").sort(byTime)) {
      if (!effects.stands(event)) continue;
      for (const bag of event.body.bags) put(this.#bags, bag, event);
      for (const load of event.body.loads) put(this.#loads, load, event);
      const { load, bags, loads } = event.body;
      if (!this.#boxes.has(load)) this.#boxes.set(load, event);
      const ever = this.#ever.get(load) ?? { bags: new Set(), loads: new Set() };
      for (const bag of bags) ever.bags.add(bag);
      for (const inner of loads) ever.loads.add(inner);
      this.#ever.set(load, ever);
    }
  }

  get loads(): readonly string[] {
    return [...new Set([...this.#boxes.keys(), ...this.#loads.keys()])].sort();
  }

  /** The box that this load fills; `null` where nobody told. */
  boxOf(load: string): string | null {
    return this.#boxes.get(load)?.body.box ?? null;
  }

  /** Bags and loads that were ever put into it. */
  everIn(load: string): { readonly bags: readonly string[]; readonly loads: readonly string[] } {
    const { bags, loads } = this.#ever.get(load) ?? { bags: [], loads: [] };
    return { bags: [...bags].sort(), loads: [...loads].sort() };
  }

  ofBag(bag: string): Within {
    return this.#within(bag, this.#bags.get(bag) ?? []);
  }

  ofLoad(load: string): Within {
    return this.#within(load, this.#loads.get(load) ?? []);
  }

  /** Loads that a bag lay in before it was put into another, and the entry by which it left. */
  leftBy(bag: string): ReadonlyMap<string, Boxed> {
    const left = new Map<string, Boxed>();
    for (const event of this.#bags.get(bag) ?? []) {
      if (event.body.outOf !== null) left.set(event.body.outOf, event);
    }
    return left;
  }

  #within(subject: string, events: readonly Boxed[]): Within {
    const heads = this.#heads(subject, events);
    const conflicts = this.#conflicts(subject, heads);
    const around: string[] = [];
    let inside = heads.map(({ to }) => to);
    for (let depth = 0; depth < DEPTH_MAX && inside.length > 0; depth++) {
      const fresh = [...new Set(inside)].filter((load) => !around.includes(load));
      around.push(...fresh);
      inside = fresh.flatMap((load) => {
        const outer = this.#heads(load, this.#loads.get(load) ?? []);
        conflicts.push(...this.#conflicts(load, outer));
        return outer.map(({ to }) => to);
      });
    }
    const by = heads.map(({ id }) => id);
    const aside = this.#aside(subject, movesOf(events));
    return { load: heads.length === 1 ? heads[0].to : null, around, by, conflicts, aside };
  }

  #conflicts(subject: string, heads: readonly Head[]): Conflict[] {
    if (heads.length < 2) return [];
    const said = heads.map(({ id, node, time, to }) => ({ id, node, time, says: to }));
    return [this.#resolutions.conflict(subject, "box", said)];
  }

  #heads(subject: string, events: readonly Boxed[]): Head[] {
    const moves = movesOf(events);
    const aside = this.#aside(subject, moves);
    return headsOf(moves.filter(({ id }) => !aside.has(id)));
  }

  #aside(subject: string, moves: readonly Head[]): ReadonlySet<string> {
    return this.#resolutions.setAside(subject, "box", () => apart(moves));
  }
}

function movesOf(events: readonly Boxed[]): Head[] {
  return events.map(({ body, place, time, node, told }) => {
    const { id, load: to, outOf: from, after } = body;
    const where = told === undefined ? {} : { told };
    return { id, place, time, node, from, to, after, ...where };
  });
}

function put(map: Map<string, Boxed[]>, key: string, event: Boxed): void {
  map.set(key, [...map.get(key) ?? [], event]);
}
