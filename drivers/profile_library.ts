/** The profiles that come with the program, and those of a site's own folder. */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Profile, profileSchema } from "./profile.ts";
import { parseYaml } from "./yaml_text.ts";

/** A profile's file cannot be used; the message names the file, the field and the fix. */
export class ProfileError extends Error {
  override name = "ProfileError";
}

/** Profiles of one folder: a larger one is a mistake in the path. */
const PROFILES_MAX = 1000;

/** Folder of the profiles that come with the program. */
export function builtInProfiles(): string {
  return fileURLToPath(new URL("./profiles", import.meta.url));
}

/** The profiles of a folder by name: each is read when it is asked for, and checked then. */
export class ProfileLibrary {
  readonly #folder: string;
  readonly #files: ReadonlySet<string>;
  readonly #read = new Map<string, Profile>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#files = new Set(filesOf(folder));
  }

  get names(): string[] {
    return [...new Set([...[...this.#files].map(nameOf), ...this.#read.keys()])].sort();
  }

  /** Throws {@link ProfileError} where its file cannot be used. */
  get(name: string): Profile | undefined {
    const known = this.#read.get(name);
    if (known !== undefined || !this.#files.has(`${name}.yaml`)) return known;
    const profile = readProfile(this.#folder, `${name}.yaml`);
    this.#read.set(name, profile);
    return profile;
  }

  /** Takes profiles in; they replace those of the same names. */
  put(profiles: Iterable<Profile>): void {
    for (const profile of profiles) this.#read.set(profile.profile, profile);
  }
}

/** Reads every profile of a folder, by their names. */
export function readProfiles(folder: string): Map<string, Profile> {
  return new Map(filesOf(folder).map((file) => [nameOf(file), readProfile(folder, file)]));
}

function filesOf(folder: string): string[] {
  const files = Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => name.endsWith(".yaml")).sort();
  if (files.length > PROFILES_MAX) {
    throw new ProfileError(`Cannot read "${folder}": ${files.length} profiles`);
  }
  return files;
}

function nameOf(file: string): string {
  return basename(file, ".yaml");
}

function readProfile(folder: string, file: string): Profile {
  return parseProfile(Deno.readTextFileSync(join(folder, file)), file);
}

/** Checks one profile; its name has to be that of its file. */
export function parseProfile(text: string, file: string): Profile {
  const profile = parseYaml(
    text,
    profileSchema,
    (verb, found, options) =>
      new ProfileError(`Cannot ${verb} profile "${file}": ${found}`, options),
  );
  if (profile.profile !== nameOf(file)) {
    throw new ProfileError(
      `Cannot use profile "${file}": it says its name is "${profile.profile}"; rename one`,
    );
  }
  return profile;
}
