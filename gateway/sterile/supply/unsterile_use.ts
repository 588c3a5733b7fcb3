/** Packs that are not to be used on a patient, and those that were all the same (S5). */
import type { RulesInForce } from "../rules.ts";
import { type LoadStanding, loadStanding } from "./load_standing.ts";
import { isReceived, type PackTrace } from "./pack_trace.ts";
import type { Told, ToldOfSite } from "./told.ts";

export const USE_DOUBTS = [
  /** Nobody packed or received it here: not traceable, or no label at all. */
  "unknown-label",
  "never-loaded",
  "two-loads",
  /** It was loaded, and no cycle is known. */
  "never-sterilised",
  "cycle-failed",
  "cycle-undetermined",
  "not-released",
  "called-back",
  /** Its own indicator. */
  "chemical-failed",
  "expired",
  /** On another patient. */
  "used-before",
  /** It was called back, and did come back. */
  "came-back",
] as const;
export type UseDoubt = typeof USE_DOUBTS[number];

/**
 * Why a pack is not to be used; none: nothing speaks against it. `day`: of the use, in China;
 * `patient`: on whom, `null` where nobody has said so yet.
 */
export function useDoubts(trace: PackTrace, day: string, patient: string | null): UseDoubt[] {
  const { pack, packed, received, loads, where } = trace;
  const expires = (packed ?? received)?.expires ?? null;
  const isUnfit = loads.some(({ unfit }) => unfit.some((one) => one.pack === pack));
  const doubts: (UseDoubt | null)[] = [
    packed === null && received === null ? "unknown-label" : null,
    trace.isCalledBack ? "called-back" : null,
    ...loads.length === 1 ? [loadDoubt(loads[0])] : [],
    packed !== null && loads.length === 0 ? "never-loaded" : null,
    loads.length > 1 ? "two-loads" : null,
    isUnfit ? "chemical-failed" : null,
    expires !== null && expires < day ? "expired" : null,
    where.kind === "used" && where.uses.some((use) => use.patient !== patient)
      ? "used-before"
      : null,
    where.kind === "back" ? "came-back" : null,
  ];
  return doubts.filter((doubt) => doubt !== null);
}

function loadDoubt({ state, cycle }: LoadStanding): UseDoubt | null {
  if (state === "released" || state === "released-early") return null;
  if (state === "recalled") return "called-back";
  if (cycle === null) return "never-sterilised";
  if (cycle.verdict === "fail") return "cycle-failed";
  return cycle.verdict === "undetermined" ? "cycle-undetermined" : "not-released";
}

/**
 * Uses of packs of which no load was released, and for which no other supply answers; of all packs
 * whose loads are among what is told.
 */
export function unreleasedUses(told: ToldOfSite, rules: RulesInForce): Told<"sterile-use">[] {
  const known = new Map<string, boolean>();
  const isReleased = (load: string): boolean => {
    const is = known.get(load) ?? (loadStanding(told, load, rules)?.released ?? null) !== null;
    known.set(load, is);
    return is;
  };
  return told.of("sterile-use").filter(({ body: { pack } }) =>
    !isReceived(told, pack) &&
    !(told.loadsOfPack.get(pack) ?? []).some(({ body }) => isReleased(body.load))
  );
}
