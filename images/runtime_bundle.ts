/** The program with the runtime that runs it: for where no single executable can be made. */
import { join } from "node:path";
import { $ } from "zx";
import { copyPackage } from "./program_folder.ts";

const RUNNABLE = 0o755;

/**
 * Adds to a folder that holds the program in `program/`: Deno's own binary, the launcher
 * `tributary`, which takes the program's command line, and `install`, which makes it a service.
 */
export async function addRuntime(root: string, folder: string): Promise<void> {
  const place = (source: string, name: string) => {
    Deno.copyFileSync(source, join(folder, name));
    Deno.chmodSync(join(folder, name), RUNNABLE);
  };
  place(Deno.realPathSync(Deno.execPath()), "deno");
  place(join(root, "images/launcher.sh"), "tributary");
  place(join(root, "images/install.sh"), "install");
  // zx loads a part of itself by a path of its own, which no bundler can follow.
  const options = ["--quiet", "--platform", "deno", "--format", "esm", "--external", "zx"];
  const output = join(folder, "installer/install.js");
  copyPackage(root, "zx", join(folder, "installer"));
  const deno = $({ cwd: root, quiet: true });
  await deno`${Deno.execPath()} bundle ${options} --output ${output} ops/install.ts`;
}
