import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { factsOf } from "./case.ts";
import { checkPack } from "./folder.ts";
import { untriedRules } from "./run_cases.ts";

const folder = fileURLToPath(new URL("../packs/legal", import.meta.url));
const { reviewer, failed } = checkPack(folder);

for (const one of reviewer.pack.cases) {
  test(`legal pack, ${one.id}`, () => {
    expect(failed.filter((line) => line.includes(`"${one.id}"`))).toEqual([]);
  });
}

test("P4 every rule of the legal pack is seen to hold in a case of its own", () => {
  expect(untriedRules(reviewer)).toEqual([]);
});

test("P6 the same prescription gets the same findings, word for word", () => {
  for (const one of reviewer.pack.cases) {
    const { facts, atMs } = factsOf(one);
    expect(reviewer.review(facts, atMs)).toEqual(reviewer.review(facts, atMs));
  }
});
