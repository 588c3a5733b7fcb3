/** The program that tests start. */
import { type CommandLine, ourProgram } from "./program.ts";

/**
 * The command line of the program under test: of the built one that `TRIBUTARY_PROGRAM` names, as
 * in a run of the whole suite, else of this checkout.
 */
export function testedProgram(...args: readonly string[]): CommandLine {
  const built = Deno.env.get("TRIBUTARY_PROGRAM");
  return built === undefined ? ourProgram(...args) : [built, [...args]];
}
