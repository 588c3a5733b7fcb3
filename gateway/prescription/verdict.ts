/** What came of a review by rules, or by a person: findings, and the decision they come to. */
import * as z from "zod";

/** As pharmacists name them, the gravest first (P3). */
export const LEVELS = ["black", "red", "orange", "yellow", "blue"] as const;
export type Level = typeof LEVELS[number];

/** So many medicines of earlier one finding names; of the rest it has the count and a hash. */
export const EARLIER_MAX = 20;

const code = z.string().min(1).max(200);

/** A line of the patient's history. */
export const earlier = z.strictObject({
  site: code,
  prescription: code.describe("The HIS's own number, at that site"),
  version: z.int().min(1).optional(),
  line: z.int().min(1).optional(),
  issuedMs: z.int().describe("Milliseconds since 1970 UTC"),
  untilMs: z.int().describe("When it runs out"),
  drug: code.nullable().describe("National code; null: nobody knows it"),
});
export type Earlier = z.infer<typeof earlier>;

export const finding = z.strictObject({
  rule: z.string(),
  /** `could-not-check`: an input that the rule needs is missing, or the rule failed (P5). */
  level: z.enum([...LEVELS, "could-not-check"]),
  /** Lines that it is about; empty: the prescription as a whole. */
  lines: z.array(z.int()),
  text: z.strictObject({ zh: z.string(), en: z.string() }),
  /** Document, clause and the words that the rule rests on. */
  source: z.string(),
  /** Comment item of 处方点评 (`1-12`), where one fits (P13). */
  comment: z.string().optional(),
  /** The inputs as the rule saw them (P6); what was missing is named in `missing`. */
  inputs: z.record(z.string(), z.unknown()),
  missing: z.array(z.string()),
  /**
   * Medicines of earlier that it rests on, the same whichever centre lists them: what somebody says
   * of it is about these. Absent: it rests on none, or was stored before this was told.
   */
  earlier: z.array(earlier).min(1).max(EARLIER_MAX).optional(),
  /** Those besides, where there are more. */
  earlierBeside: z.strictObject({
    count: z.int().min(1),
    hash: z.string().regex(/^[0-9a-f]{64}$/).describe("SHA-256 of all of them (RFC 8785)"),
  }).optional(),
});
export type Finding = z.infer<typeof finding>;

/**
 * `pass` and `notice` may be dispensed; `pharmacist` and `could-not-check` wait for a person;
 * `intercept` goes back to the prescriber.
 */
export const OUTCOMES = ["pass", "notice", "pharmacist", "could-not-check", "intercept"] as const;
export type Outcome = typeof OUTCOMES[number];

/** The gravest finding decides (P3). */
export function outcomeOf(findings: readonly Pick<Finding, "level">[]): Outcome {
  const has = (level: Finding["level"]) => findings.some((one) => one.level === level);
  if (has("black")) return "intercept";
  if (has("could-not-check")) return "could-not-check";
  if (has("red") || has("orange")) return "pharmacist";
  return has("yellow") ? "notice" : "pass";
}
