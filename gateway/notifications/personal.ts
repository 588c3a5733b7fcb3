/** Words that name a person: they never leave in a message. */
import { isResidentId } from "../resident_id.ts";

/** As people type digits with a Chinese keyboard. */
const FULL_WIDTH = /[\uFF10-\uFF19\uFF38\uFF58]/g;
const FULL_WIDTH_OFFSET = 0xfee0;
const NUMBER = /(?<!\d)\d{17}[\dXx](?!\d)/g;
/** Chinese mobile numbers: eleven digits that begin with 13 to 19. */
const MOBILE = /(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)/;

/** Whether it has a resident identity number (GB 11643) or a mobile number, also with gaps. */
export function namesPerson(text: string): boolean {
  const digits = text
    .replaceAll(FULL_WIDTH, (one) => String.fromCharCode(one.charCodeAt(0) - FULL_WIDTH_OFFSET))
    .replaceAll(/(?<=\d)[ -](?=[\dXx])/g, "");
  return MOBILE.test(digits) || (digits.match(NUMBER) ?? []).some(isResidentId);
}
