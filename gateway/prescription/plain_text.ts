/**
 * Texts that look like what they are. A code with a full-width digit, or with a mark that nobody
 * sees, looks like another code and is none: it is refused where it enters (UTS 39, 5.2).
 */

/** Controls, format characters such as zero-width space and direction marks, halves, unassigned. */
const NO_CODE = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Controls but for line breaks and tabs, and what turns the direction of all that follows. */
const NO_TEXT = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069\ufeff]|\p{Cs}/u;
/** Most codes and units: nothing of the rest can be in them. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
const ROUND_ABOUT = /^\s|\s$/u;

/** Whether a code or a number is written in characters that have no other form (NFKC). */
export function isPlainCode(text: string): boolean {
  if (VISIBLE_ASCII.test(text)) return true;
  return !NO_CODE.test(text) && !ROUND_ABOUT.test(text) && text === text.normalize("NFKC");
}

/** A unit may have other forms, as `µg` has: which units there are, the county's mapping tells. */
export function isPlainUnit(text: string): boolean {
  return VISIBLE_ASCII.test(text) || (!NO_CODE.test(text) && !ROUND_ABOUT.test(text));
}

/** What is written for people: something that can be seen, in the order in which it is read. */
export function isPlainText(text: string): boolean {
  return !NO_TEXT.test(text) && /[^\s\p{Cf}]/u.test(text);
}
