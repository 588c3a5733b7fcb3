/** Reads `tributary.yaml`: either a configuration, or all its faults with their places. */
import { closest, distance } from "fastest-levenshtein";
import * as z from "zod";
import { builtInProfiles, ProfileLibrary, readProfiles } from "../drivers/profile_library.ts";
import { type Config, configSchema } from "./config.ts";
import { dig, ruleFaults } from "./config_rules.ts";
import { keysAt } from "./config_schema.ts";
import { type Path, readYaml } from "./yaml_document.ts";

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
  const document = readYaml(text);
  if (document.kind === "troubles") {
    const faults = document.troubles.map((trouble): Fault => ({ path: "", ...trouble }));
    throw new ConfigError(file, faults);
  }
  const { plain } = document;
  const faultAt = (path: Path, message: string): Fault => ({
    path: pathText(path),
    ...document.placeOf(path),
    message,
  });
  const profiles = profilesFor(plain);
  const named = insertProfiles(plain, profiles.library);
  const result = configSchema.safeParse(plain);
  const issues = result.success ? [] : result.error.issues;
  const faults = [
    ...[...profiles.faults, ...named].map(({ path, message }) => faultAt(path, message)),
    ...issues.flatMap((issue) => issueFaults(issue, plain, faultAt)),
    ...ruleFaults(plain).map(({ path, message }) => faultAt(path, message)),
  ];
  if (faults.length > 0 || !result.success) {
    throw new ConfigError(file, faults.sort((a, b) => a.line - b.line || a.column - b.column));
  }
  return result.data;
}

interface PathFault {
  readonly path: Path;
  readonly message: string;
}

/** The profiles that there are; those of the site's own folder are all read, and told of. */
function profilesFor(document: unknown): { library: ProfileLibrary; faults: PathFault[] } {
  const library = new ProfileLibrary(builtInProfiles());
  const own = dig(document, "profilesDir");
  if (typeof own !== "string") return { library, faults: [] };
  try {
    library.put(readProfiles(own).values());
    return { library, faults: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { library, faults: [{ path: ["profilesDir"], message }] };
  }
}

/** Puts profiles in the place of their names; tells the names that are none. */
function insertProfiles(document: unknown, library: ProfileLibrary): PathFault[] {
  const faults: PathFault[] = [];
  // An alias makes one device stand in two places; its name is replaced in the first.
  const done = new Set<unknown>();
  const visitValue = (value: unknown, path: Path) => {
    if (typeof value !== "object" || value === null || done.has(value)) return;
    done.add(value);
    for (const [key, inner] of Object.entries(value)) {
      const place = [...path, Array.isArray(value) ? Number(key) : key];
      if (key !== "profile") {
        visitValue(inner, place);
        continue;
      }
      const profile = typeof inner === "string" ? library.get(inner) : undefined;
      if (profile !== undefined) Reflect.set(value, key, profile);
      else if (typeof inner !== "string") {
        faults.push({ path: place, message: `found ${shown(inner)}; ${PROFILE_WANTED}` });
      } else faults.push({ path: place, message: unknownName("profile", inner, library.names) });
    }
  };
  visitValue(dig(document, "sources"), ["sources"]);
  return faults;
}

const PROFILE_WANTED = "want the name of a profile";

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
  if (path.includes("profile")) return profileFaults(issue, path, document, faultAt);
  const found = dig(document, ...path);
  if (issue.code === "unrecognized_keys") return unknownKeys(path, issue.keys, document, faultAt);
  if (found === undefined) {
    const missing = faultAt(path, `it is missing; ${wanted(issue)}`);
    if (issue.code !== "invalid_union") return [missing];
    // Which keys are known depends on what is missing; those that nothing knows may be it.
    const owner = path.slice(0, -1);
    const known = keysAt(owner, document);
    const keys = Object.keys(Object(dig(document, ...owner))).filter((key) => !known.includes(key));
    return [missing, ...unknownKeys(owner, keys, document, faultAt)];
  }
  const names = namesWanted(issue);
  if (names !== null && typeof found === "string") {
    return [faultAt(path, `${unknownName(String(path.at(-1)), found, names)} (${wanted(issue)})`)];
  }
  return [faultAt(path, `found ${shown(found)}; ${wanted(issue)}`)];
}

function unknownKeys(
  path: Path,
  keys: readonly string[],
  document: unknown,
  faultAt: (path: Path, message: string) => Fault,
): Fault[] {
  const known = keysAt(path, document);
  return keys.map((key) => faultAt([...path, key], unknownName("setting", key, known)));
}

/** A profile that was inserted is sound in itself: only its protocol can be wrong for the line. */
function profileFaults(
  issue: Issue,
  path: Path,
  document: unknown,
  faultAt: (path: Path, message: string) => Fault,
): Fault[] {
  const place = path.slice(0, path.indexOf("profile") + 1);
  const profile = dig(document, ...place);
  if (profile === undefined) return [faultAt(place, `it is missing; ${PROFILE_WANTED}`)];
  // What is no profile's name was told when the names were looked up.
  if (path.at(-1) !== "protocol") return [];
  const [name, protocol] = [dig(profile, "profile"), dig(profile, "protocol")];
  return [faultAt(place, `"${name}" speaks ${protocol}; ${wanted(issue)}`)];
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

/** What sizes count, where they are no numbers. */
const COUNTED: Readonly<Record<string, string>> = { string: "character", array: "item" };

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

function shown(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function pathText(path: Path): string {
  return path.map((step, index) =>
    typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`
  ).join("");
}
