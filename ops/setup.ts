/**
 * Installs what the tests need and Debian has: as root, or with a sudo that asks for nothing;
 * else it says the line to run, and fails. `deno task test` begins with it.
 */
import { $ } from "zx";
import { installLine, missingPeers } from "./test_peers.ts";

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
