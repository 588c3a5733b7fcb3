/**
 * A prescription as a township's HIS sends it and as it is recorded: codes, words and units are
 * still the HIS's own. Whatever door it came through (plain JSON, FHIR), this is the one form.
 * Reading it normalises it (P9): what is written in two ways and is one is one text afterwards.
 */
import * as z from "zod";
import { isPlainCode, isPlainText, isPlainUnit } from "./plain_text.ts";

/** Lines of one prescription: the law allows five drugs, slices have more (处方管理办法 第六条). */
export const LINES_MAX = 60;
/** Codes and numbers of others. */
const CODE_LENGTH_MAX = 64;
/** What is written for people: a name, a drug, a reason. */
const TEXT_LENGTH_MAX = 500;

const PLAIN_CODE =
  "want plain characters: no spaces around it, nothing unseen, no full-width forms, no letters " +
  "of another script that look Latin";
const PLAIN_TEXT = "want text that can be read, without control characters";

/** Nothing else is looked at in what is longer: bringing marks into order takes seconds there. */
const lengthMax = (max: number) => z.string().min(1).max(max, { abort: true });

const code = lengthMax(CODE_LENGTH_MAX).refine(isPlainCode, PLAIN_CODE);
const text = lengthMax(TEXT_LENGTH_MAX).refine(isPlainText, PLAIN_TEXT)
  .overwrite((text) => text.trim().normalize("NFC"));
const unit = (max: number) =>
  lengthMax(max).refine(isPlainUnit, "want nothing unseen, no spaces around it");
/** In whatever zone it was written, it is recorded in UTC to the millisecond. */
const moment = z.iso.datetime({
  offset: true,
  error: "want a moment with its zone, such as 2026-03-01T08:30:00+08:00",
}).overwrite(inUtc);
const day = z.iso.date("want a day such as 2026-03-01");

/**
 * A decimal number, never as floating point: `"0.25"`. At most nine digits before the point and six
 * behind it; zeros at its end say nothing and are left out.
 */
export const decimal = z.string().regex(
  /^(0|[1-9]\d{0,8})(\.\d{1,6})?$/,
  "want a decimal number such as 0.25, not negative, 9 digits before the point and 6 behind it",
).overwrite((text) => text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** How much, in a unit as the sender writes it: `{value: "2", unit: "片"}`. */
export const amount = z.strictObject({ value: decimal, unit: unit(16) });
export type Amount = z.infer<typeof amount>;

/** A code of the site's own system and what it reads as. */
const coded = z.strictObject({ code, text: text.optional() });

/** Known, known to be none, and not asked are three things (P5). */
const allergies = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("listed"), substances: z.array(coded).min(1).max(50) }),
  z.strictObject({ state: z.literal("none-known") }),
  z.strictObject({ state: z.literal("not-asked") }),
]);

const answer = z.enum(["yes", "no", "not-asked"]);

/** As which the patient is known; whether a resident ID is one is for whoever looks for history. */
const patientId = z.strictObject({ system: z.enum(["resident-id", "local", "other"]), value: code })
  .overwrite((id) => id.system === "resident-id" ? { ...id, value: id.value.toUpperCase() } : id);

export const patient = z.strictObject({
  id: patientId.optional(),
  name: text,
  sex: z.enum(["male", "female", "other", "unknown"]),
  birthDate: day.optional(),
  age: z.strictObject({ value: decimal, unit: z.enum(["d", "wk", "mo", "a"]) }).optional()
    .describe("Where no date of birth is known, in a unit of UCUM"),
  weight: amount.optional(),
  pregnant: answer.default("not-asked"),
  breastfeeding: answer.default("not-asked"),
  renal: z.strictObject({ value: decimal, unit: unit(24), at: moment }).optional()
    .describe("Creatinine clearance or eGFR, as a laboratory gave it"),
  allergies: allergies.default({ state: "not-asked" }),
});

export const prescriptionLine = z.strictObject({
  drug: coded,
  group: z.int().min(1).max(LINES_MAX).optional()
    .describe("Lines of one infusion bear one number (组号)"),
  dose: amount,
  route: coded,
  frequency: coded,
  days: z.int().min(1).max(366),
  quantity: amount,
  preparation: text.optional().describe("Of slices: decocted first, put in last, …"),
});

export const SETTINGS = ["outpatient", "emergency", "inpatient", "discharge"] as const;

/** Why a limit may be passed, as the law names the cases; each needs the prescriber's words. */
const reasons = z.strictObject({
  longer: text.optional()
    .describe("More days than usual: chronic, old or special case (处方管理办法 第十九条)"),
  pain: text.optional().describe("Cancer pain, or moderate to severe chronic pain (第二十四条)"),
  longTerm: text.optional().describe(
    "Long-term prescription: by whom and how the patient was assessed (长期处方管理规范)",
  ),
  dose: text.optional().describe(
    "More than the leaflet's dose: why; with it the prescriber signs again (第六条第（九）项)",
  ),
});

export const prescription = z.strictObject({
  id: code.describe(
    "The HIS's own number: one prescription at its site, whatever is sent under it",
  ),
  version: z.int().min(1).max(1000).default(1)
    .describe("A change is a higher version of the same number"),
  issuedAt: moment,
  validUntil: day.optional()
    .describe("Until when it may be dispensed, where the prescriber extended it"),
  setting: z.enum(SETTINGS),
  rescue: z.boolean().default(false).describe("Rescue (抢救): never waits for a review"),
  form: z.enum(["western", "tcm-slices"]),
  doses: z.int().min(1).max(366).optional().describe("Number of doses of slices (剂)"),
  patient,
  diagnoses: z.array(coded).max(20).describe("None is possible, and a finding (1-10)"),
  prescriber: z.strictObject({ id: code, name: text.optional(), department: text.optional() }),
  reasons: reasons.default({}),
  lines: z.array(prescriptionLine).min(1).max(LINES_MAX),
});
export type Prescription = z.infer<typeof prescription>;
export type PrescriptionLine = z.infer<typeof prescriptionLine>;

function inUtc(text: string): string {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString();
}
