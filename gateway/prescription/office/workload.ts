/** Who decided how many, and how long it took: by pharmacist, and by hour of the day (P8). */
import { hourOf } from "../../china_calendar.ts";

/** A pharmacist's decision; moments in ms since 1970 UTC, `null` where nobody can tell. */
export interface DecisionRow {
  readonly person: string;
  readonly decidedMs: number;
  /** Since when a pharmacist was waited for. */
  readonly sinceMs: number | null;
  /** When this one took it. */
  readonly takenMs: number | null;
  /** Of several decisions on the same, by both centres: whether this one counts for all of them. */
  readonly counts: boolean;
  /** Whether it counts as work of its person. */
  readonly isOwn: boolean;
}

/** Milliseconds; `null`: of none of them. */
export interface Lengths {
  readonly count: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

export interface Work {
  readonly decided: number;
  /** From since a pharmacist was waited for until the decision. */
  readonly wait: Lengths;
  /** From taking it until the decision. */
  readonly handling: Lengths;
  /** Of those whose wait is known, how many were not escalated. */
  readonly inTime: number;
}

export interface Workload {
  readonly all: Work;
  readonly persons: readonly (Work & { readonly person: string })[];
  /** Of the day in Asia/Shanghai, those with work. */
  readonly hours: readonly (Work & { readonly hour: number })[];
}

/**
 * A person's work is each decision; of all, and by hour, what two centres decided on the same
 * counts once. In time is what took less than the moment of escalation: at it, it is
 * escalated.
 */
export function workloadOf(rows: readonly DecisionRow[], escalateMs: number): Workload {
  const work = (some: readonly DecisionRow[]) => workOf(some, escalateMs);
  const once = rows.filter(({ counts }) => counts);
  const persons = Map.groupBy(rows.filter(({ isOwn }) => isOwn), ({ person }) => person);
  const hours = Map.groupBy(once, ({ decidedMs }) => hourOf(decidedMs));
  return {
    all: work(once),
    persons: [...persons].map(([person, some]) => ({ person, ...work(some) }))
      .sort((a, b) => b.decided - a.decided || (a.person < b.person ? -1 : 1)),
    hours: [...hours].map(([hour, some]) => ({ hour, ...work(some) }))
      .sort((a, b) => a.hour - b.hour),
  };
}

function workOf(rows: readonly DecisionRow[], escalateMs: number): Work {
  const waits = rows.flatMap(({ decidedMs, sinceMs }) => lengthOf(sinceMs, decidedMs));
  const handling = rows.flatMap(({ decidedMs, takenMs }) => lengthOf(takenMs, decidedMs));
  return {
    decided: rows.length,
    wait: lengthsOf(waits),
    handling: lengthsOf(handling),
    inTime: waits.filter((ms) => ms < escalateMs).length,
  };
}

/** What clocks of two nodes make negative took no time that anybody could tell. */
function lengthOf(fromMs: number | null, toMs: number): number[] {
  return fromMs === null ? [] : [Math.max(0, toMs - fromMs)];
}

export function lengthsOf(lengths: readonly number[]): Lengths {
  const sorted = lengths.toSorted((a, b) => a - b);
  return {
    count: sorted.length,
    medianMs: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
  };
}

/** By nearest rank: a length that there was, so many or more of all being no longer. */
function percentile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.ceil(share * sorted.length) - 1];
}
