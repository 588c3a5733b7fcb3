/** What every scenario promises: nothing lost, nothing doubled, at both centres. */
import { begunOf, isAcknowledged, quantile, tookOf } from "./answers.ts";
import type { Promised, Report } from "./scenario.ts";

/** Keys that are named where something does not hold. */
const NAMED_MAX = 5;

/** All that a scenario promises, and whether it holds. */
export function promisesOf(report: Report): Promised[] {
  const { answers, counts, equalAfterSeconds, k6, scenario, promised } = report;
  // Where a run ends itself, it leaves those that wait without an answer.
  const unanswered = answers.filter((one) =>
    !isAcknowledged(one) && !(k6.aborted && one.status === 0)
  ).map(({ key }) => key);
  // What waits already has numbers of its own.
  const begun = scenario.script === undefined ? begunOf(answers) : 0;
  const unexpected = answers.filter((one) => isAcknowledged(one) && one.isUnexpected)
    .map(({ key }) => key);
  const atBoth = counts.flatMap(({ node, lost, doubled, unlinked, undecided }) => [
    none(`P1 T1: acknowledged and not at ${node}`, lost),
    none(`P1 T2: there twice at ${node}`, doubled),
    none(`P11: second decisions that are not linked at ${node}`, unlinked),
    none(`P12: never decided by a county, at ${node}`, undecided),
  ]);
  return [
    ...atBoth,
    none("no retry with the same key brought an answer", unanswered),
    none("decided otherwise than the mix says", unexpected),
    must("G6: both centres hold the same, by position and hash", !Number.isNaN(equalAfterSeconds)),
    // A script that fails would send nothing, and so lose nothing.
    must(
      "k6 noted what came of every prescription it sent",
      k6.iterations > 0 && (k6.aborted || answers.length === Math.max(begun, k6.iterations)),
      `${answers.length} of ${Math.max(begun, k6.iterations)}`,
    ),
    must("k6 sent all it was to send: dropped_iterations = 0", k6.dropped === 0, k6.dropped),
    ...promised,
    ...aimOf(report, scenario.aimP99Ms),
  ];
}

export function none(what: string, keys: readonly string[]): Promised {
  const named = keys.slice(0, NAMED_MAX).join(", ");
  const found = keys.length === 0 ? "0" : `${keys.length}: ${named}`;
  return { what, found, holds: keys.length === 0, isAim: false };
}

export function must(
  what: string,
  holds: boolean,
  found: unknown = holds ? "yes" : "no",
): Promised {
  return { what, found: String(found), holds, isAim: false };
}

function aimOf({ answers }: Report, aimMs: number | undefined): Promised[] {
  if (aimMs === undefined) return [];
  const p99 = quantile(tookOf(answers), 0.99);
  const found = `${p99.toFixed(1)} ms`;
  return [{
    what: `99 of 100 answers within ${aimMs} ms`,
    found,
    holds: p99 <= aimMs,
    isAim: true,
  }];
}
