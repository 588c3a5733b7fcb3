import { join } from "node:path";
import { expect, test } from "vitest";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { buildPack } from "./folder.ts";

const HEAD = `name: small
version: "1"
title: { zh: 小, en: small }
kind: real
effective: { from: 2026-01-01 }
documents:
  book: { title: 书 }
`;
const RULES = `- id: few-days
  level: orange
  title: { zh: 天数, en: days }
  text: { zh: "{days}天", en: "{days} days" }
  source: { document: book, clause: "1", words: so it is }
  effective: { from: 2026-01-01 }
  per: line
  applies: all
  inputs: [days]
  when: days > 7
`;
const CASES = `- id: eight days
  prescription: { lines: [{ days: 8 }] }
  expect: { few-days: orange }
`;

/** What building a folder with these files comes to: an identity, or the faults. */
function built(files: Readonly<Record<string, string>>): string {
  using folder = new TemporaryFolder();
  const all = { "pack.yaml": HEAD, "rules/a.yaml": RULES, "cases/a.yaml": CASES, ...files };
  for (const part of ["rules", "tables", "cases"]) Deno.mkdirSync(join(folder.path, part));
  for (const [file, text] of Object.entries(all)) {
    Deno.writeTextFileSync(join(folder.path, file), text);
  }
  try {
    return buildPack(folder.path).identity;
  } catch (error) {
    return String(error).replaceAll(folder.path, "PACK");
  }
}

test("P6 a pack's identity is that of what it says, not of how it is written", () => {
  const identity = built({});
  expect(identity).toMatch(/^[0-9a-f]{64}$/);
  expect(built({ "rules/a.yaml": `# another comment\n${RULES}` })).toBe(identity);
  expect(built({ "rules/a.yaml": RULES.replace("> 7", "> 6") })).not.toBe(identity);
});

test("a pack is refused when one of its cases fails, and says what it found", () => {
  expect(built({ "cases/a.yaml": CASES.replace("days: 8", "days: 7") })).toContain(
    'cases/a.yaml:3:3  [0].expect: "eight days": want few-days orange, found nothing of it',
  );
  expect(built({ "cases/a.yaml": CASES.replace("{ few-days: orange }", "{}") })).toContain(
    "found few-days orange, which is not expected",
  );
});

for (
  const [what, files, message] of [
    [
      "a field that is unknown",
      { "rules/a.yaml": RULES.replace("applies:", "aplies:") },
      "rules/a.yaml:1:3  [0].applies",
    ],
    [
      "a condition that does not type-check",
      { "rules/a.yaml": RULES.replace("> 7", "> true") },
      "rules/a.yaml:10:3  [0].when: no such overload: int > bool",
    ],
    [
      "an input that is not declared",
      { "rules/a.yaml": RULES.replace("days > 7", "days > 7 && ageDays > 1") },
      '[0].inputs: "when" uses ageDays; declare it, and what a missing one means',
    ],
    [
      "an input that is not used",
      { "rules/a.yaml": RULES.replace("[days]", "[days, renal]") },
      'rules/a.yaml:9:3  [0].inputs: "when" does not use renal; remove it',
    ],
    [
      "a document that is not cited in the head",
      { "rules/a.yaml": RULES.replace("document: book", "document: bok") },
      'pack.yaml has no document "bok"; it has book',
    ],
    [
      "a place that nothing fills",
      { "rules/a.yaml": RULES.replace('"{days}天"', '"{dayz}天"') },
      "[0].text: {dayz} is neither an input nor a cell",
    ],
    [
      "a table for no rule",
      { "tables/a.yaml": "rule: many-days\nrows:\n  - id: one\n    ingredients: [a]\n" },
      'tables/a.yaml:1:1  rule: there is no rule "many-days"',
    ],
    [
      "two rules of one name",
      { "rules/b.yaml": RULES },
      'rules/b.yaml:1:3  [0].id: there is a rule "few-days" already',
    ],
    ["a file that is no YAML", { "rules/a.yaml": "- id: [" }, "rules/a.yaml:1:"],
    ["a file that is no list", { "rules/a.yaml": "id: a" }, "rules/a.yaml:1: want a list"],
  ] as const
) {
  test(`a pack is refused for ${what}, with file, line and fix`, () => {
    expect(built(files)).toContain(message);
  });
}

test("cells are read as their rule declares them, and refused with what was wanted", () => {
  const rules = RULES.replace("applies: all", "applies: all\n  cells: { most: { kind: amount } }")
    .replace("per: line", "per: ingredient")
    .replace("[days]", "[perDay]").replace("days > 7", "perDay > most");
  const row = (cells: string) => ({
    "rules/a.yaml": rules,
    "cases/a.yaml": "[]",
    "tables/a.yaml":
      `rule: few-days\nrows:\n  - id: one\n    ingredients: [a]\n    cells: ${cells}\n`,
  });
  expect(built(row("{ most: 4 g }"))).toMatch(/^[0-9a-f]{64}$/);
  expect(built(row("{ most: 4 gram }"))).toContain(
    'tables/a.yaml:5:14  rows[0].cells.most: found "4 gram"; want a number and one of',
  );
  expect(built(row("{ most: 4 }"))).toContain("found 4; want a number and one of");
  expect(built(row("{}"))).toContain("rows[0].cells.most: it is missing; want");
  expect(built(row("{ most: 4 g, least: 1 g }"))).toContain("has no such cell");
});
