/**
 * `deno task test`: runs vitest, with the checkout bundled once for it, as a machine gets it. Tests
 * start the program some thousand times, and a start of the bundle takes a third of the processor
 * time that one of the checkout does, whose hundreds of modules are found and stripped each time.
 */
import { join, resolve } from "node:path";
import { makeProgramFolder } from "./program_folder.ts";
import { addRuntime } from "./runtime_bundle.ts";

/** What names the program to the tests; where somebody has named one, that one is tested. */
const NAMES_IT = "TRIBUTARY_PROGRAM";

const root = resolve(import.meta.dirname ?? "", "..");

/** Runs vitest with these arguments; returns its exit code. */
async function runVitest(env: Readonly<Record<string, string>>): Promise<number> {
  const args = ["run", "-A", "npm:vitest", "run", ...Deno.args];
  const vitest = new Deno.Command(Deno.execPath(), { args, cwd: root, env: { ...env } }).spawn();
  // A terminal sends it to both; what was made for vitest is removed when vitest has ended.
  Deno.addSignalListener("SIGINT", () => {});
  Deno.addSignalListener("SIGTERM", () => vitest.kill("SIGTERM"));
  return (await vitest.status).code;
}

/** Bundles the checkout into a folder of this run's own: a bundle that is kept may be outdated. */
async function runWithBundle(): Promise<number> {
  const folder = Deno.makeTempDirSync({ prefix: "tributary-suite-" });
  try {
    await makeProgramFolder(root, join(folder, "program"));
    await addRuntime(root, folder);
    // The launcher keeps there what the runtime works out of the program.
    const CACHE_DIRECTORY = join(folder, "cache");
    return await runVitest({
      [NAMES_IT]: join(folder, "tributary"),
      TRIBUTARY_TABLES_THREAD: join(folder, "program/gateway/projection_worker.js"),
      CACHE_DIRECTORY,
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.exit(await (Deno.env.has(NAMES_IT) ? runVitest({}) : runWithBundle()));
