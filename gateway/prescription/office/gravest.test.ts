import { expect, test } from "vitest";
import { levelOf } from "./gravest.ts";

test.each(
  [
    [[], "none"],
    [["blue", "yellow"], "yellow"],
    [["orange", "red"], "red"],
    [["red", "could-not-check"], "could-not-check"],
    [["could-not-check", "black"], "black"],
  ] as const,
)("P3: of %j the gravest is %s", (levels, gravest) => {
  expect(levelOf(levels.map((level) => ({ level })))).toBe(gravest);
});
