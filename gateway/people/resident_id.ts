/** Chinese resident identity numbers: 18 characters (GB 11643-1999). */

const PATTERN = /^[1-9]\d{16}[\dX]$/;
/** Weights 2^(i−1) mod 11 from the left, ISO 7064 MOD 11-2. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";

/** Whether it is well-formed, its birth date a day of the calendar, its check digit right. */
export function isResidentId(typed: string): boolean {
  const id = typed.toUpperCase();
  if (!PATTERN.test(id) || !isDay(id.slice(6, 14))) return false;
  const sum = WEIGHTS.reduce((sum, weight, index) => sum + weight * Number(id[index]), 0);
  return CHECKS[sum % 11] === id[17];
}

function isDay(digits: string): boolean {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)]
    .map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1800 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
