/** What pharmacists and the prescriber say to each other of a prescription. */
import * as z from "zod";
import { compactToken } from "./pass.ts";
import { code, person, subject, words } from "./subject.ts";

/**
 * A pharmacist lets it pass, stops it, or asks the prescriber; `sign` is one of the two signatures
 * that a red finding needs once the prescriber insists (P3, P14).
 */
export const DECISIONS = ["approve", "refuse", "ask", "sign"] as const;

/** Answers that one decision is about: one for each pharmacist who asked, here and there. */
export const ANSWERS_MAX = 20;

/** Body of a `decision`. */
export const decisionBody = subject.extend({
  id: code,
  decision: z.enum(DECISIONS),
  /** Id of the verdict that the pharmacist saw. */
  verdict: code.nullable(),
  /** Ids of the prescriber's answers that it is about; none: the prescription as it came. */
  answers: z.array(code).max(ANSWERS_MAX),
  comment: words.optional(),
  by: person,
  /** Of the claim under which it was made, and the queue's store that gave it (P7). */
  fence: z.int().min(1),
  store: code,
  /** Since when a pharmacist was waited for, and when this one took it; ms since 1970 UTC. */
  sinceMs: z.int().min(0).optional(),
  takenMs: z.int().min(0).optional(),
  token: compactToken.optional(),
}).refine(({ decision, comment }) => comment !== undefined || !needsComment(decision), {
  path: ["comment"],
  error: "write what is wrong, or what is asked: the prescriber reads it",
});
export type DecisionBody = z.infer<typeof decisionBody>;

/** 处方管理办法 第三十六条: whoever refuses tells the prescriber, and records it. */
function needsComment(decision: typeof DECISIONS[number]): boolean {
  return decision === "refuse" || decision === "ask";
}

/** So long is what a HIS, or a certificate, gives as proof. */
export const PROOF_LENGTH_MAX = 4096;
/** As the audit names who asks. */
const WHO_LENGTH_MAX = 200;

/**
 * That the prescriber signed once more, for this reason, and how the node knows that it was this
 * person (P3): by the PIN of an own account, by being signed in here, or by the word of a program
 * that may vouch for prescribers, such as the HIS at which they sign in.
 */
export const signature = z.discriminatedUnion("proved", [
  z.object({
    proved: z.literal("vouched"),
    /** The program, and where it asked from. */
    by: z.string().min(1).max(WHO_LENGTH_MAX),
    /** What it gave as proof. */
    value: z.string().min(1).max(PROOF_LENGTH_MAX).optional(),
  }),
  z.object({
    proved: z.enum(["pin", "session"]),
    by: z.string().min(1).max(WHO_LENGTH_MAX),
    /** The prescriber's, by the county's registry. */
    account: code,
  }),
]);
export type Signature = z.infer<typeof signature>;

const answerFields = { ...subject.shape, id: code, to: code, by: person };

/**
 * Body of an `answer` of the prescriber `to` a verdict or a decision, by its id: `accept` takes
 * this version back, `explain` answers a question, `insist` keeps to it with a reason and a second
 * signature (P3, P10). Each needs what makes it count.
 */
export const answerBody = z.discriminatedUnion("answer", [
  z.object({ ...answerFields, answer: z.literal("accept"), reason: words.optional() }),
  z.object({ ...answerFields, answer: z.literal("explain"), reason: words }),
  z.object({ ...answerFields, answer: z.literal("insist"), reason: words, signature }),
]);
export type AnswerBody = z.infer<typeof answerBody>;
