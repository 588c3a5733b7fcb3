/** What has to be proved before a load is released, and what speaks for and against it (S5). */
import type { RulesInForce } from "../rules.ts";
import type { BodyOf } from "./event.ts";
import { indicatorResult } from "./indicator_result.ts";
import { ranOf } from "./ran.ts";
import { standingJudgement } from "./standing_judgement.ts";
import { biologicalsAgainst, biologicalsOf, bowieDickBefore } from "./steriliser_standing.ts";
import { idsOf, type MovedCycle, type Told, type ToldOfSite } from "./told.ts";

export const NEEDS = [
  /** All of its packs are known: whether one is an implant decides what it needs. */
  "packs",
  "cycle",
  "bowie-dick",
  "chemical",
  "biological",
  /** In an emergency, instead of the biological result. */
  "emergency-indicator",
  /** No biological test that failed reaches to its cycle. */
  "steriliser",
] as const;
export type NeedName = typeof NEEDS[number];

export interface Need {
  readonly need: NeedName;
  readonly state: "met" | "missing" | "failed";
  /** So many of these prove it to whom they were shown, also where they were taken back since. */
  readonly by: readonly string[];
  /** How many; none: one. */
  readonly wanted?: number;
  /** What speaks against it. */
  readonly against: readonly string[];
  /** What would prove it, if anybody knew when it was. */
  readonly inDoubt?: readonly string[];
}

export interface UnfitPack {
  readonly pack: string;
  readonly against: readonly string[];
}

export interface Evidence {
  readonly cycle: BodyOf<"sterile-cycle"> | null;
  readonly hasImplants: boolean;
  /** What it takes in any case, the biological result of implants included. */
  readonly needs: readonly Need[];
  /** Packs whose own chemical indicator failed: they are not used, the others may be. */
  readonly unfit: readonly UnfitPack[];
  /** What an emergency takes instead of the biological result; `null` where there is no implant. */
  readonly emergency: Need | null;
}

/**
 * What stands. Beside it, of each need, all that ever proved it: results that were taken back
 * since, and those of another cycle that the load was thought to be in. Who released it had seen
 * those, and what was released does not become unreleased: it is called back.
 */
export function evidenceOf(
  told: ToldOfSite,
  load: BodyOf<"sterile-load">,
  rules: RulesInForce,
): Evidence {
  const judged = told.cyclesOfLoad.get(load.load) ?? [];
  const [about = null, ...others] = cyclesNamed(told, load.load);
  const { emergency, ...now } = resultsOf(told, load, about, rules);
  const moved = told.movedOfLoad.get(load.load) ?? [];
  const needs = [cycleNeed(judged, moved, load), ...now.needs];
  const { ever } = told;
  const earlier = [
    ...others.map((cycle) => [told, cycle] as const),
    ...ever === null ? [] : cyclesNamed(ever, load.load).map((cycle) => [ever, cycle] as const),
  ];
  const seen = earlier.flatMap(([source, cycle]) => {
    const then = resultsOf(source, load, cycle, rules);
    return [...then.needs, ...then.emergency === null ? [] : [then.emergency]];
  });
  const withSeen = (need: Need): Need => {
    const ids = seen.filter((one) => one.need === need.need).flatMap(({ by }) => by);
    return { ...need, by: [...new Set([...need.by, ...ids])].sort() };
  };
  return {
    ...now,
    cycle: standingJudgement(judged),
    needs: needs.map(withSeen),
    emergency: emergency === null ? null : withSeen(emergency),
  };
}

/** Each cycle that a load is, or was, said to be in, as judged; that which stands first. */
function cyclesNamed(told: ToldOfSite, load: string): BodyOf<"sterile-cycle">[] {
  const judged = told.cyclesOfLoad.get(load) ?? [];
  const standing = standingJudgement(judged);
  const moved = (told.movedOfLoad.get(load) ?? []).map(({ was }) => was.body);
  const all = [...standing === null ? [] : [standing], ...judged.map(({ body }) => body), ...moved];
  return all.filter(({ cycle }, index) => all.findIndex((one) => one.cycle === cycle) === index);
}

/** All but the judgement of the cycle itself. */
function resultsOf(
  told: ToldOfSite,
  load: BodyOf<"sterile-load">,
  cycle: BodyOf<"sterile-cycle"> | null,
  rules: RulesInForce,
): Omit<Evidence, "cycle"> {
  const packs = load.packs.map((pack) => told.packs.get(pack)?.body);
  const hasImplants = packs.some((pack) => pack?.implant === true);
  const isKnown = packs.every((pack) => pack !== undefined);
  const indicators = cycle === null ? [] : told.indicatorsOfCycle.get(cycle.cycle) ?? [];
  const chemical = indicators.filter(({ body }) => body.indicator === "chemical");
  const ofPacks = chemical.filter(({ body }) => isOfPack(body));
  const ofLoad = chemical.filter((one) => one.body.result === "pass" || !ofPacks.includes(one));
  const needs: Need[] = [
    { need: "packs", state: isKnown ? "met" : "missing", by: [], against: [] },
    ...cycle === null ? [] : deviceNeeds(told, cycle, rules),
    resultNeed("chemical", ofLoad, rules.one("chemical")?.results ?? 1),
  ];
  const biological = indicators.filter(({ body }) =>
    body.indicator === "biological" && indicatorResult(body) !== "invalid"
  );
  // Of what is no implant, one that failed speaks against the steriliser.
  if (hasImplants) needs.push(resultNeed("biological", biological, 1));
  const emergencyClass = rules.one("emergency-class")?.class;
  const inTestPack = chemical.filter(({ body }) =>
    body.indicator === "chemical" && body.class === emergencyClass && body.place === "pcd"
  );
  const emergency = hasImplants ? resultNeed("emergency-indicator", inTestPack, 1) : null;
  return { hasImplants, needs, unfit: unfitPacks(load.packs, ofPacks), emergency };
}

/** What its steriliser has to have proved before the cycle. */
function deviceNeeds(
  told: ToldOfSite,
  { cycle, steriliser, method }: BodyOf<"sterile-cycle">,
  rules: RulesInForce,
): Need[] {
  const [first] = told.cycles.get(cycle) ?? [];
  if (first === undefined) throw new Error(`Nobody judged the cycle ${cycle}`);
  const at = ranOf(first);
  const against = biologicalsAgainst(biologicalsOf(told, steriliser), at, rules);
  const free: Need = {
    need: "steriliser",
    state: against.length === 0 ? "met" : "failed",
    by: [],
    against,
  };
  if (method === "gravity") return [free];
  const { state, ids, passed, inDoubt } = bowieDickBefore(told, steriliser, at, rules);
  const test = { need: "bowie-dick", by: passed } as const;
  return state === "passed"
    ? [{ ...test, state: "met", against: [] }, free]
    : [{ ...test, state, against: ids, ...inDoubt.length === 0 ? {} : { inDoubt } }, free];
}

function isOfPack(body: BodyOf<"sterile-indicator">): boolean {
  return body.indicator === "chemical" && body.pack !== undefined;
}

function unfitPacks(
  packs: readonly string[],
  ofPacks: readonly Told<"sterile-indicator">[],
): UnfitPack[] {
  const failed = ofPacks.filter(({ body }) => body.result === "fail");
  return packs.flatMap((pack) => {
    const own = failed.filter(({ body }) => body.indicator === "chemical" && body.pack === pack);
    return own.length === 0 ? [] : [{ pack, against: idsOf(own) }];
  });
}

function resultNeed(
  need: NeedName,
  results: readonly Told<"sterile-indicator">[],
  wanted: number,
): Need {
  const passed = idsOf(results.filter(({ body }) => body.result === "pass"));
  const failed = idsOf(results.filter(({ body }) => body.result === "fail"));
  const state = failed.length > 0 ? "failed" : passed.length >= wanted ? "met" : "missing";
  return { need, state, by: passed, against: failed, ...wanted === 1 ? {} : { wanted } };
}

function cycleNeed(
  judged: readonly Told<"sterile-cycle">[],
  moved: readonly MovedCycle[],
  { steriliser, type }: BodyOf<"sterile-load">,
): Need {
  const standing = standingJudgement(judged);
  const passed = [...judged, ...moved.map(({ was }) => was)].filter(({ body }) =>
    body.verdict === "pass"
  );
  const need = { need: "cycle", by: idsOf(passed) } as const;
  // Two cycles for one load: nobody knows which it lay in.
  const cycles = new Set(judged.map(({ body }) => body.cycle));
  if (cycles.size > 1) return { ...need, state: "failed", against: idsOf(judged) };
  if (standing === null) return { ...need, state: "missing", against: [] };
  if (standing.verdict !== "pass") return { ...need, state: "failed", against: [standing.id] };
  // Judged as another kind of load, or in another steriliser, it says nothing of this one.
  const isOfThis = standing.loadType === type && standing.steriliser === steriliser;
  return { ...need, state: isOfThis ? "met" : "missing", against: [] };
}
