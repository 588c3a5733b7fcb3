/**
 * What happened in a day of review: verdicts by outcome, level, mode and site; what passed by rules
 * alone, each under its code (P8); what sites decided alone and what came of it (P12).
 */
import { AUTOMATIC_PASSES, isLater } from "../life/pass.ts";

/**
 * So many verdicts alike, each version of a prescription once. `code`: of an automatic pass, `null`
 * for all else; `passed`: so many are listed under it.
 */
export interface VerdictCount {
  readonly site: string;
  readonly mode: string;
  readonly outcome: string;
  readonly level: string;
  readonly code: string | null;
  readonly count: number;
  readonly passed: number;
}

/** So many degraded verdicts of a site; `after`: what the county's review said, `null`: not yet. */
export interface AfterCount {
  readonly site: string;
  readonly outcome: string;
  readonly after: string | null;
  readonly count: number;
}

/** Decisions, and prescriptions that wait now, against the moments of P8. */
export interface Waits {
  readonly decided: number;
  readonly warned: number;
  readonly escalated: number;
  readonly waiting: number;
  readonly waitingEscalated: number;
}

export interface Counted {
  readonly name: string;
  readonly count: number;
}

export interface DayReport {
  /** Prescriptions with a verdict on them as they came; those of a later review are apart. */
  readonly verdicts: number;
  /** Each code of a pass by rules alone, also those of which there was none. */
  readonly passes: readonly Counted[];
  readonly outcomes: readonly Counted[];
  readonly levels: readonly Counted[];
  readonly modes: readonly Counted[];
  readonly sites: readonly {
    readonly site: string;
    readonly verdicts: number;
    readonly passes: number;
    readonly degraded: number;
    readonly intercepted: number;
  }[];
  readonly degraded: {
    readonly all: number;
    readonly reviewed: number;
    readonly owed: number;
    /** The county's later review said otherwise. */
    readonly otherwise: number;
  };
  readonly waits: Waits;
}

export function dayReportOf(
  counts: readonly VerdictCount[],
  afters: readonly AfterCount[],
  waits: Waits,
): DayReport {
  const first = counts.filter(({ mode }) => !isLater(mode));
  const codes = Map.groupBy(first, ({ code }) => code);
  const sites = Map.groupBy(first, ({ site }) => site);
  return {
    verdicts: total(first),
    passes: AUTOMATIC_PASSES.map((name) => ({
      name,
      count: passed(codes.get(name) ?? []),
    })),
    outcomes: countedBy(first, ({ outcome }) => outcome),
    levels: countedBy(first, ({ level }) => level),
    modes: countedBy(counts, ({ mode }) => mode),
    sites: [...sites].map(([site, some]) => ({
      site,
      verdicts: total(some),
      passes: passed(some),
      degraded: total(some.filter(({ mode }) => mode === "degraded")),
      intercepted: total(some.filter(({ outcome }) => outcome === "intercept")),
    })).sort((a, b) => a.site < b.site ? -1 : 1),
    degraded: {
      all: total(afters),
      reviewed: total(afters.filter(({ after }) => after !== null)),
      owed: total(afters.filter(({ after }) => after === null)),
      otherwise: total(afters.filter(({ after, outcome }) => after !== null && after !== outcome)),
    },
    waits,
  };
}

function total(some: readonly { readonly count: number }[]): number {
  return some.reduce((sum, { count }) => sum + count, 0);
}

function passed(some: readonly VerdictCount[]): number {
  return some.reduce((sum, { passed }) => sum + passed, 0);
}

/** The most first; what another centre's verdict counts for is not named. */
function countedBy(
  counts: readonly VerdictCount[],
  nameOf: (one: VerdictCount) => string,
): Counted[] {
  const groups = Map.groupBy(counts, nameOf);
  return [...groups].map(([name, some]) => ({ name, count: total(some) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
