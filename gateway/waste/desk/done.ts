/** What comes of an act: an entry, or why there is none. */
import * as z from "zod";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import type { Refusal } from "../refusal.ts";

export type Done =
  /** `entry`: id of the entry; the same act again tells the same. */
  | { readonly kind: "done"; readonly entry: string; readonly subject: string }
  | {
    readonly kind: "refused";
    readonly problem: Problem;
    /** For whoever stands there, in both languages. */
    readonly faults: readonly Refusal[];
  };

/** The same for programs. */
export const actDone = z.object({
  entry: z.string().describe("Id of the entry"),
  subject: z.string().describe("Bag, load, store, manifest or entry that it is about"),
});

export type Refused = Extract<Done, { readonly kind: "refused" }>;

export function refused(problem: Problem, faults: readonly Refusal[] = []): Refused {
  return { kind: "refused", problem, faults };
}

/** All that speaks against an act, at once. */
export function refusedBy(faults: readonly Refusal[]): Refused {
  const detail = faults.map(({ rule, field, text }) => `${field}: ${text.en} (${rule})`).join("; ");
  return refused({
    status: 409,
    code: "waste-refused",
    title: "This may not be written about the waste",
    detail,
    hint: "do what the detail says, and send it again",
  }, faults);
}

export function doneAnswer(done: Done): Response {
  if (done.kind === "refused") return problemResponse(done.problem);
  const { entry, subject } = done;
  return Response.json({ entry, subject }, { status: 201 });
}
