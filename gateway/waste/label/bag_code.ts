/**
 * Codes of bags and loads: made anywhere without asking anybody, short enough to be typed. Two
 * letters say of what, 12 characters are 60 random bits, the last one checks the others (ISO 7064
 * MOD 37,36, which finds every wrong character and nearly every swap).
 */

/** Crockford's base 32: without I, L, O and U, which are read as others. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHECKED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LENGTH = 12;

export const CODE_PREFIXES = { bag: "MW", load: "ML" } as const;
export type CodeOf = keyof typeof CODE_PREFIXES;

/** `random`: 12 bytes of a generator that nobody can guess. */
export function newCode(of: CodeOf, random: Uint8Array): string {
  if (random.length !== LENGTH) throw new Error(`Cannot make a code of ${random.length} bytes`);
  const body = CODE_PREFIXES[of] + [...random].map((byte) => DIGITS[byte % 32]).join("");
  return body + checkCharacter(body);
}

/** What it is the code of; `null`: of nothing, or a character is wrong. */
export function codeKind(text: string): CodeOf | null {
  if (!/^M[WL][0-9A-HJKMNP-TV-Z]{12}[0-9A-Z]$/.test(text)) return null;
  if (checkCharacter(text.slice(0, -1)) !== text.at(-1)) return null;
  return text.startsWith(CODE_PREFIXES.bag) ? "bag" : "load";
}

/** As it was typed, or came from a reader: spaces, hyphens, case and width do not count. */
export function normalCode(typed: string): string {
  return typed.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase();
}

/** ISO 7064, hybrid system MOD 37,36, over digits and letters. */
export function checkCharacter(text: string): string {
  let product = 36;
  for (const character of text) {
    const sum = (product + CHECKED.indexOf(character)) % 36;
    product = (sum === 0 ? 36 : sum) * 2 % 37;
  }
  return CHECKED[(37 - product) % 36];
}
