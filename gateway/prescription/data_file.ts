/**
 * Files that a county keeps as YAML: every scalar is text there, so that a local code `007` keeps
 * its noughts and a strength never becomes floating point. What is read is frozen under its
 * version, the hash of the file's bytes.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { dig, type Path } from "../dig.ts";
import { type Place, readYaml } from "../yaml_document.ts";

export interface DataFault extends Place {
  /** `drugs.amoxicillin-capsule.pack` */
  readonly path: string;
  /** What was found, and what is wanted. */
  readonly message: string;
}

/** A data file cannot be used: who keeps it edits it. Tells all faults at once, with places. */
export class DataFileError extends Error {
  override name = "DataFileError";
  readonly faults: readonly DataFault[];

  constructor(what: string, file: string, faults: readonly DataFault[]) {
    const shown = faults.slice(0, FAULTS_SHOWN_MAX).map(({ path, line, column, message }) =>
      `  ${file}:${line}:${column}  ${path === "" ? "" : `${path}: `}${message}`
    );
    const more = faults.length - shown.length;
    if (more > 0) shown.push(`  and ${more} more`);
    super(`Cannot use the ${what} "${file}":\n${shown.join("\n")}`);
    this.faults = faults;
  }
}

/** A person mends the first ones and asks again. */
const FAULTS_SHOWN_MAX = 100;
/** A list of 20,000 drugs at 400 bytes each. */
const TEXT_LENGTH_MAX = 8 * 1024 * 1024;

/** A fault of what no single field can tell. */
export interface PathFault {
  readonly path: Path;
  readonly message: string;
}

export interface DataKind<T> {
  /** `drug list` */
  readonly what: string;
  readonly schema: z.ZodType<T>;
  /** What no single field can tell. */
  readonly faults: (data: T) => PathFault[];
}

export interface DataFile<T> {
  readonly data: T;
  /** `sha256:` and 64 hexadecimal digits: the same bytes, the same version. */
  readonly version: string;
}

/** Throws {@link DataFileError}. */
export function readDataFile<T>(text: string, file: string, kind: DataKind<T>): DataFile<T> {
  const fail = (faults: readonly DataFault[]) => new DataFileError(kind.what, file, faults);
  if (text.length > TEXT_LENGTH_MAX) {
    const message = `it has ${text.length} characters; want ${TEXT_LENGTH_MAX} or less`;
    throw fail([{ path: "", line: 1, column: 1, message }]);
  }
  const document = readYaml(text, "failsafe");
  if (document.kind === "troubles") {
    throw fail(document.troubles.map((trouble) => ({ path: "", ...trouble })));
  }
  const placed = ({ path, message }: PathFault): DataFault => ({
    path: path.join("."),
    ...document.placeOf(path),
    message,
  });
  const result = kind.schema.safeParse(document.plain);
  if (!result.success) {
    throw fail(result.error.issues.flatMap((one) => issueFaults(one, document.plain)).map(placed));
  }
  const faults = kind.faults(result.data);
  if (faults.length > 0) throw fail(faults.map(placed));
  return { data: result.data, version: versionOf(text) };
}

function versionOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function issueFaults(issue: z.core.$ZodIssue, document: unknown): PathFault[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  const way = wayMeant(issue);
  if (way.length > 0) {
    const inside = dig(document, ...path);
    return way.flatMap((one) => issueFaults(one, inside))
      .map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
  }
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key], message: "there is no such field" }));
  }
  if (issue.code === "invalid_key") {
    const wants = issue.issues.map(({ message }) => message).join("; ");
    return [{ path, message: `it cannot be named so; ${wants}` }];
  }
  const found = dig(document, ...path);
  if (found === undefined) return [{ path, message: `it is missing; ${wanted(issue)}` }];
  const shown = JSON.stringify(found) ?? String(found);
  const short = shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
  return [{ path, message: `found ${short}; ${wanted(issue)}` }];
}

/** Of several ways to write a value the one that its kind is of; none where a choice says more. */
function wayMeant(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || issue.message !== "Invalid input") return [];
  const isOtherKind = (one: z.core.$ZodIssue) =>
    one.code === "invalid_type" && one.path.length === 0;
  return issue.errors.find((way) => !way.some(isOtherKind)) ?? issue.errors.at(-1) ?? [];
}

function wanted(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return `want ${issue.values.map(String).join(" or ")}`;
  if (issue.code === "invalid_type") return `want ${WANTED[issue.expected] ?? issue.expected}`;
  return issue.message;
}

const WANTED: Readonly<Record<string, string>> = {
  string: "text",
  object: "a map",
  record: "a map",
  array: "a list",
};

/** A whole number as it stands in such a file. */
export function wholeNumber(least: number, most: number) {
  return z.string().regex(/^(0|[1-9]\d{0,8})$/, `want a whole number of ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `want ${least} to ${most}`);
}

/** One text, or a list of them. */
export function oneOrMore<T extends z.ZodType>(each: T, most: number) {
  return z.union([each.transform((one) => [one]), z.array(each).min(1).max(most)]);
}
