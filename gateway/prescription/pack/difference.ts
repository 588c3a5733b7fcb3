/** What another pack would have decided of the same prescriptions. */
import type { Facts } from "../facts.ts";
import { type Outcome, outcomeOf } from "../verdict.ts";
import type { Reviewer } from "./reviewer.ts";

export interface Changed {
  readonly site: string;
  readonly id: string;
  readonly from: Outcome;
  readonly to: Outcome;
  /** Rules with their levels that only one of the two found. */
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

/**
 * `null`: both find the same. A prescription is reviewed as of its issue; one whose outcome stays
 * while its findings differ is told as well.
 */
export function differenceOf(facts: Facts, before: Reviewer, after: Reviewer): Changed | null {
  const [old, now] = [before, after].map((reviewer) => {
    const findings = reviewer.review(facts, facts.issuedMs);
    const rules = findings.map(({ rule, level, lines }) => `${rule} ${level} [${lines}]`);
    return { outcome: outcomeOf(findings), rules: new Set(rules) };
  });
  const gone = [...old.rules].filter((rule) => !now.rules.has(rule));
  const come = [...now.rules].filter((rule) => !old.rules.has(rule));
  if (gone.length === 0 && come.length === 0) return null;
  return { site: facts.site, id: facts.id, from: old.outcome, to: now.outcome, gone, come };
}
