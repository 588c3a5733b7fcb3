/** Runs the cases that a pack brings along: it is refused when one fails. */
import { ALWAYS_RULES } from "./always_found.ts";
import { factsOf, type PackCase } from "./case.ts";
import type { PackFault } from "./document.ts";
import type { Reviewer } from "./reviewer.ts";

/** What the cases found otherwise than they expected; empty: all is as expected. */
export function failedCases(reviewer: Reviewer): PackFault[] {
  const { cases } = reviewer.pack;
  const ids = new Set<string>();
  return cases.flatMap((one, index) => {
    const path = ["cases", index];
    const again = ids.has(one.id)
      ? [{ path: [...path, "id"], message: `there is a case "${one.id}" already` }]
      : [];
    ids.add(one.id);
    const told = difference(reviewer, one);
    return told.length === 0
      ? again
      : [...again, { path: [...path, "expect"], message: `"${one.id}": ${told.join("; ")}` }];
  });
}

function difference(reviewer: Reviewer, one: PackCase): string[] {
  const { facts, atMs } = factsOf(one);
  const prefix = `${reviewer.pack.head.name}/`;
  const found = new Map(
    reviewer.review(facts, atMs).map(({ rule, level }) => [
      ALWAYS_RULES.has(rule) || !rule.startsWith(prefix) ? rule : rule.slice(prefix.length),
      level,
    ]),
  );
  const missed = Object.entries(one.expect).flatMap(([rule, level]) => {
    const got = found.get(rule);
    if (got === level) return [];
    return [`want ${rule} ${level}, found ${got ?? "nothing of it"}`];
  });
  const extra = [...found].filter(([rule]) => !Object.hasOwn(one.expect, rule))
    .map(([rule, level]) => `found ${rule} ${level}, which is not expected`);
  return [...missed, ...extra];
}

/** Rules and rows of which no case has a finding: nobody has seen them hold. */
export function untriedRules({ pack }: Reviewer): string[] {
  const tried = new Set(pack.cases.flatMap(({ expect }) => Object.keys(expect)));
  return pack.rules.filter(({ id }) =>
    ![...tried].some((name) => name === id || name.startsWith(`${id}/`))
  ).map(({ id }) => id);
}
