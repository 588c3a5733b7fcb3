/**
 * What a pharmacist's approval is about: the findings of the verdict that it names; and what a
 * prescriber's insistence is about. Of what other rules found besides, no person has spoken.
 */
import type { Earlier, Finding } from "../verdict.ts";
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
 * here yet counts as if it covered all, until that comes. What a node of before found, and did not
 * tell of which medicines of earlier, is of those that its history had.
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

/** A verdict with red findings over which nobody has signed enough, and how far that has come. */
export interface OpenRed {
  readonly verdict: Told<VerdictBody>;
  /** Insistences of a prescriber who saw all of these, the one that most have signed over first. */
  readonly insisted: readonly Insisted[];
  /** What pharmacists who saw all of these decided: the prescriber may answer that. */
  readonly seen: readonly Told<DecisionBody>[];
}

interface Insisted {
  readonly answer: Told<AnswerBody>;
  /** Signatures over it of persons who saw all of these. */
  readonly signed: readonly Told<DecisionBody>[];
}

/**
 * Those of `ruling` with a red finding, which nothing covers but an insistence of the prescriber
 * who saw it, with the signatures of two persons who both saw it (P3, P14). That which is nearest
 * to being signed comes first, then that of which most is open.
 */
export function openRedOf(
  ruling: readonly Told<VerdictBody>[],
  insisted: readonly Told<AnswerBody>[],
  approvals: readonly Told<DecisionBody>[],
  said: Said,
): OpenRed[] {
  const signatures = approvals.map((one) => ({ one, sees: seesVerdict(one.body.verdict, said) }));
  const all = insisted.map((answer) => ({
    answer,
    sees: seesObject(answer.body.to, said),
    over: signatures.filter(({ one }) => isOver(one.body, answer)),
  }));
  const isSigned = (finding: Finding) =>
    all.some(({ sees, over }) =>
      sees(finding) &&
      personsOf(over.filter((signature) => signature.sees(finding)).map(({ one }) => one))
          .length >= SIGNERS
    );
  const found = ruling.flatMap((verdict) => {
    const open = verdict.body.findings.filter((one) => one.level === "red" && !isSigned(one));
    if (open.length === 0) return [];
    const seenIn = (some: typeof signatures) =>
      some.filter(({ sees }) => open.every(sees)).map(({ one }) => one);
    const about = all.filter(({ sees }) => open.every(sees))
      .map(({ answer, over }) => ({ answer, signed: seenIn(over) }))
      .sort((one, other) => signersOf(other) - signersOf(one));
    return [{ verdict, insisted: about, seen: seenIn(signatures), count: open.length }];
  });
  return found.sort((one, other) => nearness(other) - nearness(one) || other.count - one.count);
}

function signersOf({ signed }: Insisted): number {
  return personsOf(signed).length;
}

/** 2: somebody has signed, 1: the prescriber insists, 0: neither. */
function nearness({ insisted: [first] }: OpenRed): number {
  return first === undefined ? 0 : 1 + Math.min(1, signersOf(first));
}

/** Who they are by, sorted. */
export function personsOf(decisions: readonly Told<DecisionBody>[]): string[] {
  return sorted(decisions.map(({ body }) => body.by.id));
}

/** Of these verdicts those that the answer is to, or that a decision is about to which it is. */
export function namedBy(
  { body: { to } }: Told<AnswerBody>,
  verdicts: readonly Told<VerdictBody>[],
  { decisions }: Said,
): Told<VerdictBody>[] {
  const decision = decisions.find(({ ids }) => ids.includes(to));
  const id = decision === undefined ? to : decision.body.verdict;
  return verdicts.filter(({ ids }) => id !== null && ids.includes(id));
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
  const before = named.filter(({ body }) => isOfBefore(body)).map(({ body }) => sawBefore(body));
  return (one) => seen.has(keyOf(one, one.level)) || before.some((saw) => saw(one));
}

/** Stored before findings told what of the history they rest on, when its lines had no version. */
function isOfBefore({ history }: VerdictBody): boolean {
  return history !== null && history.length > 0 &&
    history.every(({ version }) => version === undefined);
}

/** It was found without telling on what, and all that it rests on was in its history. */
function sawBefore({ findings, history }: VerdictBody): Sees {
  const seen = new Set(findings.flatMap(coveredBy));
  const had = new Set((history ?? []).map(collectionOf));
  return ({ earlier = [], earlierBeside, ...one }) =>
    earlierBeside === undefined && earlier.length > 0 &&
    earlier.every((line) => had.has(collectionOf(line))) && seen.has(keyOf(one, one.level));
}

function collectionOf({ site, prescription, issuedMs, untilMs, drug }: Earlier): string {
  return JSON.stringify([site, prescription, issuedMs, untilMs, drug]);
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

function keyOf(
  { rule, lines, inputs, missing, earlier = [], earlierBeside }: Finding,
  level: Finding["level"],
): string {
  // Of what could not be checked it is told what is missing; other inputs decided nothing.
  const rests = level === "could-not-check" ? [] : Object.entries(inputs).sort(byName);
  const past = [...earlier.map(placeOf), earlierBeside?.hash ?? null];
  return JSON.stringify([rule, level, lines, rests, [...missing].sort(), past]);
}

/** Another collection of the same medicine is another matter. */
function placeOf({ site, prescription, version, line, issuedMs, untilMs, drug }: Earlier) {
  return [site, prescription, version ?? null, line ?? null, issuedMs, untilMs, drug];
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
