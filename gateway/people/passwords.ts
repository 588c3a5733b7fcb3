/**
 * What a password and a PIN may be, and what is kept of them: argon2id (RFC 9106) as a PHC
 * string, made in a thread.
 */
import { randomBytes } from "node:crypto";

/** What argon2id costs; memory in KiB. */
export interface Cost {
  readonly memorySize: number;
  readonly iterations: number;
  readonly parallelism: number;
}

/** The least that OWASP's Password Storage Cheat Sheet names first: 19 MiB, 2 passes, 1 lane. */
export const PASSWORD_COST: Cost = { memorySize: 19_456, iterations: 2, parallelism: 1 };
/**
 * RFC 9106, 4, the second recommended option: 64 MiB, 3 passes, 4 lanes. A PIN has few digits: it
 * is keyed with a secret that only this node holds as well, see pin_key.ts.
 */
export const PIN_COST: Cost = { memorySize: 65_536, iterations: 3, parallelism: 4 };

/** RFC 9106, 3.1: 16 bytes of salt are recommended for passwords; a tag of 256 bits. */
export const SALT_BYTES = 16;
export const HASH_BYTES = 32;

export function newSalt(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(randomBytes(SALT_BYTES));
}

export type SecretFault = "tooShort" | "tooLong" | "tooSimple" | "likeName";

const SHORT = 8;
/** A sentence of so many characters may be of one kind of them. */
const SENTENCE = 16;
const LONG = 128;
const KINDS = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{Ll}\p{Lu}\p{N}]/u];

/** No password is longer before it is normalised: a character is made of four at most. */
const RAW_LENGTH_MAX = 1024;

/**
 * What is hashed: one password typed on two keyboards has the same bytes (NFKC). Of what is longer
 * than any the rest is left out, since bringing thousands of marks into order takes seconds.
 */
export function normalised(password: string): string {
  return password.slice(0, RAW_LENGTH_MAX).normalize("NFKC");
}

/**
 * Why this cannot be a password; `null`: it can. GB/T 22239-2019, 8.1.4.1 a, asks for complexity
 * without a number: 8 characters of three kinds are what evaluations look for; NIST SP 800-63B
 * prefers length, so that 16 of any kind do as well.
 */
export function passwordFault(password: string, account: string): SecretFault | null {
  const text = normalised(password);
  const characters = [...text];
  if (characters.length < SHORT) return "tooShort";
  if (characters.length > LONG) return "tooLong";
  const kinds = KINDS.filter((kind) => kind.test(text)).length;
  const isSentence = characters.length >= SENTENCE;
  if ((kinds < 3 && !isSentence) || isMonotonous(characters)) return "tooSimple";
  if (text.toLowerCase().includes(account.toLowerCase())) return "likeName";
  return null;
}

const PIN = /^\d{6}$/;

/** Why this cannot be a PIN: six digits, neither all alike nor in a row. */
export function pinFault(pin: string): SecretFault | null {
  if (!PIN.test(pin)) return pin.length > 6 ? "tooLong" : "tooShort";
  return isMonotonous([...pin]) ? "tooSimple" : null;
}

/** Whether fewer than five characters occur, or each follows the one before, up or down. */
function isMonotonous(characters: readonly string[]): boolean {
  const codes = characters.map((one) => one.codePointAt(0) ?? 0);
  const steps = new Set(codes.slice(1).map((code, index) => code - codes[index]));
  const inRow = steps.size === 1 && Math.abs([...steps][0]) <= 1;
  return inRow || (characters.length >= SHORT && new Set(characters).size < 5);
}
