import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { citedRows } from "./cited/cited_table.ts";

/** Those of acceptance; P2 is retired. */
const RULES = [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map((number) => `P${number}`);
const HERE = fileURLToPath(new URL("./", import.meta.url));
const ROOTS = ["../../gateway", "../../loadtests"].map((folder) => join(HERE, folder));

/** All that tests are written in; suites that several tests share, too. */
function testTexts(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return testTexts(path);
    const holdsTests = name.endsWith(".test.ts") || name.endsWith("conformance.ts");
    return holdsTests ? [Deno.readTextFileSync(path)] : [];
  });
}

const texts = ROOTS.flatMap(testTexts);
const rows = citedRows().map(({ rule, id }) => `${rule} ${id}`);

/** Whether a test, a group of tests or a cited prescription begins its name so. */
function isHeld(name: string): boolean {
  return rows.some((row) => row.startsWith(name)) ||
    texts.some((text) => text.includes(`"${name}`) || text.includes(`\`${name}`));
}

const LINE = /^\| *(P\d+) *\| *(.+?) *\| *(.+?) *\|$/;

const held = Deno.readTextFileSync(join(HERE, "README.md")).split("\n").flatMap((line) => {
  const [, rule, boundary, tests] = LINE.exec(line) ?? [];
  if (rule === undefined || tests === undefined) return [];
  return [{ rule, boundary, names: Array.from(tests.matchAll(/"([^"]+)"/g), ([, name]) => name) }];
});

describe("the README's table of what holds each rule", () => {
  test("has every rule of acceptance", () => {
    expect([...new Set(held.map(({ rule }) => rule))]).toEqual(RULES);
  });

  test.each(held)("$rule: $boundary", ({ rule, names }) => {
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !isHeld(name))).toEqual([]);
    const own = names.filter((name) => new RegExp(`\\b${rule}\\b`).test(name));
    expect(own).toEqual(names);
  });
});
