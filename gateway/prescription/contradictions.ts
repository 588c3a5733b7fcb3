/** What no single field of a prescription can tell: two of them that cannot both be right. */
import { dig, type Path } from "../dig.ts";
import type { PathFault } from "../schema_faults.ts";
import { dateOf } from "./date_of.ts";
import type { Prescription } from "./prescription.ts";
import { dayOf, dayOfDate } from "./shanghai_day.ts";

/** Mean days of a UCUM unit of age: a year has 365.25, a month a twelfth of that. */
const AGE_DAYS = { d: 1, wk: 7, mo: 30.4375, a: 365.25 } as const;
/** 虚岁, which counts the year of birth and each new year, is up to two more than full years. */
const AGE_UNITS_APART_MAX = 2;
/** Nobody has been older (the oldest of whom papers tell died at 122 years). */
const AGE_YEARS_MAX = 130;

export function contradictions(prescription: Prescription): PathFault[] {
  return [
    ...zeroAmounts(prescription),
    ...agesApart(prescription),
    ...otherContradictions(prescription),
  ];
}

function zeroAmounts({ patient, lines }: Prescription): PathFault[] {
  const places: Path[] = [
    ...(patient.weight === undefined ? [] : [["patient", "weight", "value"]]),
    ...lines.flatMap((
      _,
      at,
    ) => [["lines", at, "dose", "value"], ["lines", at, "quantity", "value"]]),
  ];
  return places.filter((path) => dig({ patient, lines }, ...path) === "0")
    .map((path) => ({ path, message: "found 0; want more than 0" }));
}

/**
 * A dose may hang on the age: where it is said twice it has to be the same. What a resident ID says
 * is no part of it: a newborn is often registered under a parent's.
 */
function agesApart({ patient: { birthDate, age }, issuedAt }: Prescription): PathFault[] {
  if (birthDate === undefined) return [];
  const issuedMs = Date.parse(issuedAt);
  const days = dayOf(issuedMs) - dayOfDate(birthDate);
  if (days < 0 || days > AGE_YEARS_MAX * AGE_DAYS.a) {
    const message = `found ${birthDate}; want a day in the ${AGE_YEARS_MAX} years up to ` +
      dateOf(issuedMs);
    return [{ path: ["patient", "birthDate"], message }];
  }
  if (age === undefined) return [];
  const actual = days / AGE_DAYS[age.unit];
  if (Math.abs(Number(age.value) - actual) <= AGE_UNITS_APART_MAX) return [];
  const message = `found ${age.value} ${age.unit}, and by patient.birthDate it is ` +
    `${Math.floor(actual)} ${age.unit}; want one of the two, or both right`;
  return [{ path: ["patient", "age"], message }];
}

function otherContradictions(
  { patient, issuedAt, validUntil, doses, form, rescue, setting }: Prescription,
) {
  const faults: PathFault[] = [];
  const issued = dateOf(Date.parse(issuedAt));
  if (validUntil !== undefined && validUntil < issued) {
    const message = `found ${validUntil}, before the day of issue ${issued} (Asia/Shanghai); ` +
      "want that day or a later one";
    faults.push({ path: ["validUntil"], message });
  }
  for (const state of ["pregnant", "breastfeeding"] as const) {
    if (patient.sex !== "male" || patient[state] !== "yes") continue;
    const message = "found yes, and patient.sex is male; want the right one of both";
    faults.push({ path: ["patient", state], message });
  }
  // It passes what nobody has looked at: only where somebody fights for a life.
  if (rescue && setting !== "emergency" && setting !== "inpatient") {
    const message = `found true, and setting is ${setting}; want it in emergency or inpatient only`;
    faults.push({ path: ["rescue"], message });
  }
  if (doses !== undefined && form !== "tcm-slices") {
    const message = `found ${doses}, and form is ${form}; want it for tcm-slices only`;
    faults.push({ path: ["doses"], message });
  }
  return faults;
}
