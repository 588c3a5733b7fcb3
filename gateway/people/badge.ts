/**
 * Badges: cards whose number a reader types as a keyboard does. A number is no secret that a
 * person chose, and may be as short as 32 bits: it is kept under the key that never leaves this
 * node (see `openPinKey`), and is of use here alone.
 */
import { createHmac, timingSafeEqual } from "node:crypto";

/** What readers type: of 125 kHz and 13.56 MHz cards 8 to 20 digits, in decimal or hexadecimal. */
const NUMBER = /^[0-9A-Z]{6,32}$/;

/** As it was typed, also by an input method that widens; `null`: it is no number of a badge. */
export function badgeNumber(typed: string): string | null {
  const number = typed.normalize("NFKC").trim().toUpperCase();
  return NUMBER.test(number) ? number : null;
}

/** What a badge is known by. */
export function badgeSecret(number: string, key: Uint8Array): string {
  return createHmac("sha256", key).update(`badge ${number}`).digest("hex");
}

/** Whose badge it is, of those that are set here; `null`: nobody's, or of more than one. */
export function ownerOf(
  secret: string,
  badges: readonly { readonly account: string; readonly secret: string }[],
): string | null {
  const found = badges.filter((one) =>
    one.secret.length === secret.length &&
    timingSafeEqual(Buffer.from(one.secret), Buffer.from(secret))
  );
  return found.length === 1 ? found[0].account : null;
}
