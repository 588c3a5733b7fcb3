/**
 * The map-and-release list: which codes of which site nobody has mapped yet, and the next version
 * of a mapping that has them.
 */
import { isMap, parseDocument } from "yaml";
import type { Unknown } from "./facts.ts";
import type { Section } from "./mapping.ts";
import type { Prescription } from "./prescription.ts";

export interface Reviewed {
  readonly site: string;
  readonly prescription: Prescription;
  readonly unknowns: readonly Unknown[];
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
}

export interface UnmappedList {
  /** Most often seen first; then by site, section and code. */
  readonly lines: readonly Unmapped[];
  /** How often codes were seen that had no room any more. */
  readonly leftOut: number;
}

/** More than anybody maps by hand: a site with more has no mapping, or another's. */
const LINES_MAX = 5_000;

/** Gathers the unknown codes of recent prescriptions; the order of them changes nothing. */
export function unmappedOf(reviewed: Iterable<Reviewed>, linesMax = LINES_MAX): UnmappedList {
  const lines = new Map<string, Unmapped>();
  let leftOut = 0;
  for (const { site, prescription, unknowns } of reviewed) {
    const ms = Date.parse(prescription.issuedAt);
    for (const { at, code: kind } of unknowns) {
      const found = kind === "unknown-code" ? codeAt(at, prescription) : null;
      if (found === null) continue;
      const key = JSON.stringify([site, found.section, found.code]);
      const before = lines.get(key);
      if (before === undefined && lines.size >= linesMax) leftOut++;
      else {lines.set(
          key,
          before === undefined ? { site, ...found, ...seenAt(ms) } : seen(before, found.text, ms),
        );}
    }
  }
  return { lines: [...lines.values()].sort(byCount), leftOut };
}

function seenAt(ms: number) {
  return { count: 1, firstMs: ms, lastMs: ms };
}

function seen(before: Unmapped, text: string | null, ms: number): Unmapped {
  return {
    ...before,
    text: ms < before.firstMs ? text ?? before.text : before.text ?? text,
    count: before.count + 1,
    firstMs: Math.min(before.firstMs, ms),
    lastMs: Math.max(before.lastMs, ms),
  };
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
