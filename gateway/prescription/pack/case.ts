/** Cases that a pack brings along: a prescription in few words, and what its rules say of it. */
import * as z from "zod";
import {
  type BaseAmount,
  DRUG_CLASSES,
  type Facts,
  type IngredientFacts,
  type LineFacts,
} from "../facts.ts";
import { SETTINGS } from "../prescription.ts";
import { LEVELS } from "../verdict.ts";
import { AMOUNT_WANTED, parseAmount } from "./amount.ts";

const code = z.string().min(1).max(64);
const codes = z.array(code).max(1000);
const answer = z.enum(["yes", "no"]).nullable();
const amount = z.string().transform((text, context) => {
  const parsed = parseAmount(text);
  if (parsed !== null) return parsed;
  context.addIssue({ code: "custom", message: AMOUNT_WANTED });
  return z.NEVER;
});

const ingredient = z.strictObject({
  code,
  perDose: amount.nullable().default(null),
  perDay: amount.nullable().default(null),
  /** Without it `perDay` as long as the supply lasts, where that is a whole number. */
  total: amount.nullable().optional(),
});

const drug = z.strictObject({
  /** Without one: a known drug of that name. `null`: unknown. */
  drug: code.nullable().default("drug"),
  ingredients: z.array(z.union([code, ingredient])).nullable().default([]),
  atc: codes.default([]),
  classes: z.array(z.enum(DRUG_CLASSES)).default([]),
  route: code.nullable().default("oral"),
});

const line = drug.extend({
  group: z.int().nullable().default(null),
  /** `3/1`: three times in one day. */
  frequency: z.string().regex(/^\d+\/\d+$/, 'want "3/1": three times in one day').nullable()
    .default("3/1"),
  days: z.int().default(3),
  /** Thousandths of a day that the quantity lasts; without it as long as `days`. */
  supplyMilliDays: z.int().nullable().optional(),
  /** `7/2`: the quantity is three doses and a half; without it as many as the supply has. */
  supplyDoses: z.string().regex(/^\d+\/[1-9]\d*$/, 'want "1/1": one dose, exactly').optional(),
  written: z.strictObject({
    officialName: z.boolean().nullable().default(null),
    doseInPacks: z.boolean().default(false),
    directions: z.array(z.string().max(500)).max(10).default([]),
  }).optional(),
});

const past = drug.extend({
  site: code.default("another-site"),
  prescription: code.default("earlier"),
});

const patient = z.strictObject({
  key: code.nullable().default("patient"),
  sex: z.enum(["male", "female"]).nullable().default("male"),
  ageDays: z.int().nullable().default(14_610),
  ageMonths: z.int().nullable().optional(),
  ageTold: z.enum(["date", "d", "wk", "mo", "a", "resident-id"]).nullable().default("date"),
  weightGrams: z.int().nullable().default(65_000),
  pregnant: answer.default("no"),
  breastfeeding: answer.default("no"),
  renal: z.int().nullable().default(100_000),
  allergies: codes.nullable().default([]),
});

/** What is not said is ordinary: a grown man with nothing, seen and prescribed for as usual. */
const short = z.strictObject({
  setting: z.enum(SETTINGS).default("outpatient"),
  form: z.enum(["western", "tcm-slices"]).default("western"),
  rescue: z.boolean().default(false),
  doses: z.int().nullable().default(null),
  issued: z.iso.datetime({ offset: true }).default("2026-11-02T09:00:00+08:00"),
  /** When it is reviewed; without it at once. */
  reviewed: z.iso.datetime({ offset: true }).optional(),
  validDays: z.int().default(0),
  reasons: z.strictObject({
    longer: z.boolean().default(false),
    pain: z.boolean().default(false),
    longTerm: z.boolean().default(false),
    dose: z.boolean().default(false),
  }).prefault({}),
  diagnoses: codes.nullable().default(["Z00.0"]),
  patient: patient.prefault({}),
  prescriber: z.strictObject({
    registered: answer.default("yes"),
    rights: codes.nullable().default([]),
    title: code.nullable().default("attending"),
    place: code.nullable().default("hospital"),
    level: z.int().nullable().default(null),
  }).prefault({}),
  lines: z.array(line).min(1).max(60),
  history: z.array(past).nullable().default([]),
});

export const packCase = z.strictObject({
  id: z.string().min(1).max(200),
  /** Acceptance or source, for whoever reads the case. */
  why: z.string().max(500).optional(),
  prescription: short,
  /** Rule (with its row behind a `/`) → level, of all findings; empty: there is none. */
  expect: z.record(z.string(), z.enum([...LEVELS, "could-not-check"])),
});
export type PackCase = z.infer<typeof packCase>;
/** As it stands in a file. */
export type PackCaseSource = z.input<typeof packCase>;

const DAY_MS = 86_400_000;

/** The moment of review, and the facts in full. */
export function factsOf({ prescription: short }: PackCase): { facts: Facts; atMs: number } {
  const issuedMs = Date.parse(short.issued);
  const { issued: _issued, reviewed, lines, history, prescriber, ...rest } = short;
  const facts: Facts = {
    ...rest,
    site: "site",
    id: "case",
    issuedMs,
    prescriber: { id: "prescriber", ...prescriber },
    lines: lines.map((one, index) => lineOf(one, index + 1)),
    history: history === null ? null : history.map(({ ingredients, ...past }) => ({
      ...past,
      ingredients: ingredientsOf(ingredients ?? [], null),
      issuedMs: issuedMs - DAY_MS,
      untilMs: issuedMs + DAY_MS,
    })),
    unknowns: [],
    mapping: "case",
  };
  return { facts, atMs: reviewed === undefined ? issuedMs : Date.parse(reviewed) };
}

function lineOf(short: z.infer<typeof line>, number: number): LineFacts {
  const { ingredients, frequency: often, drug, ...rest } = short;
  const [times, days] = (often ?? "").split("/").map(Number);
  const frequency = often === null ? null : { times, days };
  const supplyDoses = supplyDosesOf(short, frequency);
  const supplyMilliDays = supplyOf(short, frequency);
  return {
    ...rest,
    line: number,
    drug: drug === "drug" ? `drug-${number}` : drug,
    ingredients: ingredients === null ? null : ingredientsOf(ingredients, supplyMilliDays),
    frequency,
    supplyMilliDays,
    supplyDoses,
    quantity: null,
  };
}

/** What is not said of the supply follows from what is, as codes and units make it. */
function supplyOf(
  { supplyMilliDays, supplyDoses, days }: z.infer<typeof line>,
  frequency: LineFacts["frequency"],
): number | null {
  if (supplyMilliDays !== undefined) return supplyMilliDays;
  if (supplyDoses === undefined || frequency === null) return days * 1000;
  const [quantity, dose] = supplyDoses.split("/").map(Number);
  return Math.ceil(1000 * quantity * frequency.days / (dose * frequency.times));
}

function supplyDosesOf(
  short: z.infer<typeof line>,
  frequency: LineFacts["frequency"],
): LineFacts["supplyDoses"] {
  if (short.supplyDoses !== undefined) {
    const [quantity, dose] = short.supplyDoses.split("/").map(Number);
    return { quantity, dose };
  }
  const supply = supplyOf(short, frequency);
  if (supply === null || frequency === null) return null;
  return { quantity: supply * frequency.times, dose: 1000 * frequency.days };
}

function ingredientsOf(
  short: readonly (string | z.infer<typeof ingredient>)[],
  supplyMilliDays: number | null,
): IngredientFacts[] {
  return short.map((one) =>
    typeof one === "string" ? { code: one, perDose: null, perDay: null } : {
      ...one,
      total: one.total === undefined ? totalOf(one.perDay, supplyMilliDays) : one.total,
    }
  );
}

function totalOf(perDay: BaseAmount | null, supplyMilliDays: number | null): BaseAmount | null {
  if (perDay === null || supplyMilliDays === null) return null;
  const value = perDay.value * supplyMilliDays / 1000;
  return Number.isSafeInteger(value) ? { ...perDay, value } : null;
}
