/**
 * JSON of which whole numbers keep all their digits: beyond 2^53 they are bigints, since two ids
 * that differ in the last digit are one and the same double.
 */
import { exact } from "../packed_value.ts";

/** Fewer digits are no number beyond 2^53: such a text is read the fast way. */
const MANY_DIGITS = /\d{16}/;
const WHOLE = /^-?\d+$/;

/** Throws a SyntaxError for what is no JSON, a RangeError for what is nested too deeply. */
export function readJson(text: string): unknown {
  return MANY_DIGITS.test(text) ? JSON.parse(text, exactly) : JSON.parse(text);
}

/**
 * What {@link readJson} has read, or a part of it, with the same digits. Throws a RangeError where
 * it is nested too deeply.
 */
export function writeJson(document: unknown): string {
  try {
    return JSON.stringify(document);
  } catch (error) {
    // It has a bigint. Digit by digit is the slow way, and not as deep.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(document, digits);
  }
}

declare global {
  interface JSON {
    /** ECMAScript's JSON.parse source text access: a text that stands in JSON as it is. */
    rawJSON(text: string): unknown;
  }
}

function digits(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? JSON.rawJSON(String(value)) : value;
}

function exactly(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const { source = "" } = context ?? {};
  return WHOLE.test(source) ? exact(BigInt(source)) : value;
}
