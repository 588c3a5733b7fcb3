/** What became of cards: the feedback of CDS Hooks 2.0. */
import * as z from "zod";
import type { Problem } from "../../../sync/problem.ts";
import { issueFaults } from "../../schema_faults.ts";
import { bodyText } from "../body_text.ts";
import { jsonWording } from "../checked_prescription.ts";
import { type Fault, refused } from "../intake.ts";
import { readStrictJson } from "../../strict_json.ts";

/** Cards in one message: a session has a few dozen. */
const CARDS_MAX = 100;

export const feedbackBody = z.looseObject({
  feedback: z.array(z.looseObject({
    card: z.uuid().describe("The card's uuid"),
    outcome: z.enum(["accepted", "overridden"]),
    acceptedSuggestions: z.array(z.looseObject({ id: z.string().max(64) })).max(CARDS_MAX)
      .optional(),
    overrideReason: z.looseObject({
      reason: z.looseObject({
        system: z.string().max(200).optional(),
        code: z.string().max(64),
        display: z.string().max(200).optional(),
      }).optional(),
      userComment: z.string().max(1000).optional(),
    }).optional(),
    outcomeTimestamp: z.iso.datetime({ offset: true }),
  })).min(1).max(CARDS_MAX),
});
export type Feedback = z.infer<typeof feedbackBody>["feedback"];

export type ReadFeedback =
  | { readonly kind: "feedback"; readonly feedback: Feedback }
  | {
    readonly kind: "refused";
    readonly problem: Problem & { readonly faults?: readonly Fault[] };
  };

/** Never throws. */
export function readFeedback(bytes: Uint8Array, contentType: string | null): ReadFeedback {
  const body = bodyText(bytes, contentType, ["application/json"]);
  if (body.kind === "refused") return body;
  const read = readStrictJson(body.text);
  if (read.kind === "refused") return badFeedback(refused([read]).problem);
  const result = feedbackBody.safeParse(read.document);
  if (result.success) return { kind: "feedback", feedback: result.data.feedback };
  const wording = jsonWording(feedbackBody);
  const faults = result.error.issues.flatMap((one) => issueFaults(one, read.document, wording));
  return badFeedback(refused(faults).problem);
}

function badFeedback(problem: Problem & { readonly faults: readonly Fault[] }): ReadFeedback {
  const title = "The feedback cannot be read";
  return { kind: "refused", problem: { ...problem, status: 400, code: "bad-feedback", title } };
}
