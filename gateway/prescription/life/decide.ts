/**
 * What stands of all that rules, pharmacists and the prescriber said of one content:
 *
 * 1. what any rule calls black is stopped, whoever says otherwise (P3);
 * 2. then persons: the strictest stands, what the prescriber answered is open again, and an
 *    approval is of no more than the findings of the verdict that it names (P12);
 * 3. a red finding needs the prescriber's insistence and two pharmacists who sign over it, and
 *    all three of them have seen it;
 * 4. then rules: the county's before the site's own, the strictest of equal rank (P11).
 *
 * Nothing here knows the time, so nothing passes by waiting.
 */
import type { Outcome } from "../verdict.ts";
import { isOver, openOf, type OpenRed, openRedOf, personsOf, SIGNERS } from "./covered.ts";
import { type AnswerBody, ANSWERS_MAX, type DecisionBody } from "./decision_body.ts";
import { sorted, type Told, type ToldOfVersion } from "./told.ts";
import type { VerdictBody } from "./verdict_body.ts";

export type DecidedState =
  /** No rule has looked yet. */
  | "screening"
  | "passed"
  | "noticed"
  /** A rescue order: it does not wait for what is still due (P12). */
  | "rescue"
  | "approved"
  /** A pharmacist has to decide; `signing`: one has signed, another has to (P14). */
  | "queued"
  | "signing"
  /** The prescriber has to answer. */
  | "asked"
  | "intercepted"
  | "refused"
  /** The prescriber took it back. */
  | "withdrawn";

export interface Decided {
  readonly state: DecidedState;
  readonly by: "rules" | "pharmacists" | "prescriber" | null;
  /** Ids of what the state rests on. */
  readonly stands: readonly string[];
  /** Who has to do something next, also where a rescue order does not wait for it. */
  readonly awaits: "review" | "second-signature" | "answer" | null;
  /** Since when, milliseconds since 1970 UTC. */
  readonly sinceMs: number | null;
  /** What the prescriber has to answer, or may already; whether it takes a second signature. */
  readonly toAnswer: readonly string[];
  readonly needsSignature: boolean;
  /** The prescriber's answers that a pharmacist's decision has to be about. */
  readonly over: readonly string[];
  /** Pharmacists who signed over the prescriber's insistence: the next has to be another. */
  readonly signers: readonly string[];
}

/** How strict what was said is: lets pass, waits, stops. */
export const STRICTNESS = {
  "passed": 0,
  "noticed": 0,
  "rescue": 0,
  "approved": 0,
  "screening": 1,
  "queued": 1,
  "signing": 1,
  "asked": 1,
  "intercepted": 2,
  "refused": 2,
  "withdrawn": 2,
  // Choices of verdicts and of decisions.
  "pass": 0,
  "notice": 0,
  "approve": 0,
  "sign": 0,
  "pharmacist": 1,
  "could-not-check": 1,
  "ask": 1,
  "intercept": 2,
  "refuse": 2,
} as const satisfies Record<DecidedState | Outcome | DecisionBody["decision"], number>;

export function decide(told: ToldOfVersion): Decided {
  const decided = judged(told);
  const isRescue = told.prescription?.rescue === true ||
    told.dispensings.some(({ body }) => body.outcome === "rescue");
  const waits = STRICTNESS[decided.state] === 1 && decided.state !== "screening";
  return isRescue && waits ? { ...decided, state: "rescue" } : decided;
}

function judged(told: ToldOfVersion): Decided {
  const black = told.verdicts.filter(({ body }) => body.outcome === "intercept");
  if (black.length > 0) return settled("intercepted", "rules", black);
  const talk = talkOf(told);
  const taken = talk.answers.filter(({ body }) => body.answer === "accept");
  if (taken.length > 0) return settled("withdrawn", "prescriber", taken);
  const objections = talk.objections.filter((one) => !isAnswered(one, talk.answers));
  const refusals = objections.filter(({ body }) => body.decision === "refuse");
  if (refusals.length > 0) return settled("refused", "pharmacists", refusals);
  if (objections.length > 0) {
    const asked = waiting("asked", "pharmacists", objections);
    return { ...asked, toAnswer: idsOf(objections), needsSignature: talk.isRed };
  }
  const pending = pendingAnswers(talk);
  if (pending.length > 0 && talk.vouched === null) return overAnswers(pending, talk);
  if (talk.isRed) return ofRed(talk, told);
  if (talk.approvals.length === 0 && talk.vouched === null) return byRules(talk.ruling);
  // Whoever vouched by a token alone saw something; what, comes with the decision.
  const open = talk.vouched === null ? openOf(talk.ruling, talk.approvals, told) : [];
  if (open.length > 0) return waiting("queued", "rules", open);
  return settled("approved", "pharmacists", talk.approvals);
}

export interface Talk {
  /** Of the highest rank that has spoken: the county's, or the site's own alone. */
  readonly ruling: readonly Told<VerdictBody>[];
  readonly isRed: boolean;
  /** Those that count: by the prescriber of this very prescription. */
  readonly answers: readonly Told<AnswerBody>[];
  readonly objections: readonly Told<DecisionBody>[];
  /** Approvals and signatures; over an answer only where that counts. */
  readonly approvals: readonly Told<DecisionBody>[];
  /** As which pharmacists let it pass by a token that was used, and has not come here itself. */
  readonly vouched: "approved" | "signed" | null;
}

/** What counts of all that was said of one content. */
export function talkOf(told: ToldOfVersion): Talk {
  const ruling = rulingOf(told.verdicts);
  const answers = told.answers.filter((answer) => counts(answer, told));
  const said = (one: Told<DecisionBody>, ...kinds: DecisionBody["decision"][]) =>
    kinds.includes(one.body.decision);
  return {
    ruling,
    isRed: ruling.some(({ body }) => body.findings.some(({ level }) => level === "red")),
    answers,
    objections: told.decisions.filter((one) => said(one, "refuse", "ask")),
    approvals: told.decisions.filter((one) =>
      said(one, "approve", "sign") &&
      (one.body.answers.length === 0 || answers.some((answer) => isOver(one.body, answer)))
    ),
    vouched: vouchedOf(told),
  };
}

/** Verdicts of the highest rank that has spoken. */
export function rulingOf(verdicts: readonly Told<VerdictBody>[]): readonly Told<VerdictBody>[] {
  const county = verdicts.filter(({ body }) => body.mode !== "degraded");
  return county.length > 0 ? county : verdicts;
}

/**
 * Whether the county's rules have looked, and none of them with all that the other centre had of
 * the patient (P11).
 */
export function isUnheard(verdicts: readonly Told<VerdictBody>[]): boolean {
  const county = rulingOf(verdicts);
  return county.length > 0 &&
    county.every(({ body: { mode, unheard, facts } }) =>
      mode !== "degraded" && mode !== "after-split" && unheard !== undefined && facts !== undefined
    );
}

/** Only the prescriber's own answer counts (P3). */
export function counts({ body }: Told<AnswerBody>, { prescription }: ToldOfVersion): boolean {
  return prescription !== null && body.by.id === prescription.prescriber.id;
}

function vouchedOf(
  { verdicts, decisions, passTokens, dispensings }: ToldOfVersion,
): "approved" | "signed" | null {
  const known = new Set([...verdicts, ...decisions, ...passTokens].flatMap(({ ids }) => ids));
  const unknown = dispensings.filter(({ body }) => !known.has(body.token));
  const has = (pass: string) => unknown.some(({ body }) => body.outcome === pass);
  if (has("signed")) return "signed";
  return has("approved") ? "approved" : null;
}

/** A question is answered by words, a refusal only by insistence (P10). */
export function isAnswered(
  objection: Told<DecisionBody>,
  answers: readonly Told<AnswerBody>[],
): boolean {
  return answers.some(({ body: { to, answer } }) =>
    objection.ids.includes(to) &&
    (answer === "insist" || (answer === "explain" && objection.body.decision === "ask"))
  );
}

/** Answers to a pharmacist's objection about which no pharmacist has decided yet. */
function pendingAnswers({ answers, objections, approvals, isRed }: Talk): Told<AnswerBody>[] {
  return answers.filter((answer) => {
    const answered = objections.some((one) => isAnswered(one, [answer]));
    const renewed = objections.some(({ body }) => isOver(body, answer));
    const needed = isRed && answer.body.answer === "insist" ? SIGNERS : 1;
    return answered && !renewed && personsOf(signedOver(answer, approvals)).length < needed;
  });
}

/** A pharmacist has to decide over what the prescriber answered. */
function overAnswers(pending: readonly Told<AnswerBody>[], talk: Talk): Decided {
  if (!talk.isRed) return queuedOver(pending);
  const signed = pending.map((answer) => ({ answer, signed: signedOver(answer, talk.approvals) }));
  return signing(signed);
}

function signedOver(
  answer: Told<AnswerBody>,
  approvals: readonly Told<DecisionBody>[],
): Told<DecisionBody>[] {
  return approvals.filter(({ body }) => isOver(body, answer));
}

/** Over as many as one decision may be about; those left wait for the next one. */
function queuedOver(answers: readonly Told<AnswerBody>[]): Decided {
  const over = idsOf(answers).slice(0, ANSWERS_MAX);
  return { ...waiting("queued", "prescriber", answers), over };
}

/** One has signed over one of the answers, and another has to; or nobody has. */
function signing(answers: OpenRed["insisted"]): Decided {
  const begun = answers.find(({ signed }) => signed.length > 0);
  if (begun === undefined) return queuedOver(answers.map(({ answer }) => answer));
  return {
    ...waiting("signing", "pharmacists", begun.signed),
    awaits: "second-signature",
    over: begun.answer.ids,
    signers: personsOf(begun.signed),
  };
}

function ofRed(talk: Talk, told: ToldOfVersion): Decided {
  const { answers, approvals, ruling, vouched } = talk;
  const reds = redsOf(talk, told);
  const [first] = reds;
  if (first === undefined) {
    const open = vouched === null ? openOf(ruling, approvals, told) : [];
    if (open.length > 0) return waiting("queued", "rules", open);
    const insisted = answers.filter(({ body }) => body.answer === "insist");
    const twice = insisted.map((one) => signedOver(one, approvals))
      .filter((signed) => personsOf(signed).length >= SIGNERS).flat();
    const over = approvals.filter((one) => twice.includes(one));
    return { ...settled("approved", "pharmacists", over), signers: personsOf(over) };
  }
  // Of each that the prescriber has not insisted on: what a pharmacist said of it, else itself.
  const unanswered = reds.filter(({ insisted }) => insisted.length === 0);
  const answerable = unanswered.flatMap(({ seen, verdict }): readonly Said[] =>
    seen.length > 0 ? seen : [verdict]
  );
  const toAnswer = { toAnswer: idsOf(answerable), needsSignature: answerable.length > 0 };
  if (first.insisted.length > 0) return { ...signing(first.insisted), ...toAnswer };
  // A pharmacist alone cannot let it pass: the prescriber has to sign first.
  const seen = unanswered.flatMap((red) => red.seen);
  if (seen.length > 0) return { ...waiting("asked", "pharmacists", seen), ...toAnswer };
  const strictest = approvals.length === 0 ? byRules(ruling) : null;
  const queued = strictest?.state === "queued"
    ? strictest
    : waiting("queued", "rules", reds.map(({ verdict }) => verdict));
  return { ...queued, ...toAnswer };
}

/** Verdicts with red findings that are not signed over. */
export function redsOf(
  { ruling, answers, approvals, vouched }: Talk,
  told: ToldOfVersion,
): OpenRed[] {
  if (vouched === "signed") return [];
  const insisted = answers.filter(({ body }) => body.answer === "insist");
  return openRedOf(ruling, insisted, approvals, told);
}

const STRICTEST_FIRST = [
  ["could-not-check", "queued"],
  ["pharmacist", "queued"],
  ["notice", "noticed"],
  ["pass", "passed"],
] as const;

function byRules(ruling: readonly Told<VerdictBody>[]): Decided {
  for (const [outcome, state] of STRICTEST_FIRST) {
    const same = ruling.filter(({ body }) => body.outcome === outcome);
    if (same.length === 0) continue;
    return state === "queued" ? waiting(state, "rules", same) : settled(state, "rules", same);
  }
  return settled("screening", null, []);
}

type Said = Pick<Told<unknown>, "ids" | "timeMs">;

function settled(state: DecidedState, by: Decided["by"], stands: readonly Said[]): Decided {
  return {
    state,
    by,
    stands: idsOf(stands),
    awaits: null,
    sinceMs: null,
    toAnswer: [],
    needsSignature: false,
    over: [],
    signers: [],
  };
}

function waiting(
  state: "queued" | "signing" | "asked",
  by: Decided["by"],
  stands: readonly Said[],
): Decided {
  return {
    ...settled(state, by, stands),
    awaits: state === "asked" ? "answer" : "review",
    sinceMs: Math.min(...stands.map(({ timeMs }) => timeMs)),
  };
}

function idsOf(said: readonly Said[]): string[] {
  return sorted(said.flatMap(({ ids }) => ids));
}
