/** Writes the table of the built-in profiles into this folder's README: `deno task profiles`. */
import { builtInProfiles, readProfiles } from "./profile_library.ts";
import { readmePath, withTable } from "./profile_table.ts";

const readme = Deno.readTextFileSync(readmePath());
const profiles = readProfiles(builtInProfiles()).values();
Deno.writeTextFileSync(readmePath(), withTable(readme, profiles));
