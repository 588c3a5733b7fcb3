/** What could not be made of a prescription, gathered while its facts are made. */
import type { Unknown } from "./facts.ts";

/** Why something is `null` in the facts. */
export const UNKNOWN_CODES = [
  /** A code that the site's mapping, or now the county's list, does not have. */
  "unknown-code",
  /** A unit that says nothing of this drug or value, or a number that is none. */
  "not-convertible",
  /** A fraction of a base unit, or 2^53 of them and more. */
  "not-countable",
  /** Nobody is that old or that heavy; a dose or quantity of nothing. */
  "out-of-range",
  /** Who the patient is cannot be said for certain: the history may be another's, or lack some. */
  "identity",
  /** The prescriber is in no registry of the county. */
  "no-registry",
  /** It was measured too long ago, or after the prescription. */
  "not-current",
] as const;
export type UnknownCode = typeof UNKNOWN_CODES[number];

/** Notes an unknown, and is the `null` that stands for it. No detail has personal data. */
export type Note = (at: string, code: UnknownCode, detail: string) => null;

export function noteInto(unknowns: Unknown[]): Note {
  return (at, code, detail) => {
    unknowns.push({ at, code, detail });
    return null;
  };
}
