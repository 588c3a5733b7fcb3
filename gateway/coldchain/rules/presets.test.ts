import { expect, test } from "vitest";
import { PRESETS } from "./presets.ts";
import { sourceText } from "./sources.ts";

const README = Deno.readTextFileSync(new URL("../README.md", import.meta.url));
const [, proved, toConfirm] = README
  .split(/^## (?:What is proved by published numbers|To be confirmed|Not handled)$/m);

test("C2 the README lists each preset whose numbers are to be confirmed, and no other one", () => {
  const named = PRESETS.filter(({ name }) => toConfirm.includes(`\`${name}\``));
  const unconfirmed = PRESETS.filter(({ rules }) => rules.some((rule) => rule.unconfirmed));
  expect(named.map(({ name }) => name)).toEqual(unconfirmed.map(({ name }) => name));
});

test("C2 the README says of each preset which published examples it has", () => {
  const unsaid = PRESETS.filter(({ name }) => !proved.includes(`\`${name}\``));
  expect(unsaid).toEqual([]);
});

test("C2 reports say in both languages where the numbers of each preset are from", () => {
  for (const { source } of PRESETS.flatMap(({ rules }) => rules)) {
    expect(sourceText(source)).toEqual({ zh: expect.stringMatching(/[一-龥]/), en: source });
  }
  expect(sourceText("a county's own")).toBe("a county's own");
});
