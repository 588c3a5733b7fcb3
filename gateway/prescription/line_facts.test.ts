import { describe, expect, test } from "vitest";
import { factsOfLine } from "./fixture_codes.ts";
import { DRUGS_TEXT } from "./fixture_lists.ts";
import { parseDrugList } from "./drug_list.ts";

interface Dose {
  readonly drug: string;
  readonly dose: string;
  readonly unit: string;
  /** Of the first ingredient. */
  readonly amount: number | null;
  readonly in?: string;
}

/** Each amount is worked out by hand of the strength in the list. */
const DOSES: readonly Dose[] = [
  // 0.25 g a capsule.
  { drug: "001", dose: "2", unit: "粒", amount: 500_000, in: "ug" },
  { drug: "001", dose: "0.5", unit: "g", amount: 500_000, in: "ug" },
  { drug: "001", dose: "500", unit: "ｍｇ", amount: 500_000, in: "ug" },
  { drug: "001", dose: "500", unit: "㎎", amount: 500_000, in: "ug" },
  { drug: "001", dose: "1", unit: "板", amount: 3_000_000, in: "ug" },
  { drug: "001", dose: "0.1", unit: "mg", amount: 100, in: "ug" },
  // 0.375 g a tablet, two thirds of it amoxicillin.
  { drug: "002", dose: "1", unit: "T", amount: 250_000, in: "ug" },
  { drug: "002", dose: "0.375", unit: "g", amount: 250_000, in: "ug" },
  // 0.25 µg a capsule: counted in nanograms.
  { drug: "003", dose: "1", unit: "粒", amount: 250, in: "ng" },
  { drug: "003", dose: "0.25", unit: "µg", amount: 250, in: "ng" },
  // 25 µg a tablet, and half of it.
  { drug: "004", dose: "0.5", unit: "片", amount: 12_500, in: "ng" },
  // 80 mg or 80,000 units in 2 ml.
  { drug: "005", dose: "0.5", unit: "支", amount: 40_000, in: "ug" },
  { drug: "005", dose: "1", unit: "ml", amount: 40_000, in: "ug" },
  { drug: "005", dose: "4", unit: "万单位", amount: 40_000, in: "ug" },
  { drug: "005", dose: "40000", unit: "U", amount: 40_000, in: "ug" },
  { drug: "005", dose: "1", unit: "amp", amount: 80_000, in: "ug" },
  // 20 mg in 1 ml; a drop is 0.05 ml, a teaspoon 5 ml.
  { drug: "006", dose: "5", unit: "ml", amount: 100_000, in: "ug" },
  { drug: "006", dose: "20", unit: "滴", amount: 20_000, in: "ug" },
  { drug: "006", dose: "1", unit: "茶匙", amount: 100_000, in: "ug" },
  { drug: "006", dose: "0.1", unit: "g", amount: 100_000, in: "ug" },
  // 300 IU in 3 ml.
  { drug: "007", dose: "10", unit: "IU", amount: 10_000, in: "mIU" },
  { drug: "007", dose: "0.1", unit: "ml", amount: 10_000, in: "mIU" },
  // 1 mg in each gram of cream.
  { drug: "010", dose: "0.5", unit: "g", amount: 500, in: "ug" },
  { drug: "011", dose: "2", unit: "揿", amount: 200, in: "ug" },
  // 0.9 g in 100 ml.
  { drug: "012", dose: "1", unit: "袋", amount: 2_250_000, in: "ug" },
  { drug: "012", dose: "100", unit: "ml", amount: 900_000, in: "ug" },
  { drug: "013", dose: "1", unit: "袋", amount: 1_000, in: "mpcs" },
  { drug: "013", dose: "5", unit: "g", amount: 500, in: "mpcs" },
  { drug: "014", dose: "30", unit: "克", amount: 30_000_000, in: "ug" },
];

describe("P5: a dose is a whole number of base units of each ingredient", () => {
  for (const { drug, dose, unit, amount, in: base } of DOSES) {
    test(`${dose} ${unit} of drug ${drug} are ${amount} ${base}`, () => {
      const line = factsOfLine({ drug: { code: drug }, dose: { value: dose, unit } });
      const unknown = line.unknowns.filter(({ at }) => at.startsWith("lines.0.dose"));
      expect(line.ingredients?.[0].perDose).toEqual({ value: amount, unit: base });
      expect(unknown).toEqual([]);
    });
  }
});

const REFUSED = [
  {
    why: "a fraction of a microgram",
    drug: "001",
    dose: "0.0001",
    unit: "mg",
    code: "not-countable",
  },
  { why: "a third of a nanogram", drug: "004", dose: "0.00001", unit: "片", code: "not-countable" },
  { why: "2^53 µg and more", drug: "001", dose: "999999999", unit: "kg", code: "not-countable" },
  { why: "a compound's part in units", drug: "002", dose: "1", unit: "U", code: "not-convertible" },
  { why: "tablets in ml", drug: "001", dose: "5", unit: "ml", code: "not-convertible" },
  { why: "an ampoule of a capsule", drug: "001", dose: "1", unit: "支", code: "not-convertible" },
  { why: "a percentage", drug: "012", dose: "10", unit: "%", code: "unknown-code" },
  { why: "a unit nobody knows", drug: "001", dose: "1", unit: "箱", code: "unknown-code" },
  { why: "a Cyrillic look-alike", drug: "001", dose: "1", unit: "мg", code: "unknown-code" },
  { why: "megagrams or milligrams", drug: "001", dose: "1", unit: "Mg", code: "unknown-code" },
  { why: "nothing", drug: "001", dose: "0", unit: "粒", code: "out-of-range" },
];

describe("P5: what cannot be counted exactly is null, and says why", () => {
  for (const { why, drug, dose, unit, code } of REFUSED) {
    test(why, () => {
      const line = factsOfLine({ drug: { code: drug }, dose: { value: dose, unit } });
      expect(line.ingredients?.[0]).toMatchObject({ perDose: null, perDay: null });
      const [unknown] = line.unknowns;
      expect([unknown.code, unknown.at.startsWith("lines.0.dose")]).toEqual([code, true]);
    });
  }
});

test("P5: an unknown drug has no ingredients, and says so once", () => {
  const line = factsOfLine({ drug: { code: "1" } });
  expect(line).toMatchObject({ drug: null, ingredients: null, supplyMilliDays: null });
  expect(line).toMatchObject({ quantity: null, atc: [], classes: [] });
  expect(line.unknowns).toEqual([
    { at: "lines.0.drug.code", code: "unknown-code", detail: '"1" is not mapped' },
  ]);
});

test("P5: all of a compound's ingredients are counted, under the product's ATC code", () => {
  const line = factsOfLine({ drug: { code: "002" }, dose: { value: "2", unit: "片" } });
  expect(line.atc).toEqual(["J01CR02"]);
  expect(line.ingredients?.map(({ perDay }) => perDay?.value)).toEqual([1_500_000, 750_000]);
});

/** Doses of 2.5 mg; how often, and how much on a day with most of them. */
const OFTEN = [
  { frequency: "tid", times: 3, days: 1, perDay: 7_500 },
  { frequency: "q8h", times: 3, days: 1, perDay: 7_500 },
  { frequency: "q36h", times: 2, days: 3, perDay: 2_500 },
  { frequency: "qod", times: 1, days: 2, perDay: 2_500 },
  { frequency: "qw", times: 1, days: 7, perDay: 2_500 },
  { frequency: "ten-a-week", times: 10, days: 7, perDay: 5_000 },
  { frequency: "ST", times: 1, days: 1, perDay: 2_500 },
];

for (const { frequency, times, days, perDay } of OFTEN) {
  test(`P4: ${frequency} is ${times} in ${days} days, and ${perDay} µg on one day`, () => {
    const line = factsOfLine({
      drug: { code: "009" },
      dose: { value: "1", unit: "片" },
      frequency: { code: frequency },
    });
    expect(line.frequency).toEqual({ times, days });
    expect(line.ingredients?.[0].perDay).toEqual({ value: perDay, unit: "ug" });
  });
}

test("P5: as needed is no frequency and no day's dose, and is known", () => {
  const line = factsOfLine({ frequency: { code: "prn" } });
  expect(line).toMatchObject({ frequency: null, supplyMilliDays: null, unknowns: [] });
  expect(line.ingredients?.[0]).toMatchObject({ perDay: null, perDose: { value: 500_000 } });
});

/** Three capsules a day, 12 in the smallest pack. */
const SUPPLY = [
  { days: 7, quantity: "21", unit: "粒", none: 7_000, packs: 7_000 },
  { days: 7, quantity: "22", unit: "粒", none: 7_334, packs: 7_000 },
  { days: 7, quantity: "1", unit: "盒", none: 8_000, packs: 7_000 },
  { days: 7, quantity: "32", unit: "粒", none: 10_667, packs: 7_000 },
  { days: 7, quantity: "33", unit: "粒", none: 11_000, packs: 11_000 },
  { days: 7, quantity: "20", unit: "粒", none: 6_667, packs: 6_667 },
  { days: 7, quantity: "5.25", unit: "g", none: 7_000, packs: 7_000 },
];

const UNROUNDED = parseDrugList(DRUGS_TEXT.replace("rounding: smallest-pack", "rounding: none"));

for (const { days, quantity, unit, none, packs } of SUPPLY) {
  test(`P4: ${quantity} ${unit}, 3 a day, last ${none} thousandths, ${packs} where packs are whole`, () => {
    const line = { dose: { value: "1", unit: "粒" }, days, quantity: { value: quantity, unit } };
    expect(factsOfLine(line).supplyMilliDays).toBe(packs);
    expect(factsOfLine(line, { drugs: UNROUNDED }).supplyMilliDays).toBe(none);
  });
}

test("P4: what the law limits to doses is never rounded to packs, whatever the county says", () => {
  for (const kind of ["narcotic", "psychotropic-1", "psychotropic-2", "toxic"]) {
    const text = DRUGS_TEXT.replaceAll(
      "classes: [antimicrobial-unrestricted]",
      `classes: [${kind}]`,
    );
    const line = {
      dose: { value: "1", unit: "粒" },
      days: 7,
      quantity: { value: "22", unit: "粒" },
    };
    const { classes, supplyMilliDays } = factsOfLine(line, { drugs: parseDrugList(text) });
    expect([classes, supplyMilliDays]).toEqual([[kind], 7_334]);
  }
});

test("P4: what the county counts exactly is not rounded to packs either", () => {
  const exact = "rounding: smallest-pack, exactFor: [antimicrobial-unrestricted]";
  const drugs = parseDrugList(DRUGS_TEXT.replace("rounding: smallest-pack", exact));
  const line = { dose: { value: "1", unit: "粒" }, days: 7, quantity: { value: "22", unit: "粒" } };
  expect(factsOfLine(line, { drugs }).supplyMilliDays).toBe(7_334);
});

/** Of one drug: dose, quantity, and how many of the one the other is. */
const SUPPLIED = [
  { dose: "1 粒", quantity: "1 粒", exactly: { quantity: 1, dose: 1 } },
  { dose: "1 粒", quantity: "2 粒", exactly: { quantity: 2, dose: 1 } },
  { dose: "2 粒", quantity: "1.25 g", exactly: { quantity: 5, dose: 2 } },
  { dose: "0.3 粒", quantity: "1 粒", exactly: { quantity: 10, dose: 3 } },
  { dose: "3 粒", quantity: "1 盒", exactly: { quantity: 8, dose: 1 } },
  { dose: "1 粒", quantity: "1 箱", exactly: null },
];

for (const { dose, quantity, exactly } of SUPPLIED) {
  test(`P4: ${quantity} are so many doses of ${dose}, exactly and at any frequency`, () => {
    const amount = (text: string) => {
      const [value, unit] = text.split(" ");
      return { value, unit };
    };
    for (const code of ["tid", "q8h", "prn"]) {
      const line = { dose: amount(dose), quantity: amount(quantity), frequency: { code } };
      expect(factsOfLine(line).supplyDoses).toEqual(exactly);
    }
  });
}

test("P4: what is in the whole quantity of an ingredient is counted from it, not from days", () => {
  const line = (quantity: string) =>
    factsOfLine({
      dose: { value: "1", unit: "粒" },
      days: 7,
      quantity: { value: quantity, unit: "粒" },
    });
  expect(line("20").ingredients?.[0].total).toEqual({ value: 5_000_000, unit: "ug" });
  expect(line("20").supplyMilliDays).toBe(6_667);
  expect(line("21").ingredients?.[0].total).toEqual({ value: 5_250_000, unit: "ug" });
});

test("a quantity is counted in pieces, or in its own measure where there are none", () => {
  expect(factsOfLine({}).quantity).toEqual({ value: 24_000, unit: "mpcs" });
  const slices = { drug: { code: "014" }, quantity: { value: "210", unit: "g" } };
  expect(factsOfLine(slices).quantity).toEqual({ value: 210_000_000, unit: "ug" });
});
