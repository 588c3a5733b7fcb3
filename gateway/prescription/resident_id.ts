/**
 * Resident identity numbers (公民身份号码): GB 11643-1999: six digits of the place, eight of the date
 * of birth, three in sequence (odd: male), and a check character by ISO 7064, MOD 11-2.
 */
import { checkCharacter, isDate } from "../resident_id.ts";
import { spelling } from "./measure.ts";

export type ResidentId =
  | {
    readonly kind: "resident-id";
    /** Eighteen characters; the last is a digit or `X`. */
    readonly number: string;
    readonly birthDate: string;
    readonly sex: "male" | "female";
  }
  | { readonly kind: "fault"; readonly found: "form" | "check-digit" | "birth-date" };

/** Full-width digits and a small `x` are the same number. */
export function residentId(text: string): ResidentId {
  const number = spelling(text).toUpperCase();
  const match = /^\d{6}(\d{4})(\d{2})(\d{2})\d{2}(\d)[\dX]$/.exec(number);
  if (match === null) return { kind: "fault", found: "form" };
  if (checkCharacter(number.slice(0, 17)) !== number[17]) {
    return { kind: "fault", found: "check-digit" };
  }
  const [, year, month, day, sequence] = match;
  const birthDate = `${year}-${month}-${day}`;
  if (!isDate(birthDate)) return { kind: "fault", found: "birth-date" };
  const sex = Number(sequence) % 2 === 1 ? "male" : "female";
  return { kind: "resident-id", number, birthDate, sex };
}
