/** Numbers of residents (公民身份号码, GB 11643-1999). */

const FORM = /^\d{6}(\d{4})(\d{2})(\d{2})\d{3}[\dX]$/;
/** ISO 7064 MOD 11-2: 2 to the power of the place from the right, modulo 11. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";

/** Whether it has 18 places and its check digit, `X` as a capital, is the right one. */
export function isResidentId(text: string): boolean {
  if (!FORM.test(text)) return false;
  const sum = WEIGHTS.reduce((sum, weight, at) => sum + weight * Number(text[at]), 0);
  return CHECKS[sum % 11] === text[17];
}

/** `1980-02-29`, which may be no date; of what is no number of a resident, `null`. */
export function birthDateIn(residentId: string): string | null {
  const [, year, month, day] = FORM.exec(residentId) ?? [];
  return year === undefined ? null : `${year}-${month}-${day}`;
}
