import { describe, expect, test } from "vitest";
import { DRUGS, DRUGS_TEXT } from "./fixture_lists.ts";
import { DataFileError } from "./data_file.ts";
import { parseDrugList } from "./drug_list.ts";

/** A list of one drug, as the test says. */
function listOf(drug: string, rest = ""): string {
  return `
list: small
issued: 2026-09-01
ingredients:
  iron: { zh: 铁, en: iron }
  heparin: { zh: 肝素, en: heparin, counted: mIU }
  isatis: { zh: 板蓝根, en: isatis root, counted: mpcs }
drugs:
  one: { zh: 药, en: drug, form: tablet, ${drug} }
${rest}`;
}

function faultsOf(text: string): string[] {
  try {
    parseDrugList(text);
  } catch (error) {
    if (error instanceof DataFileError) {
      return error.faults.map(({ path, message }) => `${path}: ${message}`);
    }
    throw error;
  }
  return [];
}

test("a list of 14 drugs is read, and its version is the hash of its text", () => {
  expect(DRUGS.drugs.size).toBe(14);
  expect(DRUGS.version).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(parseDrugList(DRUGS_TEXT).version).toBe(DRUGS.version);
  expect(parseDrugList(`${DRUGS_TEXT}# one more word\n`).version).not.toBe(DRUGS.version);
});

test("a part of a strength is exact: 0.1 % of 10 g are 10 mg, 0.9 % of 250 ml are 2.25 g", () => {
  for (
    const [code, amount] of [["mometasone-cream-10g", 10_000], ["sodium-chloride-250ml", 2_250_000]]
  ) {
    const perPiece = DRUGS.drugs.get(String(code))?.ingredients[0].perPiece;
    expect(Number(perPiece?.over) / Number(perPiece?.under)).toBe(amount);
  }
});

const FAULTS = [
  ["ingredients: { zinc: 5 mg }, piece: 片", 'there is no ingredient "zinc"'],
  ["ingredients: {}, piece: 片", "want one ingredient or more"],
  ["ingredients: { iron: 5 }, piece: 片", "want an amount as 0.25 g"],
  ["ingredients: { iron: 0 mg }, piece: 片", "want an amount as 0.25 g"],
  ["ingredients: { iron: 5 mg/ml/ml }, piece: 片", "want an amount as 0.25 g"],
  ["ingredients: { iron: 5 мg }, piece: 片", "want an amount as 0.25 g"],
  ["ingredients: { iron: 5 mg/ml }, piece: 瓶", "of how much is not said (volume: 100 ml)"],
  ["ingredients: { iron: 1 % }, piece: 瓶", "a percentage needs either a volume or a labelled"],
  ["ingredients: { iron: 1 % }, piece: 瓶, volume: 1 ml, labelled: 1 g", "a percentage needs"],
  ["ingredients: { iron: 100 IU }, piece: 片", "it is counted in ug, and this is a potency"],
  ["ingredients: { heparin: 5 mg }, piece: 支", "it is counted in mIU, and this is a mass"],
  ["ingredients: { iron: 1 piece }, piece: 片", "pieces are counted of an ingredient with counted"],
  ["ingredients: { isatis: 5 g }, piece: 袋", "pieces are counted of an ingredient with counted"],
  ["ingredients: { isatis: 1 piece }", "nothing says what one piece is called"],
  ["ingredients: { iron: 5 mg }, piece: g", '"g" is a unit everywhere'],
  ["ingredients: { iron: 5 mg }, piece: 袋, pack: { 袋: 10 }", '"袋" stands for something else'],
  ["ingredients: { iron: 5 mg }, piece: 片, pack: { 盒: 0 }", "want 1 to 100000"],
  ["ingredients: { iron: 5 mg }, piece: 片, pack: { 盒: 2.5 }", "want a whole number of 1 to"],
  ["ingredients: { iron: 5 mg }, piece: 支, volume: 5 g", "want an amount as 2 ml"],
  ["ingredients: { iron: 5 mg }, piece: 支, volume: 5 ml, labelled: 5 ml", "stands there already"],
  ["ingredients: { iron: 5 mg }, piece: 片, words: { 滴: 0.05 ml }", "want a part of its volume"],
  ["ingredients: { iron: 5 mg }, piece: 片, classes: [narcotics]", "want narcotic or"],
  ["ingredients: { iron: 5 mg }, piece: 片, atc: j01", "want an ATC code"],
  ["ingredients: { iron: 5 mg }, piece: 片, strength: 5 mg", "there is no such field"],
];

describe("a drug that cannot be counted is refused, with field and fix", () => {
  for (const [drug, message] of FAULTS) {
    test(drug, () => {
      const [first = "no fault"] = faultsOf(listOf(drug));
      expect(first).toContain("drugs.one");
      expect(first).toContain(message);
    });
  }
});

const OTHER_FAULTS = [
  ["routes: { oral: { zh: 口服 } }", "routes.oral.en: it is missing; want text"],
  ["frequencies: { qd: { zh: 每日, en: daily, times: 1 } }", "frequencies.qd: found"],
  ["frequencies: { qd: { zh: 每日, en: daily, times: 0, days: 1 } }", "frequencies.qd"],
  ["frequencies: { q: { zh: 每, en: each, every: 8 hours } }", "frequencies.q"],
  ["allergies: { all: { zh: 全, en: all } }", "allergies.all: it is about nothing"],
  [
    "allergies: { a: { zh: 甲, en: a, ingredients: [zinc] } }",
    "allergies.a.ingredients.0: there is",
  ],
  ["diagnoses: { 感冒: J0 }", 'diagnoses.感冒: found "J0"; want an ICD-10 code'],
  ["units: { mg: 1 g }", 'units.mg: "mg" is a unit everywhere'],
  ["units: { 勺: 5 }", "units.勺: want an amount as 5 ml"],
  ["supply: { rounding: up }", 'supply.rounding: found "up"; want none or smallest-pack'],
  ["drugs: {}", "Map keys must be unique"],
];

describe("a list that is wrong elsewhere is refused, with field and fix", () => {
  for (const [rest, message] of OTHER_FAULTS) {
    test(rest, () => {
      const faults = faultsOf(listOf("ingredients: { iron: 5 mg }, piece: 片", rest));
      expect(faults.join("\n")).toContain(message);
    });
  }
});

test("all faults are told at once, each with its line", () => {
  const text = listOf("ingredients: { zinc: 5 mg }", "units: { mg: 1 g }");
  expect(() => parseDrugList(text, "county.yaml")).toThrow(
    /Cannot use the drug list "county.yaml":\n {2}county.yaml:9:\d+ .*zinc.*\n.*\n.*units/s,
  );
});

test("a list without end is refused before it is read", () => {
  expect(faultsOf("x".repeat(8 * 1024 * 1024 + 1))[0]).toContain("want 8388608 or less");
});
