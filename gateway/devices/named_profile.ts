/** A profile as a command names it: a built-in one by name, or any by its file. */
import { basename } from "node:path";
import { parse } from "yaml";
import type { Profile } from "../../drivers/profile.ts";
import {
  builtInProfiles,
  parseProfile,
  ProfileError,
  ProfileLibrary,
} from "../../drivers/profile_library.ts";

export interface NamedProfile {
  readonly profile: Profile;
  /** Its file as it was written; `null` where it is built in. */
  readonly document: unknown;
}

/** Throws a {@link ProfileError} that says what there is. */
export function namedProfile(name: string): NamedProfile {
  if (/\.yaml$|\//.test(name)) return ofFile(name);
  const profiles = new ProfileLibrary(builtInProfiles());
  const profile = profiles.get(name);
  if (profile !== undefined) return { profile, document: null };
  throw new ProfileError(
    `There is no profile "${name}"; there are: ${profiles.names.join(", ")}; or give FILE.yaml`,
  );
}

function ofFile(path: string): NamedProfile {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new ProfileError(`Cannot read profile "${path}": ${found}`, { cause });
  }
  return { profile: parseProfile(text, basename(path)), document: parse(text) };
}
