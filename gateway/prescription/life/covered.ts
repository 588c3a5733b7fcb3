/**
 * What a pharmacist's approval is about: the findings of the verdict that it names. Of what other
 * rules found besides, no person has spoken.
 */
import type { Finding } from "../verdict.ts";
import type { DecisionBody } from "./decision_body.ts";
import type { Told } from "./told.ts";
import type { VerdictBody } from "./verdict_body.ts";

/** Levels that want a pharmacist (P3), the gravest first. */
const WANTING: readonly Finding["level"][] = ["red", "orange"];

/**
 * Those of `ruling` with a finding that wants a pharmacist, and that none of the approvals covers:
 * as grave, of the same rule, on the same lines and inputs. What could not be checked covers
 * nothing but itself: nobody knew what would come out. An approval of a verdict that has not come
 * here yet counts as if it covered all, until that comes.
 */
export function openOf(
  ruling: readonly Told<VerdictBody>[],
  approvals: readonly Told<DecisionBody>[],
  all: readonly Told<VerdictBody>[],
): Told<VerdictBody>[] {
  const named = new Set(approvals.flatMap(({ body }) => body.verdict ?? []));
  const here = new Set(all.flatMap(({ ids }) => ids));
  if ([...named].some((id) => !here.has(id))) return [];
  const seen = new Set(
    all.filter(({ ids }) => ids.some((id) => named.has(id)))
      .flatMap(({ body }) => body.findings.flatMap(coveredBy)),
  );
  return ruling.filter(({ body }) =>
    body.findings.some((one) => isWanting(one) && !seen.has(keyOf(one, one.level)))
  );
}

function isWanting({ level }: Finding): boolean {
  return level === "could-not-check" || WANTING.includes(level);
}

/** A finding covers itself, and the same where that is less grave. */
function coveredBy(one: Finding): string[] {
  const at = WANTING.indexOf(one.level);
  const levels = at < 0 ? [one.level] : WANTING.slice(at);
  return levels.map((level) => keyOf(one, level));
}

function keyOf({ rule, lines, inputs, missing }: Finding, level: Finding["level"]): string {
  // Of what could not be checked it is told what is missing; other inputs decided nothing.
  const rests = level === "could-not-check" ? [] : Object.entries(inputs).sort(byName);
  return JSON.stringify([rule, level, lines, rests, [...missing].sort()]);
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
