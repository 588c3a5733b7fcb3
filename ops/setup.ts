/**
 * Installs what the tests need and Debian has: as root, or with a sudo that asks for nothing;
 * else it says the line to run, and fails. What Debian has not is built with Go, or comes with pip,
 * for this user alone. `deno task test` begins with it.
 */
import { join } from "node:path";
import { $ } from "zx";
import { bringGsmmodem } from "./gsmmodem.ts";
import { bringK6 } from "./k6.ts";
import {
  builtFile,
  goCommand,
  type GoProgram,
  installLine,
  missingPeers,
  missingPrograms,
  PROGRAMS_FOLDER,
} from "./test_peers.ts";

/** With sudo only where it needs no password: nobody sits before a build machine. */
async function asRoot(): Promise<readonly string[] | null> {
  if (Deno.uid() === 0) return [];
  const { exitCode } = await $({ nothrow: true, quiet: true })`sudo -n true`;
  return exitCode === 0 ? ["sudo", "-n"] : null;
}

async function install(names: readonly string[], sudo: readonly string[]): Promise<void> {
  const apt = [...sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"];
  await $({ stdio: "inherit" })`${apt} update`;
  await $({ stdio: "inherit" })`${apt} install -y --no-install-recommends ${names}`;
}

/** Builds it in a folder of its own, and moves it to its place when it is whole. */
async function build(program: GoProgram): Promise<void> {
  const file = builtFile(program);
  const link = join(PROGRAMS_FOLDER, program.name);
  Deno.mkdirSync(PROGRAMS_FOLDER, { recursive: true });
  const folder = Deno.makeTempDirSync({ dir: PROGRAMS_FOLDER });
  try {
    const go = goCommand() ?? "go";
    const env = { ...Deno.env.toObject(), GOBIN: folder };
    await $({ env, quiet: true })`${go} install ${program.package}@${program.version}`;
    const [built] = Deno.readDirSync(folder);
    Deno.renameSync(join(folder, built.name), file);
    Deno.symlinkSync(file, join(folder, program.name));
    Deno.renameSync(join(folder, program.name), link);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function fail(text: string): never {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
  Deno.exit(1);
}

$.verbose = false;
const missing = missingPeers();
if (missing.length > 0) {
  const sudo = await asRoot();
  const wanted = missing.map(({ name, why }) => `  ${name}: ${why}`).join("\n");
  if (sudo === null) {
    fail(`Cannot test without these Debian packages:\n${wanted}\nRun: ${installLine(missing)}`);
  }
  try {
    await install(missing.map(({ name }) => name), sudo);
  } catch (error) {
    fail(`Cannot install:\n${wanted}\n${error}\nRun: ${installLine(missing)}`);
  }
  const still = missingPeers();
  if (still.length > 0) fail(`Still missing. Run: ${installLine(still)}`);
}

for (const program of missingPrograms()) {
  const { name, why } = program;
  try {
    await build(program);
  } catch (error) {
    fail(
      `Cannot build:\n  ${name}: ${why}\n${error}\n` +
        "Run, with GOPROXY naming a Go module proxy within reach: deno run -A ops/setup.ts",
    );
  }
}

try {
  await bringK6();
  await bringGsmmodem();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
