/** The program as one executable: Deno's small base binary with the program's folder inside. */
import { $ } from "zx";
import { BuildError, MAIN } from "./program_folder.ts";

export type Compiled =
  | { readonly kind: "made" }
  /** The base binary is neither in Deno's cache, nor to be fetched from Deno's own host. */
  | { readonly kind: "no-base-binary"; readonly reason: string };

/** What `deno compile` says it was doing when it could not get its base binary. */
const NO_BASE_BINARY = "Setting up base binary.";

/** Writes an executable for machines like this one; `DENORT_BIN` may name a base binary. */
export async function compileProgram(programFolder: string, output: string): Promise<Compiled> {
  const isolated = ["--no-check", "--no-config", "--no-lock", "--node-modules-dir=manual"];
  const flags = ["--allow-all", "--unstable-net", ...isolated, "--include", ".", "-o", output];
  const deno = $({ cwd: programFolder, quiet: true, nothrow: true });
  const { exitCode, stderr } = await deno`${Deno.execPath()} compile ${flags} ${MAIN}.js`;
  if (exitCode === 0) return { kind: "made" };
  if (!stderr.includes(NO_BASE_BINARY)) throw new BuildError(`Cannot compile: ${stderr}`);
  const [, reason = "no reason given"] = /^\s*1: (.*)$/m.exec(stderr) ?? [];
  return { kind: "no-base-binary", reason };
}
