/** What a HIS says of a prescription: here it is, and: it does not hold any more. */
import * as z from "zod";
import { prescription } from "../prescription.ts";
import { code, contentHash, numberFields, person, senderKey, words } from "./subject.ts";

/** Through which of them it came: plain JSON or FHIR, onto the same form. */
const DOORS = ["json", "fhir"] as const;

/** One for each field that may be doubtful. */
const MARKS_MAX = 20;

/** A program's name and an address. */
const WHO_LENGTH_MAX = 300;

const mark = z.object({
  code: z.literal("issued-in-future"),
  field: z.string(),
  detail: z.string(),
});

/** Body of a `prescription`; its number and version are those of the recorded form. */
export const prescriptionBody = z.object({
  site: numberFields.site,
  door: z.enum(DOORS),
  key: senderKey,
  hash: contentHash,
  prescription,
  /** What was no fault, and has to be seen with it. */
  marks: z.array(mark).max(MARKS_MAX).default([]),
  /** Which program or person brought it, and from which address. */
  who: z.string().max(WHO_LENGTH_MAX).optional(),
});
export type PrescriptionBody = z.infer<typeof prescriptionBody>;

/**
 * Body of a `prescription-void` (作废): the HIS takes back this version and those before. What was
 * dispensed stays a fact; a later version is another matter.
 */
export const voidBody = z.object({
  id: code,
  ...numberFields,
  version: z.int().min(1).max(1000),
  door: z.enum(DOORS),
  key: senderKey,
  reason: words,
  by: person,
});
export type VoidBody = z.infer<typeof voidBody>;
