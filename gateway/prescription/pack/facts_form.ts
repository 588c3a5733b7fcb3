/** Facts as outside data: one prescription a line (NDJSON), as a node exports them. */
import * as z from "zod";
import { BASE_UNITS, DRUG_CLASSES, type Facts } from "../facts.ts";
import { LINES_MAX, SETTINGS } from "../prescription.ts";
import { HISTORY_MAX } from "./reviewer.ts";

const code = z.string().min(1).max(200);
const codes = z.array(code).max(1000);
const count = z.int().min(0);
const amount = z.strictObject({ value: count, unit: z.enum(BASE_UNITS) }).nullable();
const answer = z.enum(["yes", "no"]).nullable();
const ingredients = z.array(
  z.strictObject({ code, perDose: amount, perDay: amount }),
).max(100);

const drug = {
  drug: code.nullable(),
  atc: codes,
  classes: z.array(z.enum(DRUG_CLASSES)),
  route: code.nullable(),
};

const line = z.strictObject({
  ...drug,
  line: z.int().min(1),
  group: z.int().nullable(),
  ingredients: ingredients.nullable(),
  frequency: z.strictObject({ times: count, days: count }).nullable(),
  days: count,
  supplyMilliDays: count.nullable(),
  quantity: amount,
});

const past = z.strictObject({
  ...drug,
  site: code,
  prescription: code,
  issuedMs: z.int(),
  untilMs: z.int(),
  ingredients,
});

export const factsSchema: z.ZodType<Facts> = z.strictObject({
  site: code,
  id: code,
  setting: z.enum(SETTINGS),
  form: z.enum(["western", "tcm-slices"]),
  rescue: z.boolean(),
  doses: count.nullable(),
  issuedMs: z.int(),
  validDays: z.int(),
  reasons: z.strictObject({ longer: z.boolean(), pain: z.boolean(), longTerm: z.boolean() }),
  diagnoses: codes.nullable(),
  patient: z.strictObject({
    key: code.nullable(),
    sex: z.enum(["male", "female"]).nullable(),
    ageDays: count.nullable(),
    ageMonths: count.nullable().optional(),
    ageTold: z.enum(["date", "d", "wk", "mo", "a", "resident-id"]).nullable().optional(),
    weightGrams: count.nullable(),
    pregnant: answer,
    breastfeeding: answer,
    renal: count.nullable(),
    allergies: codes.nullable(),
  }),
  prescriber: z.strictObject({ id: code, rights: codes.nullable(), title: code.nullable() }),
  lines: z.array(line).min(1).max(LINES_MAX),
  history: z.array(past).max(HISTORY_MAX).nullable(),
  unknowns: z.array(
    z.strictObject({ at: z.string(), code: z.string(), detail: z.string() }),
  ).max(1000),
  mapping: z.string(),
});
