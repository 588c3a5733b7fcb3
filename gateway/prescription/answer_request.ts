/** The prescriber answers a verdict, or a pharmacist's decision (P3, P10). */
import * as z from "zod";
import type { Problem } from "../../sync/problem.ts";
import { entryId, newEntry, once } from "../collected_entry.ts";
import type { LifeDesk, Told } from "./life_desk.ts";
import { type AnswerBody, answerBody } from "./life/decision_body.ts";
import { code, person, words } from "./life/subject.ts";
import { ofKind } from "./life/told.ts";
import type { RecordKey } from "./record/stored_events.ts";
import { dayOf } from "./shanghai_day.ts";
import {
  provedSignature,
  refusalOfOther,
  signatureRequest,
  type Signing,
} from "./second_signature.ts";

const shared = {
  version: z.int().min(1).max(1000),
  to: code.describe("Id of the verdict or decision, as where it stands tells it"),
  by: person.describe("The prescriber, by the number that the prescription has"),
};

export const answerRequest = z.discriminatedUnion("answer", [
  z.strictObject({ ...shared, answer: z.literal("accept"), reason: words.optional() }),
  z.strictObject({ ...shared, answer: z.literal("explain"), reason: words }),
  z.strictObject({
    ...shared,
    answer: z.literal("insist"),
    reason: words,
    signature: signatureRequest,
  }),
]);
export type AnswerRequest = z.infer<typeof answerRequest>;

export const answered = z.strictObject({ id: z.string() });
type Answered = z.infer<typeof answered>;

/** `signing`: who asks, and who is known here. */
export function answer(
  desk: LifeDesk,
  key: RecordKey,
  asked: AnswerRequest,
  signing: Omit<Signing, "site" | "day">,
): Promise<Told<Answered>> {
  const { site, number } = key;
  const { version, to, by } = asked;
  const who: Signing = { ...signing, site, day: dayOf(desk.now) };
  let sealed: Promise<Sealed> | null = null;
  return desk.tell<Answered>(key, async (events) => {
    const own = ofKind(events, "prescription").find(({ body }) =>
      body.prescription.version === version
    );
    if (own === undefined) return { kind: "refused", problem: UNKNOWN };
    const said = [...ofKind(events, "verdict"), ...ofKind(events, "decision")].some(({ body }) =>
      body.id === to && body.version === version
    );
    if (!said) return { kind: "refused", problem: UNKNOWN_SAYING };
    if (own.body.prescription.prescriber.id !== by.id) {
      return { kind: "refused", problem: OTHER_PERSON };
    }
    const other = refusalOfOther(who, by.id);
    if (other !== null) return { kind: "refused", problem: other };
    const id = entryId("answer", site, number, version, to, formOf(asked), by.id);
    const text = wordsOf(asked);
    const before = ofKind(events, "answer").find((one) => one.body.id === id);
    if (before !== undefined) {
      return wordsOf(before.body) === text
        ? { kind: "told", repeated: true, answer: { id } }
        : { kind: "refused", problem: OTHER_WORDS };
    }
    // Once: whoever is planned for anew has not signed, nor failed, again.
    sealed ??= sealedAnswer(asked, who);
    const signed = await sealed;
    if (signed.kind === "refused") return signed;
    const subject = { site, prescription: number, hash: own.body.hash, id };
    const body = answerBody.parse({ ...signed.words, ...subject });
    return {
      kind: "append",
      entry: (stream) =>
        once(newEntry(stream, "answer", desk.stamp(), body), `answer/${site}`, id, text),
      answer: { id },
    };
  });
}

type Sealed =
  | { readonly kind: "sealed"; readonly words: object }
  | { readonly kind: "refused"; readonly problem: Problem };

/** Those that insisted by a text alone count no more, and their keys stand in nobody's way. */
function formOf({ answer }: AnswerRequest): string {
  return answer === "insist" ? "insist, proved" : answer;
}

/** With the signature as it was proved, where it needs one; no PIN gets into an entry. */
async function sealedAnswer(asked: AnswerRequest, who: Signing): Promise<Sealed> {
  if (asked.answer !== "insist") return { kind: "sealed", words: asked };
  const proved = await provedSignature(who, asked.by.id, asked.signature);
  if (proved.kind === "refused") return proved;
  return { kind: "sealed", words: { ...asked, signature: proved.signature } };
}

/** What is said, however it was signed: who repeats it may come from elsewhere. */
function wordsOf({ answer, version, to, by, reason }: AnswerRequest | AnswerBody): string {
  return JSON.stringify([answer, version, to, by.id, by.name ?? null, reason ?? null]);
}

const UNKNOWN: Problem = {
  status: 404,
  code: "no-such-prescription",
  title: "This node has no such prescription in this version",
};

const UNKNOWN_SAYING: Problem = {
  status: 409,
  code: "nothing-to-answer",
  title: "There is no verdict or decision of this id on this version",
  hint: "GET the prescription: toAnswer names those that wait for an answer",
};

const OTHER_PERSON: Problem = {
  status: 403,
  code: "other-prescriber",
  title: "Only the prescriber of this prescription may answer",
  hint: "by.id is the number that the prescription has in prescriber.id",
};

const OTHER_WORDS: Problem = {
  status: 409,
  code: "other-content",
  title: "This was answered already, in other words: nothing was stored",
};
