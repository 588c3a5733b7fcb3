/** Facts as outside data: one prescription a line (NDJSON), as a node exports them. */
import * as z from "zod";
import {
  BASE_UNITS,
  DRUG_CLASSES,
  type Facts,
  HISTORY_MAX,
  HISTORY_REACHES,
  type HistoryLine,
} from "../facts.ts";
import { LINES_MAX, SETTINGS } from "../prescription.ts";

const code = z.string().min(1).max(200);
const codes = z.array(code).max(1000);
const count = z.int().min(0);
const amount = z.object({ value: count, unit: z.enum(BASE_UNITS) }).nullable();
const answer = z.enum(["yes", "no"]).nullable();
const ingredients = z.array(
  z.object({ code, perDose: amount, perDay: amount, total: amount.optional() }),
).max(100);

const drug = {
  drug: code.nullable(),
  atc: codes,
  classes: z.array(z.enum(DRUG_CLASSES)),
  route: code.nullable(),
};

const line = z.object({
  ...drug,
  line: z.int().min(1),
  group: z.int().nullable(),
  ingredients: ingredients.nullable(),
  frequency: z.object({ times: count, days: count }).nullable(),
  days: count,
  supplyMilliDays: count.nullable(),
  supplyDoses: z.object({ quantity: count, dose: count }).nullable().optional(),
  quantity: amount,
  written: z.object({
    officialName: z.boolean().nullable(),
    doseInPacks: z.boolean(),
    directions: z.array(z.string()).max(10),
  }).optional(),
});

export const historyLine: z.ZodType<HistoryLine> = z.object({
  ...drug,
  site: code,
  prescription: code,
  version: z.int().min(1).optional(),
  line: z.int().min(1).optional(),
  issuedMs: z.int(),
  untilMs: z.int(),
  ingredients,
});

const allFacts = z.object({
  site: code,
  id: code,
  setting: z.enum(SETTINGS),
  form: z.enum(["western", "tcm-slices"]),
  rescue: z.boolean(),
  doses: count.nullable(),
  issuedMs: z.int(),
  validDays: z.int(),
  reasons: z.object({
    longer: z.boolean(),
    pain: z.boolean(),
    longTerm: z.boolean(),
    dose: z.boolean().optional(),
  }),
  diagnoses: codes.nullable(),
  patient: z.object({
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
  prescriber: z.object({
    id: code,
    registered: answer.optional(),
    rights: codes.nullable(),
    title: code.nullable(),
    place: code.nullable().optional(),
    level: count.nullable().optional(),
  }),
  lines: z.array(line).min(1).max(LINES_MAX),
  history: z.array(historyLine).max(HISTORY_MAX).nullable(),
  historyReach: z.enum(HISTORY_REACHES).optional(),
  unknowns: z.array(
    z.object({ at: z.string(), code: z.string(), detail: z.string() }),
  ).max(1000),
  mapping: z.string(),
});

export const factsSchema: z.ZodType<Facts> = allFacts;

/** As a verdict keeps them, which has the history beside them. */
export type ReviewedFacts = Omit<Facts, "history">;
export const reviewedFacts: z.ZodType<ReviewedFacts> = allFacts.omit({ history: true });
