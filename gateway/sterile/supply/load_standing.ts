/** Where a load stands: what it waits for, who released it, whether it has to come back (S5). */
import type { RulesInForce } from "../rules.ts";
import type { BodyOf } from "./event.ts";
import { type Evidence, evidenceOf, type Need, type NeedName, type UnfitPack } from "./evidence.ts";
import { type Told, type ToldOfSite } from "./told.ts";

export type LoadState =
  /** No judgement of its cycle has come. */
  | "loaded"
  /** Something is missing that has to be proved. */
  | "waiting"
  /** All is proved: one person may check it, then another release it. */
  | "ready"
  | "checked"
  | "released"
  /** An implant left before its biological result, which is still due. */
  | "released-early"
  /** It may not be released: its packs are to be opened and sterilised anew. */
  | "refused"
  /** It was released, and something speaks against it now, or a proof was taken back. */
  | "recalled";

export interface ReleasePair {
  readonly check: BodyOf<"sterile-release-step"> | null;
  readonly release: BodyOf<"sterile-release-step">;
  readonly isEarly: boolean;
}

export interface LoadStanding {
  readonly load: BodyOf<"sterile-load">;
  readonly state: LoadState;
  readonly cycle: BodyOf<"sterile-cycle"> | null;
  readonly hasImplants: boolean;
  readonly needs: readonly Need[];
  /** Names of what is missing, or failed. */
  readonly open: readonly NeedName[];
  /** By whom it was released; `null`: it is not. */
  readonly released: ReleasePair | null;
  /** Steps that do not count, with what is wrong with them. */
  readonly idle: readonly IdleStep[];
  /** Packs that are not to be used, whatever the load is. */
  readonly unfit: readonly UnfitPack[];
  /** Packs that lie in other loads too: a label was used twice, or scanned by mistake. */
  readonly elsewhere: readonly string[];
}

export interface IdleStep {
  readonly id: string;
  readonly why:
    /** The person had not seen the proof of these. */
    | { readonly kind: "unproved"; readonly needs: readonly NeedName[] }
    /** Nobody checked it before, or the same person did. */
    | { readonly kind: "needs-another-person" }
    /** No release has followed it. */
    | { readonly kind: "not-released" };
}

export function loadStanding(
  told: ToldOfSite,
  loadId: string,
  rules: RulesInForce,
): LoadStanding | null {
  const load = told.loads.get(loadId)?.body;
  if (load === undefined) return null;
  const evidence = evidenceOf(told, load, rules);
  const steps = told.stepsOfLoad.get(loadId) ?? [];
  const persons = rules.one("release-steps")?.persons ?? 2;
  const { released, checked, idle } = releaseOf(steps, evidence, persons);
  const { cycle, hasImplants, needs } = evidence;
  const open = needs.filter(({ state }) => state !== "met").map(({ need }) => need);
  return {
    load,
    state: stateOf(evidence, released, checked),
    cycle,
    hasImplants,
    needs,
    open,
    released,
    idle,
    unfit: evidence.unfit,
    elsewhere: load.packs.filter((pack) => (told.loadsOfPack.get(pack) ?? []).length > 1),
  };
}

function stateOf(
  { cycle, needs, emergency }: Evidence,
  released: ReleasePair | null,
  checked: boolean,
): LoadState {
  const all = emergency === null ? needs : [...needs, emergency];
  const failed = all.some(({ state }) => state === "failed");
  const unmet = needs.filter(({ state }) => state !== "met");
  if (released !== null) {
    if (failed) return "recalled";
    if (released.isEarly && unmet.every(({ need }) => need === "biological")) {
      return unmet.length > 0 ? "released-early" : "released";
    }
    return unmet.length > 0 ? "recalled" : "released";
  }
  if (failed) return "refused";
  if (cycle === null) return "loaded";
  if (checked) return "checked";
  return unmet.length === 0 ? "ready" : "waiting";
}

type Step = BodyOf<"sterile-release-step">;

/**
 * A step counts by what its person had seen: proof of every need. What came to light later takes
 * nothing from it, and makes a recall instead. The second step has to have seen the first.
 */
function releaseOf(
  told: readonly Told<"sterile-release-step">[],
  evidence: Evidence,
  persons: number,
): {
  readonly released: ReleasePair | null;
  readonly checked: boolean;
  readonly idle: readonly IdleStep[];
} {
  const steps = told.map(({ body }) => body);
  const unproved = (step: Step) => unprovedBy(step, evidence);
  const proved = steps.filter((step) => unproved(step).length === 0);
  const checks = proved.filter(({ step }) => step === "check");
  const pairs = proved.filter(({ step }) => step === "release").flatMap(
    (release): ReleasePair[] => {
      const isEarly = release.emergency !== undefined && evidence.emergency !== null;
      if (persons === 1) return [{ check: null, release, isEarly }];
      const check = checks.find(({ id, by }) =>
        by.id !== release.by.id && release.seen.includes(id)
      );
      return check === undefined ? [] : [{ check, release, isEarly }];
    },
  );
  // One that waited for all of it comes before one that did not.
  const released = pairs.find(({ isEarly }) => !isEarly) ?? pairs[0] ?? null;
  const used = new Set(pairs.flatMap(({ check, release }) => [check?.id, release.id]));
  const idle = steps.filter(({ id }) => !used.has(id)).map((step): IdleStep => {
    const needs = unproved(step);
    if (needs.length > 0) return { id: step.id, why: { kind: "unproved", needs } };
    const kind = step.step === "check" ? "not-released" : "needs-another-person";
    return { id: step.id, why: { kind } };
  });
  return { released, checked: checks.length > 0, idle };
}

function unprovedBy(
  { seen, emergency }: Step,
  { needs, emergency: instead }: Evidence,
): NeedName[] {
  const isEarly = emergency !== undefined && instead !== null;
  const wanted = isEarly ? [...needs.filter(({ need }) => need !== "biological"), instead] : needs;
  return wanted.filter((one) => !isProvedTo(one, seen)).map(({ need }) => need);
}

/** What no entry proves is proved by its state; what one does, by having been seen. */
function isProvedTo({ need, state, by, wanted = 1 }: Need, seen: readonly string[]): boolean {
  if (need === "packs") return state === "met";
  // It is known by what speaks against it; what does makes a recall.
  if (need === "steriliser") return true;
  return by.filter((id) => seen.includes(id)).length >= wanted;
}
