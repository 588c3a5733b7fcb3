/**
 * A prescription as a township's HIS sends it and as it is recorded: codes, words and units are
 * still the HIS's own. Whatever door it came through (plain JSON, FHIR), this is the one form.
 */
import * as z from "zod";

/** Lines of one prescription: the law allows five drugs, slices have more (处方管理办法 第六条). */
export const LINES_MAX = 60;
/** Codes and numbers of others. */
const CODE_LENGTH_MAX = 64;
/** What is written for people: a name, a drug, a reason. */
const TEXT_LENGTH_MAX = 500;

const code = z.string().min(1).max(CODE_LENGTH_MAX);
const text = z.string().min(1).max(TEXT_LENGTH_MAX);
const moment = z.iso.datetime({ offset: true });

/**
 * A decimal number as it was written, never as floating point: `"0.25"`. At most nine digits before
 * the point and six behind it.
 */
export const decimal = z.string().regex(/^(0|[1-9]\d{0,8})(\.\d{1,6})?$/);

/** How much, in a unit as the sender writes it: `{value: "2", unit: "片"}`. */
export const amount = z.strictObject({ value: decimal, unit: z.string().min(1).max(16) });
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

export const patient = z.strictObject({
  /** As which the patient is known: a resident ID is checked by its check digit. */
  id: z.strictObject({ system: z.enum(["resident-id", "local", "other"]), value: code }).optional(),
  name: text,
  sex: z.enum(["male", "female", "other", "unknown"]),
  birthDate: z.iso.date().optional(),
  /** Where no date is known: UCUM `d`, `wk`, `mo` or `a`. */
  age: z.strictObject({ value: decimal, unit: z.enum(["d", "wk", "mo", "a"]) }).optional(),
  weight: amount.optional(),
  pregnant: answer.default("not-asked"),
  breastfeeding: answer.default("not-asked"),
  /** Creatinine clearance or eGFR, as a laboratory gave it. */
  renal: z.strictObject({ value: decimal, unit: z.string().min(1).max(24), at: moment }).optional(),
  allergies: allergies.default({ state: "not-asked" }),
});

export const prescriptionLine = z.strictObject({
  drug: coded,
  /** Lines of one infusion bear one number (组号). */
  group: z.int().min(1).max(LINES_MAX).optional(),
  dose: amount,
  route: coded,
  frequency: coded,
  days: z.int().min(1).max(366),
  quantity: amount,
  /** Of slices: decocted first, put in last, … */
  preparation: text.optional(),
});

export const SETTINGS = ["outpatient", "emergency", "inpatient", "discharge"] as const;

/** Why a limit may be passed, as the law names the cases; each needs the prescriber's words. */
const reasons = z.strictObject({
  /** More days than usual: chronic, old or special case (处方管理办法 第十九条). */
  longer: text.optional(),
  /** Cancer pain, or moderate to severe chronic pain (第二十四条). */
  pain: text.optional(),
  /** Long-term prescription: by whom and how the patient was assessed (长期处方管理规范). */
  longTerm: text.optional(),
});

export const prescription = z.strictObject({
  /** The HIS's own number: one prescription at its site, whatever is sent under it. */
  id: code,
  /** A change is a higher version of the same number. */
  version: z.int().min(1).max(1000).default(1),
  issuedAt: moment,
  /** Until when it may be dispensed, where the prescriber extended it. */
  validUntil: z.iso.date().optional(),
  setting: z.enum(SETTINGS),
  /** Rescue (抢救): never waits for a review. */
  rescue: z.boolean().default(false),
  form: z.enum(["western", "tcm-slices"]),
  /** Number of doses of slices (剂). */
  doses: z.int().min(1).max(366).optional(),
  patient,
  /** None is possible, and a finding (1-10). */
  diagnoses: z.array(coded).max(20),
  prescriber: z.strictObject({ id: code, name: text.optional(), department: text.optional() }),
  reasons: reasons.default({}),
  lines: z.array(prescriptionLine).min(1).max(LINES_MAX),
});
export type Prescription = z.infer<typeof prescription>;
export type PrescriptionLine = z.infer<typeof prescriptionLine>;
