/**
 * The map-and-release list: which codes of which site nobody has mapped yet, and the next version
 * of a mapping that has them.
 */
import { isMap, parseDocument } from "yaml";
import type { Unknown } from "./facts.ts";
import { type Codes, nationalCodeOf, type Section } from "./mapping.ts";
import { spelling, UNITS } from "./measure.ts";
import type { Prescription } from "./prescription.ts";

export interface Reviewed {
  readonly site: string;
  readonly prescription: Prescription;
  readonly unknowns: readonly Unknown[];
}

/** A code that nobody had mapped, in one place of one prescription. */
export interface SeenCode {
  readonly site: string;
  readonly section: Section;
  readonly code: string;
  /** What it reads as there. */
  readonly text: string | null;
  /** Of the prescription. */
  readonly number: string;
  /** When that was issued, milliseconds since 1970 UTC. */
  readonly ms: number;
}

/** One code of one site that is waiting to be mapped. */
export interface Unmapped {
  readonly site: string;
  readonly section: Section;
  readonly code: string;
  /** What it read as when it was first seen. */
  readonly text: string | null;
  /** Lines and places of prescriptions that it stood in. */
  readonly count: number;
  /** By the times of issue. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Number of the last prescription that it stood in. */
  readonly example: string;
}

export interface UnmappedList {
  /** Most often seen first; then by site, section and code. */
  readonly lines: readonly Unmapped[];
  /** How often codes were seen that had no room any more. */
  readonly leftOut: number;
}

/** More than anybody maps by hand: a site with more has no mapping, or another's. */
export const LINES_MAX = 5_000;

/** The unknown codes of one prescription, each with its place in the recorded form. */
export function seenIn({ site, prescription, unknowns }: Reviewed): (SeenCode & { at: string })[] {
  const { id: number, issuedAt } = prescription;
  const ms = Date.parse(issuedAt);
  return unknowns.flatMap(({ at, code: kind }) => {
    const found = kind === "unknown-code" ? codeAt(at, prescription) : null;
    return found === null ? [] : [{ at, site, ...found, number, ms }];
  });
}

/** Gathers unknown codes; the order in which they come changes nothing, while there is room. */
export function unmappedOf(seen: Iterable<SeenCode>, linesMax = LINES_MAX): UnmappedList {
  const lines = new Map<string, Unmapped>();
  let leftOut = 0;
  for (const one of seen) {
    const key = JSON.stringify([one.site, one.section, one.code]);
    const before = lines.get(key);
    if (before === undefined && lines.size >= linesMax) leftOut++;
    else lines.set(key, before === undefined ? first(one) : seenAgain(before, one));
  }
  return { lines: [...lines.values()].sort(byCount), leftOut };
}

function first({ number, ms, site, section, code, text }: SeenCode): Unmapped {
  return { site, section, code, text, count: 1, firstMs: ms, lastMs: ms, example: number };
}

function seenAgain(before: Unmapped, { text, ms, number }: SeenCode): Unmapped {
  const isLater = ms > before.lastMs || (ms === before.lastMs && number > before.example);
  return {
    ...before,
    text: ms < before.firstMs ? text ?? before.text : before.text ?? text,
    count: before.count + 1,
    firstMs: Math.min(before.firstMs, ms),
    lastMs: Math.max(before.lastMs, ms),
    example: isLater ? number : before.example,
  };
}

/** Whether a code means something by now. */
export function isMapped({ section, code }: Pick<SeenCode, "section" | "code">, codes: Codes) {
  const { mapping, drugs } = codes;
  if (section !== "units") return nationalCodeOf(section, code, mapping, drugs) !== null;
  const word = spelling(code);
  const known = mapping.codes.units.get(word) ?? word;
  return UNITS.has(known) || drugs.units.has(known) || drugs.words.has(known);
}

function byCount(one: Unmapped, other: Unmapped): number {
  return other.count - one.count || order(one.site, other.site) ||
    order(one.section, other.section) || order(one.code, other.code);
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

interface Found {
  readonly section: Section;
  readonly code: string;
  readonly text: string | null;
}

/** The code that stands at a place of the recorded form; `null` where none does. */
function codeAt(at: string, { lines, diagnoses, patient }: Prescription): Found | null {
  const coded = (section: Section, one?: { code: string; text?: string | undefined }) =>
    one === undefined ? null : { section, code: one.code, text: one.text ?? null };
  const [root, number, field] = at.split(".");
  if (root === "diagnoses") return coded("diagnoses", diagnoses[Number(number)]);
  if (root === "patient") {
    const { allergies } = patient;
    const index = Number(at.split(".").at(-2));
    return allergies.state === "listed" ? coded("allergies", allergies.substances[index]) : null;
  }
  const line = root === "lines" ? lines[Number(number)] : undefined;
  switch (field) {
    case "drug":
      return coded("drugs", line?.drug);
    case "route":
      return coded("routes", line?.route);
    case "frequency":
      return coded("frequencies", line?.frequency);
    case "dose":
      return line === undefined ? null : { section: "units", code: line.dose.unit, text: null };
    case "quantity":
      return line === undefined ? null : { section: "units", code: line.quantity.unit, text: null };
    default:
      return null;
  }
}

export interface Release {
  readonly section: Section;
  readonly code: string;
  /** What it means from now on. */
  readonly national: string;
}

/** A release would change what a code means: who maps looks again, and edits the file. */
export class ReleaseError extends Error {
  override name = "ReleaseError";
}

/**
 * The text of the next version of a mapping, with its comments and order kept. It is to be read by
 * `parseMapping` like any other, which tells whether it is sound. Throws {@link ReleaseError} where
 * a code means something else already.
 */
export function releasedMapping(
  text: string,
  releases: readonly Release[],
  { issued, by }: { readonly issued: string; readonly by: string },
): string {
  const options = { schema: "failsafe", stringKeys: true, uniqueKeys: false } as const;
  const document = parseDocument(text, options);
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw new ReleaseError("Cannot release into the mapping: it is no mapping's file");
  }
  for (const { section, code, national } of releases) {
    const before = document.getIn([section, code]);
    if (before !== undefined && before !== national) {
      throw new ReleaseError(
        `Cannot release "${code}" of ${section} as "${national}": it means "${before}" already`,
      );
    }
    document.setIn([section, code], national);
  }
  document.set("issued", issued);
  document.set("by", by);
  return document.toString({ lineWidth: 0 });
}
