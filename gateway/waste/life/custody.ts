/** Who holds a bag, by the moves that take it along: itself, or a load that it lies in. */
import { byTime, type EventOf, isMove, type MoveEvent, type WasteEvent } from "../entry/event.ts";
import { type Custodian, custodianKey } from "../entry/subject.ts";
import type { Containment } from "./containment.ts";
import type { Conflict, Resolutions } from "./disputes.ts";
import type { Effects } from "./effect.ts";
import { apart, headsOf, type Move } from "./heads.ts";

export interface Custody {
  /** `null`: entries disagree. */
  readonly custodian: Custodian | null;
  /** The move that brought it there; `null`: none yet, or disputed. */
  readonly by: MoveEvent | null;
  /** All last moves: more than one disagree. */
  readonly last: readonly MoveEvent[];
  readonly conflicts: readonly Conflict[];
  /** It was collected, and was not among what came into the store. */
  readonly missing: { readonly stored: string; readonly explanation: string } | null;
  /** Receipts of a manifest that it never left on: none of them moved it. */
  readonly unfounded: readonly EventOf<"waste-received">[];
  /** Ids of moves that persons set aside. */
  readonly aside: ReadonlySet<string>;
}

/** Every move, by the bags and the loads that it names. */
export class Moves {
  readonly #byBag = new Map<string, MoveEvent[]>();
  readonly #byLoad = new Map<string, MoveEvent[]>();
  /** Of those that wait for a second person, or were reversed. */
  readonly #idleByLoad = new Map<string, MoveEvent[]>();
  readonly #missing = new Map<string, EventOf<"waste-stored">[]>();

  constructor(events: readonly WasteEvent[], effects: Effects) {
    for (const event of events.filter(isMove).sort(byTime)) {
      if (!effects.stands(event)) {
        for (const load of event.body.loads) push(this.#idleByLoad, load, event);
        continue;
      }
      for (const bag of event.body.bags) push(this.#byBag, bag, event);
      for (const load of event.body.loads) push(this.#byLoad, load, event);
      if (event.kind !== "waste-stored") continue;
      for (const { bag } of event.body.missing) push(this.#missing, bag, event);
    }
  }

  /** Stores that looked for this bag in vain. */
  missedBy(bag: string): readonly EventOf<"waste-stored">[] {
    return this.#missing.get(bag) ?? [];
  }

  /**
   * What moved the bag: what names it, and what moved a load while it lay in it. One that it has
   * left since took it along as long as it was there; one that was opened without it did not.
   */
  of(bag: string, containment: Containment): MoveEvent[] {
    const missed = new Set(this.missedBy(bag));
    const along = alongWith(bag, containment, this.#byLoad)
      .filter((event) => event.kind !== "waste-stored" || !missed.has(event));
    return [...new Set([...this.#byBag.get(bag) ?? [], ...along])].sort(byTime);
  }

  /** What would have moved it with a load, and waits for a second person or was reversed. */
  idleOf(bag: string, containment: Containment): MoveEvent[] {
    return [...new Set(alongWith(bag, containment, this.#idleByLoad))].sort(byTime);
  }
}

/** Of these moves of loads those that found the bag in one. */
function alongWith(
  bag: string,
  containment: Containment,
  byLoad: ReadonlyMap<string, readonly MoveEvent[]>,
): MoveEvent[] {
  const { around } = containment.ofBag(bag);
  const left = [...containment.leftBy(bag)].filter(([load]) => !around.includes(load));
  return [
    ...around.flatMap((load) => byLoad.get(load) ?? []),
    ...left.flatMap(([load, out]) =>
      (byLoad.get(load) ?? []).filter((event) => byTime(event, out) < 0)
    ),
  ];
}

interface Link extends Move {
  readonly event: MoveEvent;
}

/** `home`: where it was before anybody moved it, if that is known. */
export function custodyOf(
  bag: string,
  home: Custodian | null,
  moves: Moves,
  containment: Containment,
  resolutions: Resolutions,
): Custody {
  const links = moves.of(bag, containment).map(linkOf);
  const aside = resolutions.setAside(bag, "custodian", () => apart(links));
  const counting = links.filter(({ id }) => !aside.has(id));
  const unfounded = unfoundedIn(counting.map(({ event }) => event));
  const founded = counting.filter(({ event }) => !unfounded.some((one) => one === event));
  const last = headsOf(founded).map(({ event }) => event);
  const said = last.map(({ body: { id, to }, node, time }) => {
    return { id, node, time, says: custodianKey(to) };
  });
  const conflicts = said.length > 1 ? [resolutions.conflict(bag, "custodian", said)] : [];
  const by = last.length === 1 ? last[0] : null;
  const custodian = last.length === 0 ? home : by?.body.to ?? null;
  const missing = missingOf(bag, moves, custodian, by);
  return { custodian, by, last, conflicts, missing, unfounded, aside };
}

function linkOf(event: MoveEvent): Link {
  const { body: { id, from, to, after }, place, time, told } = event;
  const where = told === undefined ? {} : { told };
  const ends = { from: custodianKey(from), to: custodianKey(to) };
  return { id, place, time, ...where, ...ends, after, event };
}

/** A disposer receives what left for it on the same manifest, and nothing else. */
function unfoundedIn(moves: readonly MoveEvent[]): EventOf<"waste-received">[] {
  const left = new Set(
    moves.flatMap((event) => event.kind === "waste-departed" ? [event.body.manifest] : []),
  );
  return moves.flatMap((event) =>
    event.kind === "waste-received" && !left.has(event.body.manifest) ? [event] : []
  );
}

/**
 * Missing as long as it is with whoever came to the store without it, since the first time that he
 * did: who comes again, and explains again, does not make it less of a loss.
 */
function missingOf(
  bag: string,
  moves: Moves,
  custodian: Custodian | null,
  by: MoveEvent | null,
): Custody["missing"] {
  if (custodian === null) return null;
  const missed = moves.missedBy(bag)
    .filter(({ body }) => custodianKey(body.from) === custodianKey(custodian));
  // What he did not bring before it was given to him anew is another matter, as far as clocks tell.
  const anew = by === null ? missed : missed.filter((event) => byTime(by, event) < 0);
  const told = anew.length > 0 ? anew : missed;
  const explained = told.at(-1)?.body.missing.find((one) => one.bag === bag);
  if (explained === undefined) return null;
  return { stored: told[0].body.id, explanation: explained.explanation };
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
