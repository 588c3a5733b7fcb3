/** Packs that are not to be used on a patient, and those that were all the same (S5). */
import type { Stamp } from "../../../sync/entry.ts";
import { dayText } from "../../china_calendar.ts";
import type { RulesInForce } from "../rules.ts";
import { type LoadStanding, loadStanding } from "./load_standing.ts";
import { isReceived, type PackTrace } from "./pack_trace.ts";
import { whyUnproved } from "./supplier_proof.ts";
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
  /** An implant without its supplier's result, or with one that did not pass. */
  "supplier-unproved",
  /** Its own indicator. */
  "chemical-failed",
  "expired",
  /** By a clock that could not be believed: beside what was said by it. */
  "clock-in-doubt",
  /** On another patient. */
  "used-before",
  /** It was called back, and did come back. */
  "came-back",
] as const;
export type UseDoubt = typeof USE_DOUBTS[number];

/** A day in China, and whether the clock that says so could be believed. */
export interface Today {
  readonly day: string;
  readonly isBelieved: boolean;
}

export function todayBy({ wallMs, clock }: Pick<Stamp, "wallMs" | "clock">): Today {
  return { day: dayText(wallMs), isBelieved: clock !== "untrusted" };
}

/**
 * Why a pack is not to be used; none: nothing speaks against it. `today`: the day of the use;
 * `patient`: on whom, `null` where nobody has said so yet.
 */
export function useDoubts(trace: PackTrace, today: Today, patient: string | null): UseDoubt[] {
  const { pack, packed, received, loads, where } = trace;
  const expires = (packed ?? received)?.expires ?? null;
  const isExpired = expires !== null && expires < today.day;
  const isUnfit = loads.some(({ unfit }) => unfit.some((one) => one.pack === pack));
  const doubts: (UseDoubt | null)[] = [
    packed === null && received === null ? "unknown-label" : null,
    trace.isCalledBack ? "called-back" : null,
    trace.unproved === null ? null : "supplier-unproved",
    ...loads.length === 1 ? [loadDoubt(loads[0])] : [],
    packed !== null && loads.length === 0 ? "never-loaded" : null,
    loads.length > 1 ? "two-loads" : null,
    isUnfit ? "chemical-failed" : null,
    isExpired ? "expired" : null,
    isExpired && !today.isBelieved ? "clock-in-doubt" : null,
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
  const isAnswered = (pack: string): boolean => {
    const received = isReceived(told, pack) ? told.received.get(pack) : undefined;
    return received !== undefined && whyUnproved(received.body, rules) === null;
  };
  return told.of("sterile-use").filter(({ body: { pack } }) =>
    !isAnswered(pack) &&
    !(told.loadsOfPack.get(pack) ?? []).some(({ body }) => isReleased(body.load))
  );
}
