import fc from "fast-check";
import { expect, test } from "vitest";
import { readNumber } from "./manifest_number.ts";

const BOUNDS = { year: 2026 };
const kind = (typed: string, region?: string) =>
  readNumber(typed, region === undefined ? BOUNDS : { ...BOUNDS, region }).kind;

test.each([
  ["20263401000001", "number"],
  ["2026340100000", "refused"],
  ["202634010000011", "refused"],
  ["2026340100000X", "refused"],
  ["", "refused"],
  ["20213401000001", "refused"],
  ["20223401000001", "number"],
  ["20273401000001", "refused"],
  ["20261001000001", "refused"],
  ["20268201000001", "number"],
  ["20269901000001", "refused"],
  ["20263401000000", "refused"],
])("W8 a manifest's number of 14 digits: %s is a %s", (typed, expected) => {
  expect(kind(typed)).toBe(expected);
});

test("W8 is read as it was typed or scanned, in any width and grouping", () => {
  for (
    const typed of ["２０２６３４０１０００００１", " 2026-3401-000001\r\n", "2026 3401 000001"]
  ) {
    expect(readNumber(typed, BOUNDS)).toEqual({ kind: "number", number: "20263401000001" });
  }
});

test("W8 of another region is refused where the region is configured", () => {
  expect(kind("20263401000001", "3401")).toBe("number");
  expect(kind("20263402000001", "3401")).toBe("refused");
});

test("W8 a refusal says what was found and what is wanted", () => {
  expect(readNumber("2026", BOUNDS)).toEqual({
    kind: "refused",
    text: {
      zh: "联单编号须为 14 位数字，现有 4 个字符",
      en: "want the 14 digits of the manifest, not 4 characters",
    },
  });
});

test("W8 whatever is read has 14 digits and begins with a year since 2022", () => {
  fc.assert(fc.property(fc.string(), (typed) => {
    const read = readNumber(typed, BOUNDS);
    if (read.kind === "number") expect(read.number).toMatch(/^202[2-6]\d{10}$/);
  }));
});
