/** Reads `tributary.yaml`: either a configuration, or all its faults with their places. */
import { builtInProfiles, ProfileLibrary, readProfiles } from "../drivers/profile_library.ts";
import { type Config, configSchema } from "./config.ts";
import { ruleFaults } from "./config_rules.ts";
import { configJsonSchema } from "./config_schema.ts";
import { dig, type Path } from "./dig.ts";
import {
  type Issue,
  issueFaults,
  type PathFault,
  pathOf,
  pathText,
  shown,
  unknownName,
  wanted,
  type Wording,
} from "./schema_faults.ts";
import { readRules, RulesError } from "./sterile/county_rules.ts";
import { knownDevices } from "./sterile/desk/known_devices.ts";
import { setupsOf } from "./sterile/desk/setup.ts";
import { readYaml } from "./yaml_document.ts";

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
    ...profiles.faults,
    ...named,
    ...issues.flatMap((issue) => faultsOf(issue, plain)),
    ...ruleFaults(plain),
    ...result.success ? steriliserFaults(result.data) : [],
  ].map(({ path, message }) => faultAt(path, message));
  if (faults.length > 0 || !result.success) {
    throw new ConfigError(file, faults.sort((a, b) => a.line - b.line || a.column - b.column));
  }
  return result.data;
}

/** Rules that cannot be read; sterilisers whose device, points or grammar do not fit. */
function steriliserFaults(config: Config): PathFault[] {
  if (config.sterile === undefined) return [];
  const faults: PathFault[] = [];
  try {
    readRules(config.sterile.rules);
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    faults.push({ path: ["sterile", "rules"], message: error.message });
  }
  if (config.role !== "site") return faults;
  const joined = setupsOf(config.sterile, knownDevices(config)).faults;
  return [
    ...faults,
    ...joined.map(({ path, message }) => ({ path: ["sterile", ...path], message })),
  ];
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

/** What those who write YAML call it. */
const WORDING: Wording = { key: "setting", object: "a map", schema: configJsonSchema };

function faultsOf(issue: Issue, document: unknown): readonly PathFault[] {
  const path = pathOf(issue);
  return path.includes("profile")
    ? profileFaults(issue, path, document)
    : issueFaults(issue, document, WORDING);
}

/** A profile that was inserted is sound in itself: only its protocol can be wrong for the line. */
function profileFaults(issue: Issue, path: Path, document: unknown): readonly PathFault[] {
  const place = path.slice(0, path.indexOf("profile") + 1);
  const profile = dig(document, ...place);
  if (profile === undefined) {
    return [{ path: place, message: `it is missing; ${PROFILE_WANTED}` }];
  }
  // What is no profile's name was told when the names were looked up.
  if (path.at(-1) !== "protocol") return [];
  const [name, protocol] = [dig(profile, "profile"), dig(profile, "protocol")];
  return [{ path: place, message: `"${name}" speaks ${protocol}; ${wanted(issue, WORDING)}` }];
}
