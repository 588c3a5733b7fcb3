/**
 * What counts in reports of several things that were said of one version of a prescription: two
 * centres that were apart have both reviewed it, and maybe two pharmacists decided. Each version
 * counts once, whatever came first; nothing here knows in which order it was heard.
 */
import { SIGNERS } from "../life/covered.ts";
import { isLater, type Mode } from "../life/pass.ts";
import { sorted } from "../life/told.ts";
import { type Outcome, OUTCOMES } from "../verdict.ts";

/** An entry's wall clock, and what tells apart what is of one moment. */
interface Moment {
  readonly wallMs: number;
  readonly place: string;
}

export interface GivenVerdict extends Moment {
  readonly mode: string;
  readonly outcome: string;
  /** Under which rules alone let it pass. */
  readonly code: string | null;
}

export interface GivenDecision extends Moment {
  readonly person: string;
  readonly decision: string;
  /** Ids of the answers that it is about. */
  readonly answers: readonly string[];
  /** Of the verdict that it names; `null`: it names none that is known. */
  readonly mode: string | null;
  /** How long was waited for it; `null`: nobody can tell. */
  readonly waitedMs: number | null;
}

/**
 * Of verdicts on one version those that count: one as it came, one of each later look. The county's
 * goes before the site's own, then the strictest, then the first.
 */
export function countedVerdicts<V extends GivenVerdict>(verdicts: readonly V[]): Set<V> {
  const looks = Map.groupBy(verdicts, ({ mode }) => lookOf(mode));
  return new Set([...looks.values()].map((some) => some.toSorted(byRank)[0]));
}

function lookOf(mode: string | null): string {
  return mode !== null && isLater(mode) ? mode : "first";
}

/**
 * Of verdicts on one version the one under whose code it is listed as passed by rules alone (P8):
 * also where another centre's is stricter, since until that was heard the prescription had passed.
 */
export function listedPasses<V extends GivenVerdict>(verdicts: readonly V[]): Set<V> {
  const passes = verdicts.filter(({ code }) => code !== null);
  return new Set(passes.toSorted(byRank).slice(0, 1));
}

const STRICTEST_FIRST: readonly string[] = OUTCOMES.toReversed() satisfies Outcome[];
const SITES_OWN: Mode = "degraded";

function byRank(one: GivenVerdict, other: GivenVerdict): number {
  return Number(one.mode === SITES_OWN) - Number(other.mode === SITES_OWN) ||
    STRICTEST_FIRST.indexOf(one.outcome) - STRICTEST_FIRST.indexOf(other.outcome) ||
    byTime(one, other);
}

function byTime(one: Moment, other: Moment): number {
  return one.wallMs - other.wallMs || (one.place < other.place ? -1 : 1);
}

/**
 * Of decisions on one version those that count as one that was waited for: one on it as it came,
 * one on each later look, and one over each of the prescriber's answers, or two where they are
 * signatures (P14). The one
 * that was waited for longest counts, so that no escalation is hidden.
 */
export function countedDecisions<D extends GivenDecision>(decisions: readonly D[]): Set<D> {
  return new Set(turnsOf(decisions).map((turn) => turn.toSorted(byWait)[0]));
}

/** Those that count as work of their persons: each has decided the same once. */
export function ownDecisions<D extends GivenDecision>(decisions: readonly D[]): Set<D> {
  return new Set(
    turnsOf(decisions).flatMap((turn) =>
      [...Map.groupBy(turn, ({ person }) => person).values()]
        .map((own) => own.toSorted(byWait)[0])
    ),
  );
}

function byWait(one: GivenDecision, other: GivenDecision): number {
  return (other.waitedMs ?? -1) - (one.waitedMs ?? -1) || byTime(one, other);
}

function turnsOf<D extends GivenDecision>(decisions: readonly D[]): (readonly D[])[] {
  const objects = Map.groupBy(
    decisions,
    ({ mode, answers }) => JSON.stringify([lookOf(mode), ...sorted(answers)]),
  );
  return [...objects.values()].flatMap((some) => {
    if (!some.some(({ decision }) => decision === "sign")) return [some];
    const persons = [...new Set(some.toSorted(byTime).map(({ person }) => person))];
    const turnOf = ({ person }: D) => Math.min(persons.indexOf(person), SIGNERS - 1);
    return [...Map.groupBy(some, turnOf).values()];
  });
}
