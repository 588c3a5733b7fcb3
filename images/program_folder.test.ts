import { join } from "node:path";
import { expect, test } from "vitest";
import { BuildError, makeProgramFolder } from "./program_folder.ts";

/** What the real program asks for beside itself. */
const ASKED = [
  'export const journal = new URL("./journal_worker.ts", import.meta.url);',
  'export const tables = new URL("./projection_worker.ts", import.meta.url);',
  'export const argon = new URL("./argon_worker.ts", import.meta.url);',
  'export const report = new URL("./report_worker.ts", import.meta.url);',
  'export const icc = new URL("./data/sRGB_IEC61966_2_1.icc", import.meta.url);',
  'export const grammars = new URL("./grammars", import.meta.url);',
  'export const maps = new URL("./point_maps", import.meta.url);',
  'export const profiles = new URL("./profiles", import.meta.url);',
  'export const packs = new URL("./packs", import.meta.url);',
  "export const asset = (name: string) => new URL(`./console/assets/${name}`, import.meta.url);",
];

const FOLDERS = [
  "gateway/people",
  "sync",
  "gateway/console/assets",
  "drivers/profiles",
  "gateway/prescription/packs",
  "gateway/report",
  "gateway/sterile/grammars",
  "gateway/sterile/point_maps",
];

/** Bundles a small program of the same outline, whose main module has these lines. */
async function bundle(lines: readonly string[]): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "tributary-program-" });
  try {
    const root = join(folder, "root");
    for (const path of FOLDERS) Deno.mkdirSync(join(root, path), { recursive: true });
    const data = join(root, "node_modules/pdfkit/js/data");
    Deno.mkdirSync(data, { recursive: true });
    Deno.writeTextFileSync(join(data, "sRGB_IEC61966_2_1.icc"), "");
    Deno.writeTextFileSync(join(root, "deno.json"), "{}");
    Deno.writeTextFileSync(join(root, "gateway/main.ts"), lines.join("\n"));
    Deno.writeTextFileSync(join(root, "gateway/package.cjs"), "exports.connect = () => 1;");
    const workers = ["sync/journal", "gateway/projection", "gateway/people/argon"];
    for (const worker of [...workers, "gateway/report/report"]) {
      Deno.writeTextFileSync(join(root, `${worker}_worker.ts`), "postMessage(1);");
    }
    await makeProgramFolder(root, join(folder, "program"));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

test.each([
  {
    what: "a file that the build does not know",
    lines: [...ASKED, 'export const more = new URL("./more.json", import.meta.url);'],
    says: '"./more.json"',
  },
  {
    what: "a file whose name is worked out",
    lines: [...ASKED, "export const any = (name: string) => new URL(name, import.meta.url);"],
    says: "beside itself",
  },
  {
    what: "no longer for one that the build brings",
    lines: ASKED.filter((line) => !line.includes("profiles")),
    says: "./profiles",
  },
  {
    what: "a name that a package in CommonJS has for Deno, and bundled has not",
    lines: [...ASKED, 'const { connect } = await import("./package.cjs");', "connect();"],
    says: "connect of ../package-",
  },
  {
    what: "such a name without a list of names",
    lines: [...ASKED, 'export const one = (await import("./package.cjs")).connect;'],
    says: "connect of ../package-",
  },
])("a program that looks for $what is not built", async ({ lines, says }) => {
  const error = await bundle(lines).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(BuildError);
  expect(String(error)).toContain(says);
});
