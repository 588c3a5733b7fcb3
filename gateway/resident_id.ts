/** Chinese resident identity numbers: 18 characters (GB 11643-1999). */

const PATTERN = /^[1-9]\d{16}[\dX]$/;
const YEAR_MIN = 1800;

/** Whether it is well-formed, its birth date a day of the calendar, its check digit right. */
export function isResidentId(typed: string): boolean {
  const id = typed.toUpperCase();
  if (!PATTERN.test(id) || checkCharacter(id.slice(0, 17)) !== id[17]) return false;
  const [year, month, day] = [id.slice(6, 10), id.slice(10, 12), id.slice(12, 14)];
  return Number(year) >= YEAR_MIN && isDate(`${year}-${month}-${day}`);
}

/** Of ISO 7064, pure system MOD 11-2: by its recursion, which is the sum of weighted digits. */
export function checkCharacter(digits: string): string {
  let remainder = 0;
  for (const digit of digits) remainder = (remainder + Number(digit)) * 2 % 11;
  const check = (12 - remainder) % 11;
  return check === 10 ? "X" : String(check);
}

/** Whether `YYYY-MM-DD` is a day of the calendar. */
export function isDate(text: string): boolean {
  const moment = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
}
