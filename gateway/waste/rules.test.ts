import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { WASTE_KINDS } from "./entry/event.ts";
import { WASTE_ENTRY_KINDS } from "./kinds.ts";
import { DEFAULT_RULES } from "./rules.ts";

const README = readFileSync(new URL("./README.md", import.meta.url), "utf8");

/** Rows of a table, without the white between their cells. */
const rows = README.split("\n").filter((line) => line.startsWith("|"))
  .map((line) => line.split("|").map((cell) => cell.trim()).join("|"));

test("every number of W1 to W9 stands in the README with its source and date", () => {
  for (
    const [name, { rule, value, unit, source, effective, confirmed }] of Object.entries(
      DEFAULT_RULES,
    )
  ) {
    const word = confirmed ? "yes" : "no";
    expect(rows).toContain(`|${rule}|\`${name}\`|${value} ${unit}|${source}|${effective}|${word}|`);
  }
});

test("every kind of event is declared to the domain contract", () => {
  const declared = new Set(WASTE_ENTRY_KINDS.map(({ kind }) => kind));
  expect([...WASTE_KINDS].filter((kind) => !declared.has(kind))).toEqual([]);
});
