import { expect, test } from "vitest";
import { levelsReached } from "./escalation.ts";

test.each([[-1, []], [0, [1]], [59, [1]], [60, [1, 2, 3]], [61, [1, 2, 3]]])(
  "C4 W9 S5 what nobody looks after comes to its levels: after %i ms",
  (forMs, levels) => {
    expect(levelsReached([1, 2, 3], { 1: 0, 2: 60, 3: 60 }, forMs)).toEqual(levels);
  },
);

test("W9 a level that an alarm has no time for is never reached", () => {
  expect(levelsReached(["site", "regulator"], { site: 0 }, Number.MAX_VALUE)).toEqual(["site"]);
});
