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
const ANSWERS_MAX = 20;

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

/** That the prescriber signed once more, with an own credential, for this reason. */
export const signature = z.object({
  /** Where the credential was checked: by the HIS, by a PIN here, by a certificate. */
  method: z.enum(["his", "pin", "certificate"]),
  /** What the HIS or the certificate gave as proof. */
  value: z.string().min(1).max(4096),
});

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
