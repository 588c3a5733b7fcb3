/** Reads `tributary.yaml`: either a configuration, or all its faults with their places. */
import { closest, distance } from "fastest-levenshtein";
import { isNode, LineCounter, type ParsedNode, parseDocument } from "yaml";
import { z } from "zod";
import type { Profile } from "../drivers/profile.ts";
import { builtInProfiles, readProfiles } from "../drivers/profile_library.ts";
import { type Config, configSchema } from "./config.ts";
import { dig, ruleFaults } from "./config_rules.ts";
import { keysAt } from "./config_schema.ts";

export interface Fault {
  /** `sources[0].settings.port` */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** What was found, what is wanted, and the nearest known name where one is near. */
  readonly message: string;
}

/** The configuration is wrong: the operator edits it. Tells all faults at once. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly faults: readonly Fault[];

  constructor(file: string, faults: readonly Fault[]) {
    const lines = faults.map(({ path, line, column, message }) =>
      `  ${file}:${line}:${column}  ${path === "" ? "" : `${path}: `}${message}`
    );
    super(`Cannot use the configuration "${file}":\n${lines.join("\n")}`);
    this.faults = faults;
  }
}

type Path = readonly (string | number)[];

export function readConfig(file: string): Config {
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(file, [{ path: "", line: 1, column: 1, message: found }]);
  }
  return parseConfig(text, file);
}

/** Throws {@link ConfigError}. */
export function parseConfig(text: string, file = "tributary.yaml"): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ message, pos }): Fault => {
      const { line, col } = lines.linePos(pos[0]);
      return { path: "", line, column: col, message };
    });
    throw new ConfigError(file, faults);
  }
  const plain: unknown = document.toJS();
  const faultAt = (path: Path, message: string): Fault => {
    const { line, col } = lines.linePos(offsetOf(document.contents, path));
    return { path: pathText(path), line, column: col, message };
  };
  const profiles = profilesFor(plain, (path, message) => {
    throw new ConfigError(file, [faultAt(path, message)]);
  });
  const wrong = insertProfiles(plain, profiles).map(({ path, message }) => faultAt(path, message));
  const result = configSchema.safeParse(plain);
  const issues = result.success ? [] : result.error.issues;
  const faults = [
    ...wrong,
    ...issues.flatMap((issue) => issueFaults(issue, plain, faultAt)),
    ...ruleFaults(plain).map(({ path, message }) => faultAt(path, message)),
  ];
  if (faults.length > 0 || !result.success) {
    throw new ConfigError(file, faults.sort((a, b) => a.line - b.line || a.column - b.column));
  }
  return result.data;
}

function profilesFor(
  document: unknown,
  complain: (path: Path, message: string) => never,
): Map<string, Profile> {
  const own = dig(document, "profilesDir");
  try {
    return readProfiles([builtInProfiles(), ...(typeof own === "string" ? [own] : [])]);
  } catch (error) {
    return complain(["profilesDir"], error instanceof Error ? error.message : String(error));
  }
}

/** Puts profiles in the place of their names; tells the names that are none. */
function insertProfiles(
  document: unknown,
  profiles: ReadonlyMap<string, Profile>,
): { path: Path; message: string }[] {
  const faults: { path: Path; message: string }[] = [];
  const visit = (value: unknown, path: Path) => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const place = [...path, Array.isArray(value) ? Number(key) : key];
      if (key === "profile" && typeof inner === "string") {
        const profile = profiles.get(inner);
        if (profile !== undefined) Reflect.set(value, key, profile);
        else faults.push({ path: place, message: unknownName("profile", inner, profiles.keys()) });
      } else {
        visit(inner, place);
      }
    }
  };
  visit(dig(document, "sources"), ["sources"]);
  return faults;
}

function unknownName(what: string, found: string, known: Iterable<string>): string {
  const names = [...known];
  const hint = nearest(found, names);
  return `there is no ${what} "${found}"${hint === null ? "" : `; did you mean "${hint}"?`}`;
}

/** The known name that was probably meant, or `null`. */
function nearest(found: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const name = closest(found, known);
  return distance(found, name) <= Math.max(2, Math.floor(name.length / 3)) ? name : null;
}

type Issue = z.core.$ZodIssue;

function issueFaults(
  issue: Issue,
  document: unknown,
  faultAt: (path: Path, message: string) => Fault,
): Fault[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  const found = dig(document, ...path);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(path, document);
    return issue.keys.map((key) => faultAt([...path, key], unknownName("setting", key, known)));
  }
  // A profile's name that is none was told already.
  if (path.at(-1) === "profile" && typeof found === "string") return [];
  if (found === undefined) return [faultAt(path, `it is missing; ${wanted(issue)}`)];
  const names = namesWanted(issue);
  if (names !== null && typeof found === "string") {
    return [faultAt(path, `${unknownName(String(path.at(-1)), found, names)} (${wanted(issue)})`)];
  }
  return [faultAt(path, `found ${shown(found)}; ${wanted(issue)}`)];
}

/** What the types of JSON are called in YAML. */
const TYPES: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  object: "a map",
  array: "a list",
};

/** The names that a choice knows, or `null` where there is no choice. */
function namesWanted(issue: Issue): string[] | null {
  if (issue.code === "invalid_value") return issue.values.map(String);
  return issue.code === "invalid_union" && "options" in issue
    ? (issue.options ?? []).map(String)
    : null;
}

function wanted(issue: Issue): string {
  const names = namesWanted(issue);
  if (names !== null && names.length > 0) return `want ${names.join(" or ")}`;
  switch (issue.code) {
    case "invalid_type":
      return `want ${TYPES[issue.expected] ?? issue.expected}`;
    case "too_small":
      return `want ${issue.minimum} or more`;
    case "too_big":
      return `want ${issue.maximum} or less`;
    default:
      return issue.message;
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Where the value at a path stands in the text, or its nearest neighbour above. */
function offsetOf(root: ParsedNode | null, path: Path): number {
  let node: unknown = root;
  let offset = root?.range[0] ?? 0;
  for (const step of path) {
    const inner = stepInto(node, step);
    if (inner === null) return offset;
    offset = inner.offset;
    node = inner.node;
  }
  return offset;
}

function stepInto(node: unknown, step: string | number): { node: unknown; offset: number } | null {
  const items = dig(node, "items");
  if (!Array.isArray(items)) return null;
  if (typeof step === "number") {
    const item: unknown = items[step];
    return isNode(item) && item.range ? { node: item, offset: item.range[0] } : null;
  }
  for (const pair of items) {
    const key = dig(pair, "key");
    if (!isNode(key) || dig(key, "value") !== step || !key.range) continue;
    return { node: dig(pair, "value"), offset: key.range[0] };
  }
  return null;
}

function pathText(path: Path): string {
  return path.map((step, index) =>
    typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`
  ).join("");
}
