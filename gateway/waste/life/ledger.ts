/**
 * Where all waste stands, folded from all entries about it. The same whatever order they came in,
 * however often, at whichever node: nothing is read from a clock, and nothing from a ledger of
 * before. What two nodes wrote while they were cut off from each other is all there; where it
 * disagrees it is named, and a person resolves it by an entry.
 */
import { byTime, type EventOf, ofKind, type WasteEvent } from "../entry/event.ts";
import type { WasteRules } from "../rules.ts";
import { type BagEntry, type BagStanding, bagStanding, type Surroundings } from "./bag.ts";
import { Containment } from "./containment.ts";
import { Moves } from "./custody.ts";
import { type Conflict, Resolutions } from "./disputes.ts";
import { Effects } from "./effect.ts";

/** One filling of one box. */
export interface LoadStanding {
  readonly load: string;
  readonly box: string | null;
  /** Bags that lie directly in it, and loads. */
  readonly bags: readonly string[];
  readonly loads: readonly string[];
  /** The larger load that it stands in. */
  readonly within: string | null;
  /** Ids of the entries that last put it there: for `after`. */
  readonly boxedBy: readonly string[];
  readonly conflicts: readonly Conflict[];
}

/** What no resolution settles: one of the entries is reversed, and what was right made anew. */
export type Fault =
  | {
    /** One weighing cannot be that of two bags. */
    readonly kind: "one-reading-two-bags";
    readonly reading: string;
    readonly bags: readonly string[];
  }
  | {
    readonly kind: "one-id-two-contents";
    readonly id: string;
    readonly places: readonly string[];
  };

export interface Ledger {
  readonly bags: ReadonlyMap<string, BagStanding>;
  readonly loads: ReadonlyMap<string, LoadStanding>;
  readonly faults: readonly Fault[];
  /** What stores took, of entries that stand. */
  readonly deliveries: readonly EventOf<"waste-stored">[];
}

export function ledgerOf(events: readonly WasteEvent[], rules: WasteRules): Ledger {
  const own = onceEach(events);
  const effects = new Effects(own);
  const resolutions = new Resolutions(own, effects);
  const containment = new Containment(own, effects, resolutions);
  const around = { moves: new Moves(own, effects), containment, resolutions, rules };
  const disposals = Map.groupBy(ofKind(own, "waste-disposed"), receiptKey);
  const receipts = ofKind(own, "waste-received").filter((event) => effects.stands(event));
  const names = namedIn(own);
  const bags = new Map<string, BagStanding>();
  for (const bag of [...names.keys()].sort()) {
    const named = names.get(bag) ?? [];
    bags.set(bag, standingOf(bag, named, { around, effects, disposals, receipts }));
  }
  const deliveries = ofKind(own, "waste-stored").filter((event) => effects.stands(event));
  return { bags, loads: loadsOf(bags, around), faults: faultsOf(own, effects), deliveries };
}

/** Each event once, however often it was read; the same told to two nodes is one. */
export function onceEach(events: readonly WasteEvent[]): WasteEvent[] {
  const places = new Map(events.map((event) => [event.place, event]));
  const contents = new Map<string, WasteEvent>();
  for (const event of [...places.values()].sort(byTime)) {
    const content = JSON.stringify([event.kind, event.body]);
    if (!contents.has(content)) contents.set(content, event);
  }
  return [...contents.values()];
}

/** Every bag that an entry names, with the entries that name it. */
function namedIn(events: readonly WasteEvent[]): Map<string, WasteEvent[]> {
  const names = new Map<string, WasteEvent[]>();
  for (const event of events) {
    for (const bag of bagsNamed(event)) {
      const named = names.get(bag);
      if (named === undefined) names.set(bag, [event]);
      else named.push(event);
    }
  }
  for (const event of ofKind(events, "waste-resolution")) {
    // What is resolved about boxes may be about a load.
    if (event.body.about === "box") names.get(event.body.subject)?.push(event);
  }
  return names;
}

function bagsNamed(event: WasteEvent): ReadonlySet<string> {
  const { body } = event;
  if (event.kind === "waste-resolution") {
    return new Set(event.body.about === "box" ? [] : [event.body.subject]);
  }
  if ("bag" in body) return new Set([body.bag]);
  const missing = event.kind === "waste-stored" ? event.body.missing.map(({ bag }) => bag) : [];
  return "bags" in body ? new Set([...body.bags, ...missing]) : new Set();
}

interface All {
  readonly around: Surroundings;
  readonly effects: Effects;
  /** All, by what they dispose of. */
  readonly disposals: ReadonlyMap<string, readonly EventOf<"waste-disposed">[]>;
  /** What stands. */
  readonly receipts: readonly EventOf<"waste-received">[];
}

function receiptKey({ body }: EventOf<"waste-disposed" | "waste-received">): string {
  return JSON.stringify([body.manifest, body.receipt]);
}

function standingOf(bag: string, named: readonly WasteEvent[], all: All): BagStanding {
  const { around, effects, receipts } = all;
  const direct = directOf(bag, named, all);
  const stored = ofKind(named, "waste-stored");
  const allSealings = ofKind(named, "waste-sealed");
  return bagStanding({
    told: {
      bag,
      sealings: allSealings.filter((event) => effects.stands(event)),
      weighings: ofKind(named, "waste-weighed").filter((event) => effects.stands(event)),
      labels: stored.filter((event) => effects.of(event) !== "reversed").flatMap((event) =>
        event.body.labels.filter((said) => said.bag === bag).map((said) => ({ event, said }))
      ),
    },
    allSealings,
    disposals: ofKind(direct, "waste-disposed").filter((event) => effects.stands(event)),
    receipts,
    history: historyOf(direct, all),
  }, around);
}

/** What names it, what moved a load that it lay in, and what disposed of what received it. */
function directOf(
  bag: string,
  named: readonly WasteEvent[],
  { around: { moves, containment }, disposals }: All,
): WasteEvent[] {
  const moved = [...named, ...moves.of(bag, containment), ...moves.idleOf(bag, containment)];
  const receipts = new Set(ofKind(moved, "waste-received").map(receiptKey));
  return [...moved, ...[...receipts].flatMap((key) => disposals.get(key) ?? [])];
}

function historyOf(direct: readonly WasteEvent[], { effects }: All): BagEntry[] {
  const about = effects.about(direct.map(({ body }) => body.id));
  const entries = new Map([...direct, ...about].map((event) => [event.place, event]));
  return [...entries.values()].sort(byTime).map((event) => ({
    id: event.body.id,
    site: event.body.site,
    kind: event.kind,
    place: event.place,
    node: event.node,
    time: event.time,
    role: effects.of(event),
  }));
}

function loadsOf(
  bags: ReadonlyMap<string, BagStanding>,
  { containment }: Surroundings,
): Map<string, LoadStanding> {
  const loads = new Map<string, LoadStanding>();
  for (const load of containment.loads) {
    const { load: within, by: boxedBy, conflicts } = containment.ofLoad(load);
    const ever = containment.everIn(load);
    loads.set(load, {
      load,
      box: containment.boxOf(load),
      bags: ever.bags.filter((bag) => bags.get(bag)?.load === load),
      loads: ever.loads.filter((inner) => containment.ofLoad(inner).load === load),
      within,
      boxedBy,
      conflicts,
    });
  }
  return loads;
}

function faultsOf(events: readonly WasteEvent[], effects: Effects): Fault[] {
  const standing = events.filter((event) => effects.stands(event));
  const bagsBy = grouped(
    [...ofKind(standing, "waste-sealed"), ...ofKind(standing, "waste-weighed")]
      .flatMap(({ body: { weight, bag } }): [string, string][] =>
        weight.from === "scale" ? [[weight.reading, bag]] : []
      ),
  );
  const placesBy = grouped(standing.map(({ body, place }) => [body.id, place]));
  return [
    ...bagsBy.map(([reading, bags]): Fault => ({ kind: "one-reading-two-bags", reading, bags })),
    ...placesBy.map(([id, places]): Fault => ({ kind: "one-id-two-contents", id, places })),
  ];
}

/** Keys under which there is more than one value; all sorted. */
function grouped(pairs: readonly (readonly [string, string])[]): [string, string[]][] {
  const values = new Map<string, Set<string>>();
  for (const [key, value] of pairs) {
    const own = values.get(key);
    if (own === undefined) values.set(key, new Set([value]));
    else own.add(value);
  }
  return [...values].filter(([, own]) => own.size > 1)
    .map(([key, own]): [string, string[]] => [key, [...own].sort()])
    .sort(([one], [other]) => one < other ? -1 : 1);
}

/** All bags in a load, those in the loads that it holds too. */
export function bagsIn({ loads }: Ledger, load: string): string[] {
  const seen = new Set<string>();
  const bags = new Set<string>();
  const waiting = [load];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const standing = loads.get(next);
    standing?.bags.forEach((bag) => bags.add(bag));
    waiting.push(...standing?.loads ?? []);
  }
  return [...bags].sort();
}
