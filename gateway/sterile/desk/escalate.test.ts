import { expect, test } from "vitest";
import { RULES } from "../fixture_cycle.ts";
import { dueLevels } from "./escalate.ts";

const HOUR_MS = 3_600_000;
const after = (what: string, ms: number, level = 1) => dueLevels({ what, level }, ms, RULES);

test.each([
  [2 * HOUR_MS - 1, []],
  [2 * HOUR_MS, [2]],
  [24 * HOUR_MS - 1, [2]],
  [24 * HOUR_MS, [2, 3]],
])(
  "S5 W9 what nobody closes goes to the institution, then to the regulator: %i ms",
  (ms, levels) => {
    for (const what of ["biological-failed", "cycle-failed", "bowie-dick-failed", "recall"]) {
      expect([what, after(what, ms)]).toEqual([what, levels]);
    }
    // A warning goes no further than the institution.
    expect(after("biological-overdue", ms)).toEqual(levels.filter((level) => level === 2));
  },
);

test("S5 of a patient's unsterile pack the institution hears at once", () => {
  expect(after("unsterile-use", 0)).toEqual([2]);
  expect(after("unsterile-use", 24 * HOUR_MS)).toEqual([2, 3]);
});

test("S5 a level is told once", () => {
  expect(after("recall", 24 * HOUR_MS, 2)).toEqual([3]);
  expect(after("recall", 24 * HOUR_MS, 3)).toEqual([]);
  expect(after("of a newer version", 100 * HOUR_MS)).toEqual([]);
});
