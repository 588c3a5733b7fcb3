/** The values of the vocabulary's names for one prescription; what is missing is `undefined`. */
import { dayOf } from "../../../sync/day.ts";
import type {
  BaseAmount,
  BaseUnit,
  Facts,
  HistoryLine,
  IngredientFacts,
  LineFacts,
} from "../facts.ts";
import { amountIn } from "./amount.ts";
import type { Values } from "./condition.ts";
import { VOCABULARY } from "./vocabulary.ts";

// Of each kind the values have the same names in the same order, whatever is missing, and are
// written as one literal: rules ask for them hundreds of times a prescription, and objects that
// inherit from each other, or that names were put into one by one, are several times as slow.

type Known = string | boolean | readonly string[];

function known<T extends Known>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}

function whole(name: string, value: number | null | undefined): bigint | undefined {
  if (value === null || value === undefined) return undefined;
  return isSound(value, VOCABULARY[name]?.max ?? 0) ? BigInt(value) : undefined;
}

/** What is absurd counts as missing: it never passes, and products of it stay exact. */
function isSound(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= max;
}

const YES_NO: Readonly<Record<string, boolean>> = { yes: true, no: false };

export function prescriptionValues(facts: Facts, atMs: number): Values {
  const { patient, prescriber, reasons, diagnoses, lines } = facts;
  return {
    setting: facts.setting,
    form: facts.form,
    rescue: facts.rescue,
    doses: whole("doses", facts.doses),
    validDays: whole("validDays", facts.validDays),
    daysSinceIssue: whole("daysSinceIssue", dayOf(atMs) - dayOf(facts.issuedMs)),
    drugs: whole("drugs", drugsOf(lines)),
    reasonLonger: reasons.longer,
    reasonPain: reasons.pain,
    reasonLongTerm: reasons.longTerm,
    reasonDose: reasons.dose ?? false,
    diagnosed: diagnoses === null || diagnoses.length > 0,
    diagnoses: known(diagnoses),
    sexGiven: patient.sex !== null,
    sex: known(patient.sex),
    ageDays: whole("ageDays", patient.ageDays),
    ageMonths: whole("ageMonths", monthsOf(patient)),
    ageGiven: patient.ageDays !== null,
    ageTold: known(patient.ageTold),
    weightGrams: whole("weightGrams", patient.weightGrams),
    pregnant: YES_NO[patient.pregnant ?? ""],
    breastfeeding: YES_NO[patient.breastfeeding ?? ""],
    renal: whole("renal", patient.renal),
    allergies: known(patient.allergies),
    prescriberTitle: known(prescriber.title),
    prescriberRights: known(prescriber.rights),
    place: known(prescriber.place),
    hospitalLevel: whole("hospitalLevel", prescriber.level),
    prescriptionClasses: [...new Set(lines.flatMap(({ classes }) => classes))],
  };
}

/** Where only days are known, by UCUM's year of 365.25 days. */
function monthsOf({ ageMonths, ageDays }: Facts["patient"]): number | null {
  if (ageMonths !== undefined && ageMonths !== null) return ageMonths;
  return ageDays === null ? null : Math.floor(ageDays * 12 / 365.25);
}

/** Different drugs, slices not counted (处方管理办法 第六条); an unknown one is one of its own. */
function drugsOf(lines: readonly LineFacts[]): number {
  const counted = lines.filter(({ classes }) => !classes.includes("tcm-slice"));
  return new Set(counted.map(({ drug, line }) => drug ?? line)).size;
}

export function lineValues(above: Values, line: LineFacts, lines: readonly LineFacts[]): Values {
  return {
    ...above,
    drug: known(line.drug),
    ingredients: known(line.ingredients?.map(({ code }) => code)),
    atc: line.atc,
    classes: line.classes,
    route: known(line.route),
    times: whole("times", line.frequency?.times),
    timesDays: whole("timesDays", line.frequency?.days),
    days: whole("days", line.days),
    supplyMilliDays: whole("supplyMilliDays", line.supplyMilliDays),
    quantityParts: whole("quantityParts", line.supplyDoses?.quantity),
    doseParts: whole("doseParts", line.supplyDoses?.dose),
    officialName: known(line.written?.officialName),
    doseInPacks: known(line.written?.doseInPacks),
    directions: known(line.written?.directions),
    groupIngredients: known(groupOf(line, lines)),
  };
}

/** Ingredients of the other lines of an infusion; `null` where one of them is unknown. */
function groupOf(line: LineFacts, lines: readonly LineFacts[]): string[] | null {
  if (line.group === null) return [];
  const codes: string[] = [];
  for (const { group, line: number, ingredients } of lines) {
    if (group !== line.group || number === line.line) continue;
    if (ingredients === null) return null;
    codes.push(...ingredients.map(({ code }) => code));
  }
  return codes;
}

/** Amounts are there only where they are in the unit that they will be compared in. */
export function ingredientValues(
  above: Values,
  { code, perDose, perDay, total = null }: IngredientFacts,
  unit: BaseUnit | null,
): Values {
  const counted = (amount: BaseAmount | null) => amount === null ? null : amountIn(amount, unit);
  return {
    ...above,
    ingredient: code,
    perDose: whole("perDose", counted(perDose)),
    perDay: whole("perDay", counted(perDay)),
    total: whole("total", counted(total)),
  };
}

export function pairValues(
  above: Values,
  other: LineFacts | HistoryLine,
  plain: { readonly past: boolean; readonly sameGroup: boolean; readonly shared: string[] },
): Values {
  return {
    ...above,
    ...plain,
    otherDrug: known(other.drug),
    otherIngredients: known(other.ingredients?.map(({ code }) => code)),
    otherAtc: other.atc,
    // Of what nobody knows nobody can say that it is a solvent, or that it is none.
    otherClasses: known(other.drug === null ? null : other.classes),
    otherRoute: known(other.route),
  };
}
