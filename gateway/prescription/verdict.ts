/** What came of a review by rules, or by a person: findings, and the decision they come to. */
import * as z from "zod";

/** As pharmacists name them, the gravest first (P3). */
export const LEVELS = ["black", "red", "orange", "yellow", "blue"] as const;
export type Level = typeof LEVELS[number];

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
