/** The program that tests start, and the thread of it that they start within their own process. */
import { pathToFileURL } from "node:url";
import { type CommandLine, ourProgram } from "./program.ts";
import { TABLES_THREAD } from "./tables_thread.ts";

/**
 * The command line of the program under test: of the built one that `TRIBUTARY_PROGRAM` names, as
 * in a run of the whole suite, else of this checkout.
 */
export function testedProgram(...args: readonly string[]): CommandLine {
  const built = Deno.env.get("TRIBUTARY_PROGRAM");
  return built === undefined ? ourProgram(...args) : [built, [...args]];
}

/**
 * The thread of the query tables: the bundled one that `TRIBUTARY_TABLES_THREAD` names, as in a run
 * of the whole suite, else that of this checkout, whose modules take six times as long to load.
 */
export function testedTablesThread(): URL {
  const built = Deno.env.get("TRIBUTARY_TABLES_THREAD");
  return built === undefined ? TABLES_THREAD : pathToFileURL(built);
}
