import { describe, expect, test } from "vitest";
import { type Finding, outcomeOf } from "./verdict.ts";

const of = (...levels: Finding["level"][]) => outcomeOf(levels.map((level) => ({ level })));

describe("P3: a level decides", () => {
  test.each(
    [
      ["black", "intercept"],
      ["could-not-check", "could-not-check"],
      ["red", "pharmacist"],
      ["orange", "pharmacist"],
      ["yellow", "notice"],
      ["blue", "pass"],
    ] as const,
  )("P3: %s comes to %s", (level, outcome) => {
    expect(of(level)).toBe(outcome);
  });

  test("P3: nothing found passes, and of several findings the gravest decides in any order", () => {
    const gravest: Finding["level"][] = [
      ...["black", "could-not-check", "red", "orange", "yellow", "blue"] as const,
    ];
    expect(of()).toBe("pass");
    gravest.forEach((level, index) => {
      const lighter = gravest.slice(index + 1);
      expect([of(level, ...lighter), of(...lighter, level)]).toEqual([of(level), of(level)]);
    });
  });
});
