import { describe, expect, test } from "vitest";
import type { DrugClass } from "../facts.ts";
import { dayOfDate } from "../shanghai_day.ts";
import { keepYears, keptUntilDay } from "./keep.ts";

const line = (...classes: DrugClass[]) => ({ drug: "d", classes });

describe("P14: a prescription is kept", () => {
  test.each([
    ["a year without special classes", [line(), line("injection")], 1],
    ["two years with a toxic drug", [line(), line("toxic")], 2],
    ["two years with a psychotropic of class II", [line("psychotropic-2")], 2],
    ["three years with one of class I", [line("psychotropic-1", "psychotropic-2")], 3],
    ["three years with a narcotic", [line("toxic"), line("narcotic", "injection")], 3],
    ["three years with a drug that nobody knows", [line(), { drug: null, classes: [] }], 3],
    ["three years where nothing is known of its lines", null, 3],
  ])("%s", (_rule, lines, years) => {
    expect(keepYears(lines)).toBe(years);
  });

  test.each(
    [
      ["2026-11-28T15:59:59.999Z", 1, "2027-11-28"],
      ["2026-11-28T16:00:00.000Z", 1, "2027-11-29"],
      ["2026-11-28T00:00:00.000Z", 3, "2029-11-28"],
      ["2028-02-29T04:00:00.000Z", 1, "2029-03-01"],
    ] as const,
  )("one of %s, for %i years, through %s", (moment, years, last) => {
    expect(keptUntilDay(Date.parse(moment), years)).toBe(dayOfDate(last));
  });
});
