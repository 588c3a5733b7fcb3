/** How to start this same program once more: from a checkout, a runtime bundle, an executable. */
import { dirname, join } from "node:path";

/** A program and its arguments. */
export type CommandLine = readonly [program: string, args: string[]];

/** Our own command line with these arguments. */
export function ourProgram(...args: readonly string[]): CommandLine {
  const program = Deno.execPath();
  if (Deno.build.standalone) return [program, [...args]];
  // The bundler puts this code into a file of another name; the launcher lies beside the runtime.
  if (!import.meta.url.endsWith("/gateway/program.ts")) {
    return [join(dirname(program), "tributary"), [...args]];
  }
  const gateway = import.meta.dirname ?? "";
  const runtime = ["run", "-A", "-q", "--config", join(gateway, "..", "deno.json")];
  return [program, [...runtime, join(gateway, "main.ts"), ...args]];
}
