/** The profiles that come with the program, and those of a site's own folder. */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import * as z from "zod";
import { type Profile, profileSchema } from "./profile.ts";

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

/** Reads every `*.yaml` of the folders; a later folder's profile replaces an earlier one's. */
export function readProfiles(folders: readonly string[]): Map<string, Profile> {
  const profiles = new Map<string, Profile>();
  for (const folder of folders) {
    const files = Array.from(Deno.readDirSync(folder), ({ name }) => name)
      .filter((name) => name.endsWith(".yaml")).sort();
    if (files.length > PROFILES_MAX) {
      throw new ProfileError(`Cannot read "${folder}": ${files.length} profiles`);
    }
    for (const file of files) {
      const profile = parseProfile(Deno.readTextFileSync(join(folder, file)), file);
      profiles.set(profile.profile, profile);
    }
  }
  return profiles;
}

/** Checks one profile; its name has to be that of its file. */
export function parseProfile(text: string, file: string): Profile {
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new ProfileError(`Cannot read profile "${file}": ${found}`, { cause });
  }
  const result = profileSchema.safeParse(document);
  if (!result.success) {
    throw new ProfileError(`Cannot use profile "${file}": ${z.prettifyError(result.error)}`);
  }
  if (result.data.profile !== basename(file, ".yaml")) {
    throw new ProfileError(
      `Cannot use profile "${file}": it says its name is "${result.data.profile}"; rename one`,
    );
  }
  return result.data;
}
