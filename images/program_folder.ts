/** The program as JavaScript in one folder, with all that it reads: what is carried to machines. */
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { $ } from "zx";
import { unmetNames } from "./unmet_names.ts";

/** Where the command line begins, and its threads; a thread is asked for by its source's name. */
export const MAIN = "gateway/main";
const THREADS = [
  "sync/journal_worker",
  "gateway/projection_worker",
  "gateway/people/argon_worker",
  "gateway/report/report_worker",
];
/** Folders and files that the program reads: the address its code asks for, and the source. */
const FOLDERS: Readonly<Record<string, string>> = {
  "./profiles": "drivers/profiles",
  "./packs": "gateway/prescription/packs",
  "./grammars": "gateway/sterile/grammars",
  "./point_maps": "gateway/sterile/point_maps",
  "./console/assets/": "gateway/console/assets",
  "./data/sRGB_IEC61966_2_1.icc": "node_modules/pdfkit/js/data/sRGB_IEC61966_2_1.icc",
};
/** Packages with machine code, which no bundler can take in. */
const NATIVE = "libsql";

/** What the program asks for and what the build gives it have come apart. */
export class BuildError extends Error {
  override name = "BuildError";
}

/** Bundles the checkout at `root` into `folder`, for machines like this one. */
export async function makeProgramFolder(root: string, folder: string): Promise<void> {
  const sources = [MAIN, ...THREADS].map((name) => `${name}.ts`);
  const shape = ["--platform", "deno", "--format", "esm", "--code-splitting"];
  const options = ["--quiet", ...shape, "--external", NATIVE, "--outdir", folder];
  await $({ cwd: root, quiet: true })`${Deno.execPath()} bundle ${options} ${sources}`;
  const scripts = scriptsIn(folder);
  const unmet = unmetNames(new Map(scripts.map((path) => [path, Deno.readTextFileSync(path)])));
  if (unmet.length > 0) {
    const hint = "a package in CommonJS is imported by its default";
    throw new BuildError(`The program would load what is not there: ${unmet.join(", ")}; ${hint}`);
  }
  placeNeighbours(root, folder, scripts);
  Deno.writeTextFileSync(join(folder, "package.json"), `${JSON.stringify({ type: "module" })}\n`);
  copyPackage(root, NATIVE, folder);
}

/** Puts a package, and those that it loads on this machine, into a folder's `node_modules`. */
export function copyPackage(root: string, name: string, folder: string): void {
  for (const [found, source] of packagesOf(root, name)) {
    copyFolder(source, join(folder, "node_modules", found));
  }
}

/** All of a folder, links followed. */
export function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name } of Deno.readDirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (Deno.statSync(source).isDirectory) copyFolder(source, target);
    else Deno.copyFileSync(source, target);
  }
}

function scriptsIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder)).flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? scriptsIn(path) : path.endsWith(".js") ? [path] : [];
  });
}

/** What code asks for beside itself: `new URL("./profiles", import.meta.url)`. */
const NEIGHBOUR = /new URL\(\s*["'`]([^"'`$]+)[^"'`]*["'`],\s*import\.meta\.url\s*\)/g;
/** Code that looks at its own name, or loads what belongs to the runtime. */
const HARMLESS = /import\.meta\.url\.endsWith\(|createRequire\(import\.meta\.url\)/g;

/** Puts what the code looks for where the bundler's files, named anew, now look for it. */
function placeNeighbours(root: string, folder: string, scripts: readonly string[]): void {
  const wanted = new Set([...Object.keys(FOLDERS), ...THREADS.map((name) => threadAddress(name))]);
  for (const script of scripts) {
    const text = Deno.readTextFileSync(script);
    const addresses = Array.from(text.matchAll(NEIGHBOUR), ([, address]) => address);
    const known = addresses.length + Array.from(text.matchAll(HARMLESS)).length;
    if (text.split("import.meta.url").length - 1 !== known) {
      throw new BuildError(`Cannot tell what "${basename(script)}" looks for beside itself`);
    }
    for (const address of addresses) {
      place(root, folder, script, address);
      wanted.delete(address);
    }
  }
  if (wanted.size > 0) {
    const names = [...wanted].join(", ");
    throw new BuildError(`The program looks no longer for ${names}: the build's list is outdated`);
  }
}

function threadAddress(name: string): string {
  return `./${basename(name)}.ts`;
}

function place(root: string, folder: string, script: string, address: string): void {
  const target = join(dirname(script), address);
  const thread = THREADS.find((name) => threadAddress(name) === address);
  if (thread !== undefined) {
    const bundled = relative(dirname(target), join(folder, `${thread}.js`));
    return Deno.writeTextFileSync(target, `import "./${bundled}";\n`);
  }
  const source = FOLDERS[address];
  if (source === undefined) {
    throw new BuildError(`"${basename(script)}" looks for "${address}": the build knows it not`);
  }
  const path = join(root, source);
  if (Deno.statSync(path).isDirectory) return copyFolder(path, target);
  Deno.mkdirSync(dirname(target), { recursive: true });
  Deno.copyFileSync(path, target);
}

/** The packages that are loaded with `name` on this machine: names and folders. */
function packagesOf(root: string, name: string): Map<string, string> {
  const require = createRequire(join(root, "deno.json"));
  require(name);
  const packages = new Map<string, string>();
  for (const file of filesOf(require.cache[require.resolve(name)])) {
    const [, folder, found] = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(file) ?? [];
    if (folder === undefined) throw new BuildError(`"${name}" loads "${file}", of no package`);
    if ((packages.get(found) ?? folder) !== folder) {
      throw new BuildError(`"${name}" loads "${found}" in two versions`);
    }
    packages.set(found, folder);
  }
  return packages;
}

function filesOf(module: NodeJS.Module | undefined): string[] {
  return module === undefined ? [] : [module.filename, ...module.children.flatMap(filesOf)];
}
