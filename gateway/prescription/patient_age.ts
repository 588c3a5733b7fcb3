/** How old a patient is on the day of issue, of a date of birth or of an age in words. */
import type { AgeTold } from "./facts.ts";
import { ceiling, floor, type Fraction, fraction, fractionOf, product } from "./fraction.ts";
import type { Prescription } from "./prescription.ts";
import type { ResidentId } from "./resident_id.ts";
import { dayOfDate, monthsBetween } from "./shanghai_day.ts";
import type { Note } from "./unknown.ts";

export interface PatientAge {
  readonly days: number | null;
  readonly months: number | null;
  readonly told: AgeTold | null;
}

const NO_AGE: PatientAge = { days: null, months: null, told: null };

/** The longest life that is documented had 44,724 days (J. Calment, 122 years). */
const DAYS_MAX = 48_000;

/** UCUM: a month is 30.4375 days, a year 365.25 (Julian); 1 month is a twelfth of a year. */
const UNIT: Readonly<Record<"d" | "wk" | "mo" | "a", { days: Fraction; months: Fraction }>> = {
  d: { days: fraction(1n), months: fraction(16n, 487n) },
  wk: { days: fraction(7n), months: fraction(112n, 487n) },
  mo: { days: fraction(487n, 16n), months: fraction(1n) },
  a: { days: fraction(1461n, 4n), months: fraction(12n) },
};

/**
 * Days are rounded up and months down: who is told to be three years old has lived 1,096 days, not
 * 1,095, and is never taken to be younger than three.
 */
export function ageOf(
  patient: Prescription["patient"],
  issueDay: number,
  id: ResidentId | null,
  note: Note,
): PatientAge {
  const { birthDate, age } = patient;
  if (birthDate !== undefined) return ageSince(birthDate, issueDay, "date", note);
  if (age !== undefined) {
    const value = fractionOf(age.value);
    const days = value === null ? null : ceiling(product(value, UNIT[age.unit].days));
    const months = value === null ? null : floor(product(value, UNIT[age.unit].months));
    if (days !== null && days <= DAYS_MAX) return { days, months, told: age.unit };
    note("patient.age", "out-of-range", `nobody is ${age.value} ${age.unit} old`);
    return NO_AGE;
  }
  if (id?.kind !== "resident-id") return NO_AGE;
  return ageSince(id.birthDate, issueDay, "resident-id", note);
}

function ageSince(birthDate: string, issueDay: number, told: AgeTold, note: Note): PatientAge {
  const born = dayOfDate(birthDate);
  const days = issueDay - born;
  if (days >= 0 && days <= DAYS_MAX) return { days, months: monthsBetween(born, issueDay), told };
  const at = told === "date" ? "patient.birthDate" : "patient.id";
  note(at, "out-of-range", days < 0 ? "born after the day of issue" : "born too long ago");
  return NO_AGE;
}

/**
 * Whether an age as told can be that of a number: within two of its units, as 虚岁 counts up to two
 * years more. A child that was registered under a parent's number is none of that age.
 */
export function agrees(patient: Prescription["patient"], birthDate: string, issueDay: number) {
  if (patient.birthDate !== undefined) return patient.birthDate === birthDate;
  if (patient.age === undefined) return true;
  const { value, unit } = patient.age;
  const told = fractionOf(value);
  const days = told === null ? null : ceiling(product(told, UNIT[unit].days));
  const two = ceiling(product(fraction(2n), UNIT[unit].days)) ?? 0;
  return days !== null && Math.abs(days - (issueDay - dayOfDate(birthDate))) <= two;
}
