/**
 * Brings what tests of short messages are tried against: python-gsmmodem-new, with what real modems
 * say, from its source package at PyPI, for this user alone. `ops/setup.ts` does it.
 */
import { join } from "node:path";
import { $ } from "zx";
import { isFile, PROGRAMS_FOLDER } from "./test_peers.ts";

const NAME = "python-gsmmodem-new";
const VERSION = "0.13.0";

/** Where the tests find its folders `gsmmodem` and `test`. */
export const GSMMODEM_FOLDER = join(PROGRAMS_FOLDER, `${NAME}-${VERSION}`);

/** Unpacks it in a folder of its own, and moves it to its place when it is whole. */
export async function bringGsmmodem(): Promise<void> {
  if (isFile(join(GSMMODEM_FOLDER, "test", "fakemodems.py"))) return;
  Deno.mkdirSync(PROGRAMS_FOLDER, { recursive: true });
  const folder = Deno.makeTempDirSync({ dir: PROGRAMS_FOLDER });
  const quiet = ["--quiet", "--no-input", "--disable-pip-version-check"];
  const source = ["--no-deps", "--no-binary", ":all:", "--dest", folder];
  try {
    await $({ quiet: true })`python3 -m pip download ${quiet} ${source} ${`${NAME}==${VERSION}`}`;
    await $({ quiet: true })`tar -xzf ${join(folder, `${NAME}-${VERSION}.tar.gz`)} -C ${folder}`;
    Deno.renameSync(join(folder, `${NAME}-${VERSION}`), GSMMODEM_FOLDER);
  } catch (cause) {
    throw new Error(
      `Cannot unpack ${NAME} ${VERSION} with pip and tar: ${cause}\n` +
        "Run, with python3 and its pip there (sudo apt-get install -y python3-pip), and " +
        "PyPI or PIP_INDEX_URL within reach: deno run -A ops/setup.ts",
      { cause },
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
