/** The values of the vocabulary's names for one prescription; what is missing is not among them. */
import type {
  BaseAmount,
  BaseUnit,
  Facts,
  HistoryLine,
  IngredientFacts,
  LineFacts,
} from "../facts.ts";
import { amountIn } from "./amount.ts";
import { dayOf } from "../../../sync/day.ts";
import type { Value, Values } from "./condition.ts";
import { VOCABULARY } from "./vocabulary.ts";

type Plain = number | boolean | string | readonly string[] | null | undefined;

/** Values over those of `above`, of which they see all. */
function over(above: Values | null, plain: Readonly<Record<string, Plain>>): Values {
  const values: Record<string, Value> = Object.create(above);
  for (const name in plain) {
    const value = plain[name];
    if (value === null || value === undefined) continue;
    if (typeof value !== "number") values[name] = value;
    else if (isSound(value, VOCABULARY[name]?.max ?? 0)) values[name] = BigInt(value);
  }
  return values;
}

/** What is absurd counts as missing: it never passes, and products of it stay exact. */
function isSound(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= max;
}

const YES_NO: Readonly<Record<string, boolean>> = { yes: true, no: false };

export function prescriptionValues(facts: Facts, atMs: number): Values {
  const { patient, prescriber, reasons, diagnoses, lines } = facts;
  return over(null, {
    setting: facts.setting,
    form: facts.form,
    rescue: facts.rescue,
    doses: facts.doses,
    validDays: facts.validDays,
    daysSinceIssue: dayOf(atMs) - dayOf(facts.issuedMs),
    drugs: drugsOf(lines),
    reasonLonger: reasons.longer,
    reasonPain: reasons.pain,
    reasonLongTerm: reasons.longTerm,
    reasonDose: reasons.dose ?? false,
    diagnosed: diagnoses === null || diagnoses.length > 0,
    diagnoses,
    sexGiven: patient.sex !== null,
    sex: patient.sex,
    ageDays: patient.ageDays,
    ageMonths: monthsOf(patient),
    ageGiven: patient.ageDays !== null,
    ageTold: patient.ageTold,
    weightGrams: patient.weightGrams,
    pregnant: YES_NO[patient.pregnant ?? ""],
    breastfeeding: YES_NO[patient.breastfeeding ?? ""],
    renal: patient.renal,
    allergies: patient.allergies,
    prescriberTitle: prescriber.title,
    prescriberRights: prescriber.rights,
    place: prescriber.place,
    hospitalLevel: prescriber.level,
    prescriptionClasses: [...new Set(lines.flatMap(({ classes }) => classes))],
  });
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
  return over(above, {
    drug: line.drug,
    ingredients: line.ingredients?.map(({ code }) => code),
    atc: line.atc,
    classes: line.classes,
    route: line.route,
    times: line.frequency?.times,
    timesDays: line.frequency?.days,
    days: line.days,
    supplyMilliDays: line.supplyMilliDays,
    quantityParts: line.supplyDoses?.quantity,
    doseParts: line.supplyDoses?.dose,
    officialName: line.written?.officialName,
    doseInPacks: line.written?.doseInPacks,
    directions: line.written?.directions,
    groupIngredients: groupOf(line, lines),
  });
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
  return over(above, {
    ingredient: code,
    perDose: counted(perDose),
    perDay: counted(perDay),
    total: counted(total),
  });
}

export function pairValues(
  above: Values,
  other: LineFacts | HistoryLine,
  plain: { readonly past: boolean; readonly sameGroup: boolean; readonly shared: string[] },
): Values {
  return over(above, {
    ...plain,
    otherDrug: other.drug,
    otherIngredients: other.ingredients?.map(({ code }) => code),
    otherAtc: other.atc,
    // Of what nobody knows nobody can say that it is a solvent, or that it is none.
    otherClasses: other.drug === null ? null : other.classes,
    otherRoute: other.route,
  });
}
