/** What has to be proved before a load is released, and what speaks for and against it (S5). */
import type { RulesInForce } from "../rules.ts";
import type { BodyOf } from "./event.ts";
import { biologicalsAgainst, biologicalsOf, bowieDickBefore } from "./steriliser_standing.ts";
import { idsOf, type Told, type ToldOfSite } from "./told.ts";

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
  /** Any of these proves it; what is known without an entry has none. */
  readonly by: readonly string[];
  /** What speaks against it. */
  readonly against: readonly string[];
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

export function evidenceOf(
  told: ToldOfSite,
  load: BodyOf<"sterile-load">,
  rules: RulesInForce,
): Evidence {
  const packs = load.packs.map((pack) => told.packs.get(pack)?.body);
  const hasImplants = packs.some((pack) => pack?.implant === true);
  const isKnown = packs.every((pack) => pack !== undefined);
  const judged = told.cyclesOfLoad.get(load.load) ?? [];
  const cycle = standingJudgement(judged);
  const needs: Need[] = [
    { need: "packs", state: isKnown ? "met" : "missing", by: [], against: [] },
    cycleNeed(judged, load),
  ];
  if (cycle !== null) {
    const { steriliser, started } = cycle;
    if (cycle.method !== "gravity") {
      const { state, ids, passed } = bowieDickBefore(told, steriliser, started, rules);
      const against = state === "passed" ? [] : ids;
      const isMet = state === "passed";
      needs.push({ need: "bowie-dick", state: isMet ? "met" : state, by: passed, against });
    }
    const against = biologicalsAgainst(biologicalsOf(told, steriliser), started, rules);
    const isFree = against.length === 0;
    needs.push({ need: "steriliser", state: isFree ? "met" : "failed", by: [], against });
  }
  const indicators = cycle === null ? [] : told.indicatorsOfCycle.get(cycle.cycle) ?? [];
  const chemical = indicators.filter(({ body }) => body.indicator === "chemical");
  const ofPacks = chemical.filter(({ body }) => isOfPack(body));
  const ofLoad = chemical.filter((one) => one.body.result === "pass" || !ofPacks.includes(one));
  needs.push(resultNeed("chemical", ofLoad, rules.one("chemical")?.results ?? 1));
  const biological = indicators.filter(({ body }) =>
    body.indicator === "biological" && body.controlGrew
  );
  // Of what is no implant, one that failed speaks against the steriliser.
  if (hasImplants) needs.push(resultNeed("biological", biological, 1));
  const emergencyClass = rules.one("emergency-class")?.class;
  const inTestPack = chemical.filter(({ body }) =>
    body.indicator === "chemical" && body.class === emergencyClass && body.place === "pcd"
  );
  const emergency = hasImplants ? resultNeed("emergency-indicator", inTestPack, 1) : null;
  return { cycle, hasImplants, needs, unfit: unfitPacks(load.packs, ofPacks), emergency };
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
  return { need, state, by: passed, against: failed };
}

/**
 * Of several judgements of a load: one that failed, whatever else is said; else those that know
 * most, and of them what is less than a pass.
 */
export function standingJudgement(
  judged: readonly Told<"sterile-cycle">[],
): BodyOf<"sterile-cycle"> | null {
  const failed = judged.find(({ body }) => body.verdict === "fail");
  if (failed !== undefined) return failed.body;
  const newest = newestOf(judged);
  return (newest.find(({ body }) => body.verdict !== "pass") ?? newest[0])?.body ?? null;
}

function newestOf(judged: readonly Told<"sterile-cycle">[]): readonly Told<"sterile-cycle">[] {
  const isNewer = (one: Told<"sterile-cycle">, other: Told<"sterile-cycle">) => {
    const [a, b] = [one.body.upTo, other.body.upTo];
    return a.life - b.life || a.seq - b.seq;
  };
  return judged.filter((one) => judged.every((other) => isNewer(one, other) >= 0));
}

function cycleNeed(
  judged: readonly Told<"sterile-cycle">[],
  { steriliser, type }: BodyOf<"sterile-load">,
): Need {
  const standing = standingJudgement(judged);
  const passed = idsOf(
    judged.filter(({ body }) =>
      body.verdict === "pass" && body.loadType === type && body.steriliser === steriliser
    ),
  );
  // Two cycles for one load: nobody knows which it lay in.
  const cycles = new Set(judged.map(({ body }) => body.cycle));
  if (cycles.size > 1) {
    return { need: "cycle", state: "failed", by: passed, against: idsOf(judged) };
  }
  if (standing === null) return { need: "cycle", state: "missing", by: [], against: [] };
  // Judged as another kind of load, or in another steriliser, it says nothing of this one.
  return standing.verdict === "pass"
    ? { need: "cycle", state: passed.length > 0 ? "met" : "missing", by: passed, against: [] }
    : { need: "cycle", state: "failed", by: passed, against: [standing.id] };
}
