/** `deno task build`: makes what runs on an appliance, and tries it. See the README beside. */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { $ } from "zx";
import { compileProgram } from "./executable.ts";
import { copyFolder, makeProgramFolder } from "./program_folder.ts";
import { addRuntime } from "./runtime_bundle.ts";
import { smokeTest } from "./smoke_test.ts";

export type Form = "executable" | "bundle";

export interface BuildOptions {
  /** The checkout. */
  readonly root: string;
  /** Where everything is written. */
  readonly out: string;
  /** `null`: an executable where that is possible, else the bundle. */
  readonly form: Form | null;
  readonly say: (text: string) => void;
}

export interface Built {
  readonly form: Form;
  /** The command, whatever the form. */
  readonly command: string;
  /** The folder with all that belongs on the machine, and the same packed. */
  readonly folder: string;
  readonly archive: string;
}

/** What a service needs beside its program, in both forms. */
const SERVICE_FILES = ["tributary.service", "sysusers.conf", "tmpfiles.conf"];

/** Builds and tries; throws when what came out does not work. */
export async function build(options: BuildOptions): Promise<Built> {
  const { root, out, say } = options;
  const project = JSON.parse(Deno.readTextFileSync(join(root, "deno.json")));
  const { version } = z.object({ version: z.string() }).parse(project);
  const name = `tributary-${version}-${Deno.build.target}`;
  const folder = join(out, name);
  const command = join(out, "tributary");
  for (const old of [folder, command]) removeOld(old);
  Deno.mkdirSync(join(folder, "service"), { recursive: true });
  const form = await makeForm(options, folder);
  for (const file of SERVICE_FILES) {
    Deno.copyFileSync(join(root, "images", file), join(folder, "service", file));
  }
  Deno.copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  Deno.symlinkSync(join(name, "tributary"), command);

  const startedMs = performance.now();
  await smokeTest(command, version);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  say(`Smoke test passed in ${seconds} s: --version, schema, check, packs, demo.`);

  const archive = `${folder}.tar.gz`;
  const anybody = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mode=go=u-w"];
  await $({ quiet: true })`tar --create --gzip ${anybody} --file ${archive} -C ${out} ${name}`;
  const megabytes = (Deno.statSync(archive).size / 1e6).toFixed(0);
  say(`${command}\n${archive} (${megabytes} MB)`);
  return { form, command, folder, archive };
}

/** Puts the program into the folder, in one form or the other, and says which and why. */
async function makeForm({ root, form, say }: BuildOptions, folder: string): Promise<Form> {
  const staging = Deno.makeTempDirSync({ prefix: "tributary-build-" });
  try {
    await makeProgramFolder(root, staging);
    if (form !== "bundle") {
      const compiled = await compileProgram(staging, join(folder, "tributary"));
      if (compiled.kind === "made") {
        say("Made one executable with deno compile.");
        return "executable";
      }
      const why = `the base binary of deno compile is not to be had (${compiled.reason})`;
      if (form === "executable") throw new Error(`Cannot make an executable: ${why}`);
      say(`No executable: ${why}.`);
    }
    copyFolder(staging, join(folder, "program"));
  } finally {
    Deno.removeSync(staging, { recursive: true });
  }
  await addRuntime(root, folder);
  say("Made the runtime bundle: Deno's own binary, the program, a launcher.");
  return "bundle";
}

function removeOld(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

const HELP = `deno task build [--out FOLDER] [--form executable|bundle]
Without --form: an executable where Deno's base binary is to be had, else the runtime bundle.
`;

function parseForm(text: string | undefined): Form | null {
  if (text === undefined) return null;
  if (text === "executable" || text === "bundle") return text;
  throw new Error(`Cannot build the form "${text}": want executable or bundle`);
}

if (import.meta.main) {
  const print = (text: string) => {
    Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
  };
  const { values: { out, form, help } } = parseArgs({
    args: Deno.args,
    options: {
      out: { type: "string", default: "dist" },
      form: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (help) {
    print(HELP);
  } else {
    const root = resolve(import.meta.dirname ?? "", "..");
    await build({ root, out: resolve(out), form: parseForm(form), say: print });
  }
}
