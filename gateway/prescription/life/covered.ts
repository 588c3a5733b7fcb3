/**
 * What a pharmacist's approval is about: the findings of the verdict that it names; and what a
 * prescriber's insistence is about. Of what other rules found besides, no person has spoken.
 */
import type { Finding } from "../verdict.ts";
import type { AnswerBody, DecisionBody } from "./decision_body.ts";
import { sorted, type Told } from "./told.ts";
import type { VerdictBody } from "./verdict_body.ts";

/** Levels that want a pharmacist (P3), the gravest first. */
const WANTING: readonly Finding["level"][] = ["red", "orange"];

/** Two persons sign (P14). */
export const SIGNERS = 2;

/** Whether somebody saw this finding. */
type Sees = (one: Finding) => boolean;

/** All that was said of one content. */
interface Said {
  readonly verdicts: readonly Told<VerdictBody>[];
  readonly decisions: readonly Told<DecisionBody>[];
}

/**
 * Those of `ruling` with a finding that wants a pharmacist, and that none of the approvals covers:
 * as grave, of the same rule, on the same lines and inputs. What could not be checked covers
 * nothing but itself: nobody knew what would come out. An approval of a verdict that has not come
 * here yet counts as if it covered all, until that comes.
 */
export function openOf(
  ruling: readonly Told<VerdictBody>[],
  approvals: readonly Told<DecisionBody>[],
  said: Said,
): Told<VerdictBody>[] {
  const sees = approvals.map(({ body }) => seesVerdict(body.verdict, said));
  return ruling.filter(({ body }) =>
    body.findings.some((one) => isWanting(one) && !sees.some((saw) => saw(one)))
  );
}

/**
 * The same of those with a red finding, which nothing covers but an insistence of the prescriber
 * who saw it, with the signatures of two persons who both saw it (P3, P14).
 */
export function openRedOf(
  ruling: readonly Told<VerdictBody>[],
  insisted: readonly Told<AnswerBody>[],
  approvals: readonly Told<DecisionBody>[],
  said: Said,
): Told<VerdictBody>[] {
  const all = insisted.map((answer) => ({
    sees: seesObject(answer.body.to, said),
    signatures: approvals.filter(({ body }) => isOver(body, answer))
      .map(({ body }) => ({ person: body.by.id, sees: seesVerdict(body.verdict, said) })),
  }));
  const isSigned = (one: Finding) =>
    all.some(({ sees, signatures }) => {
      const persons = signatures.filter((signature) => signature.sees(one))
        .map(({ person }) => person);
      return sees(one) && sorted(persons).length >= SIGNERS;
    });
  return ruling.filter(({ body }) =>
    body.findings.some((one) => one.level === "red" && !isSigned(one))
  );
}

/** Whether the prescriber who insists has seen all that is red in one of these. */
export function isAbout(
  { body: { to } }: Told<AnswerBody>,
  reds: readonly Told<VerdictBody>[],
  said: Said,
): boolean {
  const sees = seesObject(to, said);
  return reds.some(({ body }) => body.findings.every((one) => one.level !== "red" || sees(one)));
}

/** Whether a decision is over this answer. */
export function isOver({ answers }: DecisionBody, { ids }: Told<AnswerBody>): boolean {
  return answers.some((id) => ids.includes(id));
}

/** What is seen by who answers this verdict, or this decision on a verdict. */
function seesObject(to: string, said: Said): Sees {
  const decision = said.decisions.find(({ ids }) => ids.includes(to));
  return seesVerdict(decision === undefined ? to : decision.body.verdict, said);
}

function seesVerdict(id: string | null, { verdicts }: Said): Sees {
  if (id === null) return () => false;
  const named = verdicts.filter(({ ids }) => ids.includes(id));
  if (named.length === 0) return () => true;
  const seen = new Set(named.flatMap(({ body }) => body.findings.flatMap(coveredBy)));
  return (one) => seen.has(keyOf(one, one.level));
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
