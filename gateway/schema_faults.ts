/** What is wrong with a document by its schema: what was found, what is wanted, what was meant. */
import { closest, distance } from "fastest-levenshtein";
import type * as z from "zod";
import { dig, type Path } from "./dig.ts";
import { type JsonSchema, keysAt } from "./json_schema.ts";

export interface PathFault {
  readonly path: Path;
  /** What was found, what is wanted, and the nearest known name where one is near. */
  readonly message: string;
}

/** What a document's readers call its parts, and what it is to be. */
export interface Wording {
  /** What stands before a colon: `setting`, `field`. */
  readonly key: string;
  readonly object: string;
  readonly schema: () => JsonSchema;
}

/** Of the unknown names of one object so many are told: nobody reads more. */
const UNKNOWN_KEYS_MAX = 20;
/** Names are compared up to here: the work grows with their length. */
const NAME_LENGTH_MAX = 64;

export type Issue = z.core.$ZodIssue;

/**
 * What each says, after its place: `lots.0.doses: …`. `from`: so many steps of the places are not
 * the sender's.
 */
export function issueLines(issues: readonly Issue[], from = 0): string[] {
  return issues.map(({ path, message }) => `${path.slice(from).join(".")}: ${message}`);
}

/** The faults that one issue of zod stands for. */
export function issueFaults(issue: Issue, document: unknown, wording: Wording): PathFault[] {
  const path = pathOf(issue);
  const found = dig(document, ...path);
  if (issue.code === "unrecognized_keys") return unknownKeys(path, issue.keys, document, wording);
  if (found === undefined) {
    const missing = { path, message: `it is missing; ${wanted(issue, wording)}` };
    if (issue.code !== "invalid_union") return [missing];
    // Which keys are known depends on what is missing; those that nothing knows may be it.
    const owner = path.slice(0, -1);
    const known = keysAt(wording.schema(), owner, document);
    const keys = Object.keys(Object(dig(document, ...owner))).filter((key) => !known.includes(key));
    return [missing, ...unknownKeys(owner, keys, document, wording)];
  }
  const names = namesWanted(issue);
  if (names !== null && typeof found === "string") {
    const what = unknownName(String(path.at(-1)), found, names);
    return [{ path, message: `${what} (${wanted(issue, wording)})` }];
  }
  return [{ path, message: `found ${shown(found)}; ${wanted(issue, wording)}` }];
}

export function pathOf(issue: Issue): Path {
  return issue.path.filter((step) => typeof step !== "symbol");
}

function unknownKeys(
  path: Path,
  keys: readonly string[],
  document: unknown,
  wording: Wording,
): PathFault[] {
  const known = keysAt(wording.schema(), path, document);
  return keys.slice(0, UNKNOWN_KEYS_MAX).map((key) => ({
    path: [...path, key],
    message: unknownName(wording.key, key, known),
  }));
}

/** That there is no such name, and which one was probably meant. */
export function unknownName(what: string, found: string, known: Iterable<string>): string {
  const name = cut(found);
  const hint = nearest(name, [...known]);
  return `there is no ${what} "${name}"${hint === null ? "" : `; did you mean "${hint}"?`}`;
}

/** The known name that was probably meant, or `null`. */
function nearest(found: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const name = closest(found, known);
  return distance(found, name) <= Math.max(2, Math.floor(name.length / 3)) ? name : null;
}

/** What the types of JSON are called. */
const TYPES: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  array: "a list",
};

/** What sizes count, where they are no numbers. */
const COUNTED: Readonly<Record<string, string>> = { string: "character", array: "item" };

/** The names that a choice knows, or `null` where there is no choice. */
function namesWanted(issue: Issue): string[] | null {
  if (issue.code === "invalid_value") return issue.values.map(String);
  return issue.code === "invalid_union" && "options" in issue
    ? (issue.options ?? []).map(String)
    : null;
}

/** What the schema wants in this place, as half a sentence. */
export function wanted(issue: Issue, { object }: Wording): string {
  const names = namesWanted(issue);
  if (names !== null && names.length > 0) return `want ${names.join(" or ")}`;
  switch (issue.code) {
    case "invalid_type":
      if (issue.expected === "object") return `want ${object}`;
      return `want ${TYPES[issue.expected] ?? issue.expected}`;
    case "too_small":
      return `want ${amount(issue.minimum, issue.origin)} or more`;
    case "too_big":
      return `want ${amount(issue.maximum, issue.origin)} or less`;
    default:
      return issue.message;
  }
}

function amount(limit: number | bigint, origin: string): string {
  const counted = COUNTED[origin];
  if (counted === undefined) return String(limit);
  return `${limit} ${counted}${Number(limit) === 1 ? "" : "s"}`;
}

/** A value that was found, short enough for a sentence. */
export function shown(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function cut(name: string): string {
  return name.length > NAME_LENGTH_MAX ? `${name.slice(0, NAME_LENGTH_MAX - 1)}…` : name;
}

/** As people write it: `lines[2].dose.unit`. */
export function pathText(path: Path): string {
  return path.map((step, index) =>
    typeof step === "number" ? `[${step}]` : index === 0 ? cut(step) : `.${cut(step)}`
  ).join("");
}
