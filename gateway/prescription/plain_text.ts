/**
 * Texts that look like what they are. A code with a full-width digit, or with a mark that nobody
 * sees, looks like another code and is none: it is refused where it enters (UTS 39, 5.2).
 */

/**
 * Controls, format characters such as zero-width space and direction marks, halves, unassigned;
 * fillers, joiners and selectors that are letters or marks and yet nothing is seen of them, and the
 * empty pattern of Braille.
 */
const NO_CODE = /[\p{C}\p{Zl}\p{Zp}\p{DI}\u2800]/u;
/**
 * Letters that draw Latin ones (confusables.txt of UTS 39), of scripts that no code in China is
 * written in; and those of Greek, which names of drugs have, that look the same.
 */
const LOOKS_LATIN = [
  /[\p{Script=Cyrillic}\p{Script=Cherokee}\p{Script=Armenian}\p{Script=Coptic}\p{Script=Lisu}]/u,
  /[\u0391\u0392\u0395-\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03f9]/,
  /[\u03bd\u03bf\u03c1\u03c5\u03f2\u03f3]/,
];
/** Controls but for line breaks and tabs, and what turns the direction of all that follows. */
const NO_TEXT = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069\ufeff]|\p{Cs}/u;
/** Most codes and units: nothing of the rest can be in them. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
const ROUND_ABOUT = /^\s|\s$/u;

/** Whether a code or a number is written in characters that have no other form (NFKC). */
export function isPlainCode(text: string): boolean {
  if (VISIBLE_ASCII.test(text)) return true;
  return !NO_CODE.test(text) && !ROUND_ABOUT.test(text) &&
    !LOOKS_LATIN.some((letters) => letters.test(text)) && text === text.normalize("NFKC");
}

/** A unit may have other forms, as `µg` has: which units there are, the county's mapping tells. */
export function isPlainUnit(text: string): boolean {
  return VISIBLE_ASCII.test(text) || (!NO_CODE.test(text) && !ROUND_ABOUT.test(text));
}

/** What is written for people: something that can be seen, in the order in which it is read. */
export function isPlainText(text: string): boolean {
  return !NO_TEXT.test(text) && /[^\s\p{Cf}]/u.test(text);
}
