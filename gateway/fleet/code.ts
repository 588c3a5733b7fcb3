/** One-time codes: short enough to read out on the telephone, and never sent themselves. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Crockford's base 32: no I, L, O or U to mistake. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 16 × 5 = 80 random bits. */
const CODE_LENGTH = 16;

/** `K7QX-2M4P-9TRA-HW3C` */
export function newCode(): string {
  const letters = Array.from(randomBytes(CODE_LENGTH), (byte) => ALPHABET[byte & 31]).join("");
  return letters.replace(/(.{4})(?=.)/g, "$1-");
}

/** The key derived from a code as somebody typed it, hexadecimal; `null` where it is no code. */
export function codeKey(typed: string): string | null {
  const letters = typed.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
  if (letters.length !== CODE_LENGTH) return null;
  if ([...letters].some((letter) => !ALPHABET.includes(letter))) return null;
  return createHash("sha256").update(`tributary-invitation-1\n${letters}`).digest("hex");
}

/** Proves the knowledge of a code over some fields, hexadecimal. */
export function proof(key: string, fields: readonly string[]): string {
  return createHmac("sha256", Buffer.from(key, "hex")).update(fields.join("\n")).digest("hex");
}

export function proves(found: string, key: string, fields: readonly string[]): boolean {
  const wanted = Buffer.from(proof(key, fields), "hex");
  const given = Buffer.from(found, "hex");
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
