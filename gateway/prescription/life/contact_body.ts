/** A patient has goods that should not have left: somebody has to call (P11). */
import * as z from "zod";
import { code, numberFields, person, subject, words } from "./subject.ts";

/**
 * `stricter-decision`: another decision of at least the same rank does not allow it (P11).
 * `after-review`: the county's later review does not (P12). `after-split`: nor does what the other
 * centre had of the patient, which could not be heard before (P11). `changed`, `cancelled`: by the
 * HIS.
 * `two-contents`: one number and version says two things, at two centres.
 */
export const CONTACT_CAUSES = [
  "stricter-decision",
  "after-review",
  "after-split",
  "changed",
  "cancelled",
  "two-contents",
] as const;
export type ContactCause = typeof CONTACT_CAUSES[number];

/** Body of a `contact-case`. */
export const contactBody = subject.extend({
  id: code,
  cause: z.enum(CONTACT_CAUSES),
  /** Ids of the dispensings that it is about. */
  dispensings: z.array(code).min(1),
  /** What speaks against them: ids of verdicts, decisions and voids, a version, or hashes. */
  against: z.array(code).min(1),
});
export type ContactBody = z.infer<typeof contactBody>;

export const CONTACT_RESULTS = ["reached", "not-reached", "not-needed"] as const;

/** Body of a `contact-case-closed`: `case` is the id of the case, all else as a person tells it. */
export const contactClosedBody = z.object({
  id: code,
  case: code,
  ...numberFields,
  result: z.enum(CONTACT_RESULTS),
  comment: words,
  by: person,
});
export type ContactClosedBody = z.infer<typeof contactClosedBody>;
