import { expect, test } from "vitest";
import { whole } from "./fraction.ts";
import { measured, noUnit, spelling, UNITS } from "./measure.ts";

/**
 * In nanograms, microlitres and mIU. SI brochure, tables 7 and 8 (prefixes, litre); 处方管理办法
 * article 7 (克 g, 毫克 mg, 微克 µg, 纳克 ng, 升 l, 毫升 ml, 国际单位 IU, 单位 U).
 */
const WRITTEN = [
  ["1kg", "mass", 1_000_000_000_000],
  ["2.5 g", "mass", 2_500_000_000],
  ["0.25克", "mass", 250_000_000],
  ["0.1 mg", "mass", 100_000],
  ["1.1MG", "mass", 1_100_000],
  ["12.5 µg", "mass", 12_500],
  ["12.5 μg", "mass", 12_500],
  ["25mcg", "mass", 25_000],
  ["25 微克", "mass", 25_000],
  ["250ng", "mass", 250],
  ["0.5 l", "volume", 500_000],
  ["0.05 mL", "volume", 50],
  ["100毫升", "volume", 100_000],
  ["80 IU", "potency", 80_000],
  ["80U", "potency", 80_000],
  ["8 万单位", "potency", 80_000_000],
  ["1.2万u", "potency", 12_000_000],
  ["80万国际单位", "potency", 800_000_000],
  ["1 亿单位", "potency", 100_000_000_000],
] as const;

for (const [text, measure, finest] of WRITTEN) {
  test(`P5: "${text}" is ${finest} of the finest unit of ${measure}`, () => {
    const what = measured(text);
    expect([what?.measure, what && whole(what.amount)]).toEqual([measure, finest]);
  });
}

/** Unicode compatibility forms of one letter or sign: NFKC (UAX #15) makes them plain. */
const SAME = [
  ["２５０ｍｇ", "250mg"],
  ["250㎎", "250mg"],
  ["2㎖", "2ml"],
  ["25㎍", "25μg"],
  ["25µg", "25μg"],
  ["1㎏", "1kg"],
  ["　1 g ", "1 g"],
];

test("P5: full-width and compatibility forms are the plain ones", () => {
  for (const [text, plain] of SAME) {
    expect([text, spelling(text)]).toEqual([text, plain]);
    expect(measured(text)).not.toBeNull();
  }
});

/** Each means two things, or only looks like a unit. */
const REFUSED = [
  "Mg",
  "MIU",
  "mIU",
  "cc",
  "㏄",
  "γ",
  "gr",
  "两",
  "钱",
  "m g",
  "mg\u200b",
  "%",
  "滴",
];

test("P5: units that mean two things are none", () => {
  for (const unit of REFUSED) expect([unit, measured(`1 ${unit}`)]).toEqual([unit, null]);
});

test("P5: what looks like a unit is refused, and the odd character named", () => {
  expect(measured("250 мg")).toBeNull();
  expect(noUnit("мg", "a drug")).toBe('"мg" is no unit of a drug (it has U+043C)');
  expect(noUnit("mg\u200b", "a drug")).toContain("U+200B");
  expect(noUnit("箱", "a drug")).toBe('"箱" is no unit of a drug');
});

test("P5: an amount of nothing, or of a number that is none, is none", () => {
  for (const text of ["0 g", "0.000 ml", "-1 g", "1e3 g", "½ g", "g", "1", "", "1 g/ml", "一 g"]) {
    expect([text, measured(text)]).toEqual([text, null]);
  }
});

test("every unit stands in the table as its spelling is", () => {
  for (const unit of UNITS.keys()) expect(spelling(unit)).toBe(unit);
});
