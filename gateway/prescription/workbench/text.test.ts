import { expect, test } from "vitest";
import { CHOICE_TEXTS } from "./choice_text.ts";
import { BENCH_KEYS } from "./text.ts";

/** Named by what they are of: levels, settings, modes, sides, answers. */
const STATES = new Set([
  ...Object.keys(CHOICE_TEXTS),
  ...["black", "red", "orange", "yellow", "blue", "could-not-check"],
  ...["outpatient", "emergency", "inpatient", "discharge", "western", "tcm-slices"],
  ...["male", "female", "other", "unknown", "yes", "no", "not-asked"],
  ...[
    "degraded",
    "after-review",
    "after-split",
    "county",
    "second-signature",
    "afterwards",
    "decide",
  ],
]);

test("every text of the workbench is said somewhere", () => {
  const folder = import.meta.dirname ?? "";
  const sources = Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => /\.ts$/.test(name) && !/(\.test|^text|choice_text)\.ts$/.test(name))
    .map((name) => Deno.readTextFileSync(`${folder}/${name}`)).join("\n");
  const unsaid = BENCH_KEYS.filter((key) => !STATES.has(key) && !sources.includes(`"${key}"`));
  expect(unsaid).toEqual([]);
});
