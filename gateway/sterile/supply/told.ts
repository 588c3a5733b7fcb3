/** What was written down of one site's sterile supply, each thing once, and by what it is about. */
import type { EventOf, SupplyEvent, SupplyKind } from "./event.ts";
import { indicatorResult } from "./indicator_result.ts";
import { ranOf, type RanThere } from "./ran.ts";
import { inWritingOrder } from "./writing_order.ts";

/** One thing, as its first entry has it. */
export type Told<K extends SupplyKind> = EventOf<K>;

/** A test, and when its cycle ran. */
export interface Tested<K extends "sterile-bowie-dick" | "sterile-indicator"> {
  readonly told: Told<K>;
  readonly ran: RanThere;
}

/** A judgement of a cycle for a load that, as the newest one has it, was another's. */
export interface MovedCycle {
  readonly was: Told<"sterile-cycle">;
  readonly now: Told<"sterile-cycle">;
}

export interface ToldOfSite {
  /** With results that were taken back since: what people had seen. `null`: it is the same. */
  readonly ever: ToldOfSite | null;
  /** In the order in which they were written. */
  readonly of: <K extends SupplyKind>(kind: K) => readonly Told<K>[];
  /** The same, by one of their fields. */
  readonly packs: ReadonlyMap<string, Told<"sterile-pack">>;
  /** Packs of other supplies. */
  readonly received: ReadonlyMap<string, Told<"sterile-receipt">>;
  /** Recalls by those supplies. */
  readonly recallsOfReceived: ReadonlyMap<string, readonly Told<"sterile-recall">[]>;
  readonly loads: ReadonlyMap<string, Told<"sterile-load">>;
  /** Loads that a pack lay in; more than one is a mistake, and is shown. */
  readonly loadsOfPack: ReadonlyMap<string, readonly Told<"sterile-load">[]>;
  readonly cyclesOfLoad: ReadonlyMap<string, readonly Told<"sterile-cycle">[]>;
  /** Of loads that were thought to be in a cycle: judgements that say so, and the newest. */
  readonly movedOfLoad: ReadonlyMap<string, readonly MovedCycle[]>;
  readonly cycles: ReadonlyMap<string, readonly Told<"sterile-cycle">[]>;
  readonly indicatorsOfCycle: ReadonlyMap<string, readonly Told<"sterile-indicator">[]>;
  readonly stepsOfLoad: ReadonlyMap<string, readonly Told<"sterile-release-step">[]>;
  /** Of each steriliser, by when their cycles ran; biological ones that say something. */
  readonly bowieDicks: ReadonlyMap<string, readonly Tested<"sterile-bowie-dick">[]>;
  readonly biologicals: ReadonlyMap<string, readonly Tested<"sterile-indicator">[]>;
  readonly issuesOfPack: ReadonlyMap<string, readonly Told<"sterile-issue">[]>;
  readonly usesOfPack: ReadonlyMap<string, readonly Told<"sterile-use">[]>;
  readonly backsOfPack: ReadonlyMap<string, readonly Told<"sterile-pack-back">[]>;
}

/**
 * Events of one site, in whatever order they came: an id counts once, by its earliest entry, and
 * not at all once a person took it back. A judgement and a recall are the rules' and cannot be
 * taken back, nor can a reversal: what it took is written anew.
 */
export function toldOfSite(events: readonly SupplyEvent[]): ToldOfSite {
  const once = new Map<string, SupplyEvent>();
  for (const event of inWritingOrder(events)) {
    if (!once.has(event.body.id)) once.set(event.body.id, event);
  }
  const reversals = grouped(
    [...once.values()].flatMap((event) => event.kind === "sterile-reversal" ? [event] : []),
    ({ body }) => [body.reverses],
  );
  const isTaken = (event: SupplyEvent) => isReversed(event, reversals.get(event.body.id) ?? []);
  const all = [...once.values()];
  const standing = all.filter((event) => !isTaken(event));
  const seen = all.filter((event) => isResult(event) || !isTaken(event));
  const ever = seen.length === standing.length ? null : indexed(seen, null);
  return indexed(standing, ever);
}

function isResult({ kind }: SupplyEvent): boolean {
  return kind === "sterile-bowie-dick" || kind === "sterile-indicator";
}

function indexed(standing: readonly SupplyEvent[], ever: ToldOfSite | null): ToldOfSite {
  const of = <K extends SupplyKind>(kind: K): Told<K>[] => {
    const isOf = (event: SupplyEvent): event is Extract<SupplyEvent, { readonly kind: K }> =>
      event.kind === kind;
    return standing.filter(isOf);
  };
  const loads = [...loadsOf(of("sterile-load")).values()];
  const indicators = of("sterile-indicator");
  const cycles = grouped(of("sterile-cycle"), ({ body }) => [body.cycle]);
  const judged = [...cycles.values()].flatMap(withNewest);
  return {
    ever,
    of,
    packs: packsOf(of("sterile-pack")),
    received: packsOf(of("sterile-receipt")),
    recallsOfReceived: grouped(
      of("sterile-recall").filter(({ body }) => body.supplier !== undefined),
      ({ body }) => body.packs,
    ),
    loads: new Map(loads.map((told) => [told.body.load, told])),
    loadsOfPack: grouped(loads, ({ body }) => body.packs),
    cyclesOfLoad: grouped(
      judged.flatMap(({ was, now }) => was.body.load === now.body.load ? [was] : []),
      ({ body }) => body.load === null ? [] : [body.load],
    ),
    movedOfLoad: grouped(
      judged.filter(({ was, now }) => was.body.load !== now.body.load),
      ({ was }) => was.body.load === null ? [] : [was.body.load],
    ),
    cycles,
    indicatorsOfCycle: grouped(indicators, ({ body }) => [body.cycle]),
    bowieDicks: inOrder(cycles, of("sterile-bowie-dick"), ({ body }) => body),
    biologicals: inOrder(
      cycles,
      indicators.filter(({ body }) =>
        body.indicator === "biological" && indicatorResult(body) !== "invalid"
      ),
      ({ body }) => body,
    ),
    stepsOfLoad: grouped(of("sterile-release-step"), ({ body }) => [body.load]),
    issuesOfPack: grouped(of("sterile-issue"), ({ body }) => [body.pack]),
    usesOfPack: grouped(of("sterile-use"), ({ body }) => [body.pack]),
    backsOfPack: grouped(of("sterile-pack-back"), ({ body }) => [body.pack]),
  };
}

/** Judgements of one cycle, each beside the newest: that one says which load it was. */
function withNewest(judged: readonly Told<"sterile-cycle">[]): MovedCycle[] {
  const now = judged.reduce((one, other) => upToOrder(one, other) > 0 ? one : other);
  return judged.map((was) => ({ was, now }));
}

/** Which of two judgements rests on more: above 0, the first does. */
export function upToOrder(one: Told<"sterile-cycle">, other: Told<"sterile-cycle">): number {
  const [a, b] = [one.body.upTo, other.body.upTo];
  return a.life - b.life || a.seq - b.seq;
}

function isReversed(event: SupplyEvent, reversals: readonly Told<"sterile-reversal">[]): boolean {
  switch (event.kind) {
    case "sterile-cycle":
    case "sterile-recall":
    case "sterile-reversal":
      return false;
    default: {
      const { by } = event.body;
      return reversals.some(({ body }) => !needsAnother(event) || body.by.id !== by.id);
    }
  }
}

/** A result that failed, or a use on a patient: who wrote it does not unwrite it. */
export function needsAnother(event: SupplyEvent): boolean {
  switch (event.kind) {
    case "sterile-bowie-dick":
    case "sterile-indicator":
      return event.body.result === "fail";
    default:
      return event.kind === "sterile-use";
  }
}

/** Of two entries of one load the first counts, with the packs of both. */
function loadsOf(told: readonly Told<"sterile-load">[]): Map<string, Told<"sterile-load">> {
  const loads = new Map<string, Told<"sterile-load">>();
  for (const one of told) {
    const { body } = loads.get(one.body.load) ?? one;
    const packs = [...new Set([...body.packs, ...one.body.packs])];
    loads.set(body.load, { ...(loads.get(body.load) ?? one), body: { ...body, packs } });
  }
  return loads;
}

/** Of two that have one label the last; if either is an implant, both are. */
function packsOf<T extends Told<"sterile-pack"> | Told<"sterile-receipt">>(
  told: readonly T[],
): Map<string, T> {
  const packs = new Map<string, T>();
  for (const one of told) {
    const { body } = one;
    const implant = body.implant || packs.get(body.pack)?.body.implant === true;
    packs.set(body.pack, { ...one, body: { ...body, implant } });
  }
  return packs;
}

function grouped<T>(told: readonly T[], keysOf: (one: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of told) {
    for (const key of new Set(keysOf(one))) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [one]);
      else group.push(one);
    }
  }
  return groups;
}

/** Where nobody knows when a test's cycle ran, the test counts for nothing. */
function inOrder<K extends "sterile-bowie-dick" | "sterile-indicator">(
  cycles: ReadonlyMap<string, readonly Told<"sterile-cycle">[]>,
  tests: readonly Told<K>[],
  aboutOf: (test: Told<K>) => { readonly cycle: string; readonly steriliser: string },
): Map<string, Tested<K>[]> {
  const bySteriliser = new Map<string, Tested<K>[]>();
  for (const told of tests) {
    const { cycle, steriliser } = aboutOf(told);
    const [ran] = cycles.get(cycle) ?? [];
    if (ran === undefined) continue;
    const list = bySteriliser.get(steriliser) ?? [];
    list.push({ told, ran: ranOf(ran) });
    bySteriliser.set(steriliser, list);
  }
  // Tests of one cycle stay in the order in which they were written.
  for (const list of bySteriliser.values()) {
    list.sort(({ ran: one }, { ran: other }) => one.life - other.life || one.seq - other.seq);
  }
  return bySteriliser;
}

export function idsOf(told: readonly { readonly body: { readonly id: string } }[]): string[] {
  return [...new Set(told.map(({ body }) => body.id))].sort();
}
