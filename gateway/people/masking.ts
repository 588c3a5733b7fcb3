/**
 * How personal data is shown (X5): masked, unless somebody has asked for one field with a reason,
 * which is in the audit. Masks are fixed in length where the length would tell something.
 */

/**
 * `320***********1234`: the first three characters and the last four. GB/T 35273-2020 asks for
 * display to be de-identified (7.2) and gives no digits; what is common shows 6 + 4 or 3 + 4, of
 * which we take the shorter, since the first six name the county and seven to fourteen the
 * birthday. Other numbers than 18 characters are masked like {@link maskNumber}.
 */
export function maskResidentId(id: string): string {
  const text = id.trim();
  return text.length === 18
    ? `${text.slice(0, 3)}${"*".repeat(11)}${text.slice(-4)}`
    : maskNumber(text);
}

/** `138****5678`, as mobile operators print it; `****678` of a number that is no mobile one. */
export function maskPhone(phone: string): string {
  const digits = phone.replaceAll(/[\s-]/g, "").replace(/^(\+|00)86/, "");
  if (/^1\d{10}$/.test(digits)) return `${digits.slice(0, 3)}****${digits.slice(-4)}`;
  return maskNumber(digits);
}

/** Any other number: its last three characters where there are nine and more, else nothing. */
export function maskNumber(number: string): string {
  const characters = [...number.trim()];
  return characters.length < 9 ? "****" : `****${characters.slice(-3).join("")}`;
}

/** `李**`: a Chinese name keeps its first character, another its initials: `A*** S***`. */
export function maskName(name: string): string {
  const text = name.trim();
  if (text === "") return "";
  const han = /^\p{Script=Han}/u.test(text);
  if (han) return `${[...text][0]}**`;
  return text.split(/\s+/).map((word) => `${[...word][0]}***`).join(" ");
}
