/** How to start this same program once more, from a checkout or as it was built. */

/** A program and its arguments. */
export type CommandLine = readonly [program: string, args: string[]];

/** Our own command line with these arguments. */
export function ourProgram(...args: readonly string[]): CommandLine {
  const program = Deno.execPath();
  if (Deno.build.standalone) return [program, [...args]];
  const path = (name: string) => new URL(name, import.meta.url).pathname;
  const runtime = ["run", "-A", "-q", "--config", path("../deno.json")];
  return [program, [...runtime, path("./main.ts"), ...args]];
}
