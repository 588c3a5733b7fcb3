/** What rules say of a prescription, with all that they rest on (P6). */
import * as z from "zod";
import { BASE_UNITS, DRUG_CLASSES, type HistoryLine } from "../facts.ts";
import { finding, OUTCOMES } from "../verdict.ts";
import { compactToken, MODES } from "./pass.ts";
import { code, subject } from "./subject.ts";

/** A pack's rules that fire on one prescription; more is a fault of the pack. */
const FINDINGS_MAX = 500;
/** Medicines of one patient that have not run out. */
const HISTORY_MAX = 500;

const baseAmount = z.object({ value: z.int(), unit: z.enum(BASE_UNITS) });

const historyLine: z.ZodType<HistoryLine> = z.object({
  site: z.string(),
  prescription: z.string(),
  issuedMs: z.int(),
  untilMs: z.int(),
  drug: z.string().nullable(),
  ingredients: z.array(z.object({
    code: z.string(),
    perDose: baseAmount.nullable(),
    perDay: baseAmount.nullable(),
  })),
  atc: z.array(z.string()),
  classes: z.array(z.enum(DRUG_CLASSES)),
  route: z.string().nullable(),
});

/** Body of a `verdict`; `id` = H(rule set, subject, input position). Times in ms since 1970. */
export const verdictBody = subject.extend({
  id: code,
  mode: z.enum(MODES),
  outcome: z.enum(OUTCOMES),
  findings: z.array(finding).max(FINDINGS_MAX),
  /** Identity of the rule pack, and version of the site's mapping. */
  pack: code,
  mapping: code,
  /** The snapshot that was used; `null`: it could not be had. */
  history: z.array(historyLine).max(HISTORY_MAX).nullable(),
  /** Where it lets the prescription pass. */
  token: compactToken.optional(),
});
export type VerdictBody = z.infer<typeof verdictBody>;
