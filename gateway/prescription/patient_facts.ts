/** What rules see of a patient, of what was recorded. */
import type { DrugList } from "./drug_list.ts";
import type { Answer, PatientFacts } from "./facts.ts";
import { floor, fraction, fractionOf, product, quotient } from "./fraction.ts";
import { type Mapping, nationalCodeOf } from "./mapping.ts";
import { noUnit, spelling, UNITS } from "./measure.ts";
import { ageOf } from "./patient_age.ts";
import { identityOf } from "./patient_key.ts";
import type { Prescription } from "./prescription.ts";
import { dayOf } from "./shanghai_day.ts";
import type { Note } from "./unknown.ts";

type Patient = Prescription["patient"];

export interface PatientSources {
  readonly site: string;
  readonly mapping: Mapping;
  readonly drugs: DrugList;
  readonly patientKey: Uint8Array;
}

export function patientFacts(
  prescription: Prescription,
  { site, mapping, drugs, patientKey }: PatientSources,
  note: Note,
): PatientFacts {
  const { patient } = prescription;
  const issuedMs = Date.parse(prescription.issuedAt);
  const issueDay = dayOf(issuedMs);
  const { key, id } = identityOf(prescription, { site, issueDay, key: patientKey }, note);
  const age = ageOf(patient, issueDay, id, note);
  return {
    key,
    sex: patient.sex === "male" || patient.sex === "female" ? patient.sex : null,
    ageDays: age.days,
    ageMonths: age.months,
    ageTold: age.told,
    weightGrams: weightOf(patient, drugs, note),
    pregnant: answerOf(patient.pregnant),
    breastfeeding: answerOf(patient.breastfeeding),
    renal: clearanceOf(patient, drugs, issuedMs, note),
    allergies: allergiesOf(patient, mapping, drugs, note),
  };
}

function answerOf(answer: Patient["pregnant"]): Answer {
  return answer === "not-asked" ? null : answer;
}

/** Lighter and heavier than anybody: such a number has the wrong unit, or a digit too many. */
const WEIGHT_GRAMS = { min: 100, max: 1_000_000 };
const GRAM = fraction(1_000_000_000n);

/** In whole grams; what is less than a gram is left out. */
function weightOf({ weight }: Patient, drugs: DrugList, note: Note): number | null {
  if (weight === undefined) return null;
  const word = spelling(weight.unit);
  const unit = UNITS.get(word) ?? drugs.units.get(word);
  const value = fractionOf(weight.value);
  if (unit?.measure !== "mass" || value === null) {
    return note("patient.weight.unit", "not-convertible", noUnit(weight.unit, "a weight"));
  }
  const grams = floor(quotient(product(value, unit.amount), GRAM));
  if (grams !== null && grams >= WEIGHT_GRAMS.min && grams <= WEIGHT_GRAMS.max) return grams;
  return note("patient.weight", "out-of-range", `nobody weighs ${weight.value} ${word}`);
}

/** As {@link spelling} leaves them, in small letters and without blanks; the last is UCUM's. */
const CLEARANCE = new Set(["ml/min"]);
const INDEXED_CLEARANCE = new Set([
  "ml/min/1.73m2",
  "ml/(min.1.73m2)",
  "ml/(min·1.73m2)",
  "ml/(min*1.73m2)",
  "ml/min/{1.73_m2}",
]);
/** Nobody clears more in a minute. */
const CLEARANCE_MAX = 500_000;
const DAY_MS = 86_400_000;

/**
 * Thousandths of ml/min; what is less is left out, so that "below 30" stays what it was. A value
 * per 1.73 m² of a body's surface is clearance only where the county says so: KDIGO 2024, 4.2,
 * lets it stand for usual sizes of body, and not for those far from them.
 */
function clearanceOf(
  { renal }: Patient,
  drugs: DrugList,
  issuedMs: number,
  note: Note,
): number | null {
  if (renal === undefined) return null;
  const at = "patient.renal";
  const word = spelling(renal.unit).toLowerCase().replaceAll(" ", "");
  const isIndexed = INDEXED_CLEARANCE.has(word);
  const value = fractionOf(renal.value);
  if (isIndexed && drugs.renal.indexed === "refuse") {
    return note(`${at}.unit`, "not-convertible", "it is per 1.73 m²; want ml/min");
  }
  if ((!isIndexed && !CLEARANCE.has(word)) || value === null) {
    return note(`${at}.unit`, "not-convertible", noUnit(renal.unit, "clearance"));
  }
  const ageMs = issuedMs - Date.parse(renal.at);
  const { daysMax } = drugs.renal;
  // A laboratory's clock may be ahead; a day is more than any is.
  if (ageMs < -DAY_MS || (daysMax !== undefined && ageMs > daysMax * DAY_MS)) {
    return note(`${at}.at`, "not-current", ageMs < 0 ? "after the prescription" : "too long ago");
  }
  const thousandths = floor(product(value, fraction(1000n)));
  if (thousandths !== null && thousandths <= CLEARANCE_MAX) return thousandths;
  return note(at, "out-of-range", `nobody clears ${renal.value} ml in a minute`);
}

function allergiesOf(
  { allergies }: Patient,
  mapping: Mapping,
  drugs: DrugList,
  note: Note,
): string[] | null {
  if (allergies.state === "not-asked") return null;
  if (allergies.state === "none-known") return [];
  const codes = allergies.substances.map(({ code }, index) =>
    nationalCodeOf("allergies", code, mapping, drugs) ??
      note(`patient.allergies.substances.${index}.code`, "unknown-code", `"${code}" is not mapped`)
  );
  const known = codes.filter((code) => code !== null);
  return known.length === codes.length ? [...new Set(known)] : null;
}
