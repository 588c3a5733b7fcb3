import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { factsOf } from "./case.ts";
import { packIdentity, packText, parsePack } from "./document.ts";
import { buildPack, checkPack } from "./folder.ts";
import { compile } from "./reviewer.ts";
import { failedCases, untriedRules } from "./run_cases.ts";

const folderOf = (name: string) => fileURLToPath(new URL(`../packs/${name}`, import.meta.url));

for (const name of ["legal", "example", "demonstration"]) {
  const folder = folderOf(name);
  const { reviewer, failed } = checkPack(folder);

  describe(`the ${name} pack`, () => {
    for (const { id } of reviewer.pack.cases) {
      test(id, () => expect(failed.filter((line) => line.includes(`"${id}"`))).toEqual([]));
    }

    test("P4 has a case in which each of its rules holds", () => {
      expect(untriedRules(reviewer)).toEqual([]);
    });

    test("P6 gives the same findings for the same prescription, word for word", () => {
      for (const one of reviewer.pack.cases) {
        const { facts, atMs } = factsOf(one);
        expect(reviewer.review(facts, atMs)).toEqual(reviewer.review(facts, atMs));
      }
    });

    test("P6 is the same pack when it is built and read again", () => {
      const { text, identity } = buildPack(folder);
      expect(packIdentity(packText(JSON.parse(text)))).toBe(identity);
      expect(parsePack(text)).toEqual(reviewer.pack);
    });
  });
}

test("P4 the eighteen incompatibilities and the nineteen fears are all there", () => {
  const { tables } = checkPack(folderOf("legal")).reviewer.pack;
  const rows = (rule: string) =>
    tables.filter((table) => table.rule === rule)
      .flatMap((table) => table.rows.map(({ id }) => id));
  expect(rows("incompatible-18").length).toBe(18);
  // Nine pairs; aconites are two of the nineteen.
  expect(rows("fear-19").length).toBe(9);
});

/** A condition with one of its numbers a day, or one, more or less. */
function moved(when: string): string[] {
  return [...when.matchAll(/(?<![-\w])\d{1,6}\b/g)].flatMap(({ 0: number, index }) => {
    const step = Number(number) % 1000 === 0 ? 1000 : 1;
    return [-step, step].map((by) =>
      when.slice(0, index) + String(Number(number) + by) + when.slice(index + number.length)
    );
  });
}

test("P4 every limit of the law has cases on both sides: a day more or less fails one", () => {
  const { pack } = checkPack(folderOf("legal")).reviewer;
  const limits = pack.rules.flatMap(({ id, when }) => moved(when).map((when) => ({ id, when })));
  expect(limits.length).toBeGreaterThanOrEqual(36);
  for (const { id, when } of limits) {
    const rules = pack.rules.map((rule) => rule.id === id ? { ...rule, when } : rule);
    const failed = failedCases(compile({ ...pack, rules })).length;
    expect([id, when, failed > 0]).toEqual([id, when, true]);
  }
});
