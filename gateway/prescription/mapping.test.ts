import { describe, expect, test } from "vitest";
import { facts, factsOfLine } from "./fixture_codes.ts";
import { DRUGS, DRUGS_TEXT, MAPPING, MAPPING_TEXT } from "./fixture_lists.ts";
import { parseDrugList } from "./drug_list.ts";
import { parseMapping } from "./mapping.ts";

function mapped(more: string) {
  return parseMapping(MAPPING_TEXT.replace(/diagnoses: \{ gm01: J00 \}\n/, `${more}\n`), DRUGS);
}

test("P5: a code is what the site's mapping says, with its leading noughts", () => {
  expect(factsOfLine({ drug: { code: "001" } }).drug).toBe("amoxicillin-capsule-250mg");
  for (const code of ["1", "01", "0001", "00l", "OO1", "constructor", "__proto__"]) {
    expect(factsOfLine({ drug: { code } }).drug).toBeNull();
  }
});

test("P5: a code that is not mapped is unknown, though it looks like one that is", () => {
  const line = factsOfLine({ route: { code: "po" }, frequency: { code: "TID" } });
  expect(line).toMatchObject({ route: null, frequency: null });
  expect(line.unknowns.map(({ at, code }) => `${at} ${code}`)).toEqual([
    "lines.0.frequency.code unknown-code",
    "lines.0.route.code unknown-code",
  ]);
});

test("P5: national codes are taken as they are where the mapping says so, and only there", () => {
  expect(factsOfLine({ frequency: { code: "q8h" } }).frequency).toEqual({ times: 3, days: 1 });
  expect(factsOfLine({ route: { code: "oral" } }).route).toBeNull();
});

test("P5: a site's words mean what it says, but for those of the drug itself", () => {
  const mapping = parseMapping(MAPPING_TEXT.replace("T: 片", "粒: 盒, box: 盒"), DRUGS);
  const amount = (unit: string) =>
    factsOfLine({ dose: { value: "1", unit } }, { mapping }).ingredients?.[0].perDose?.value;
  expect([amount("粒"), amount("box"), amount("T")]).toEqual([250_000, 6_000_000, undefined]);
});

/** 疾病分类与代码国家临床版 2.0 and ICD-10: categories, subcategories, extensions, dual codes. */
const DIAGNOSES = [
  ["J00", "J00"],
  ["J45.9", "J45.9"],
  ["J45.900", "J45.900"],
  ["J45.900x001", "J45.900x001"],
  ["J46.x00x002", "J46.x00x002"],
  ["M32.101+", "M32.101"],
  ["G63.2*", "G63.2"],
  ["gm01", "J00"],
  ["感冒", "J00"],
  // Morphology, a traditional diagnosis (GB/T 15657), and what is like one.
  ["M80000/3", null],
  ["A04.04.04.02", null],
  ["BNW010", null],
  ["J4O", null],
  ["j00", null],
];

for (const [local, code] of DIAGNOSES) {
  test(`P5: the diagnosis ${local} is ${code}`, () => {
    const { diagnoses, unknowns } = facts({ diagnoses: [{ code: local }] });
    expect(diagnoses).toEqual(code === null ? null : [code]);
    expect(unknowns.map(({ at }) => at)).toEqual(code === null ? ["diagnoses.0.code"] : []);
  });
}

test("P5: no diagnosis is none, one that is not known leaves all in doubt", () => {
  expect(facts({ diagnoses: [] }).diagnoses).toEqual([]);
  expect(facts({ diagnoses: [{ code: "J00" }, { code: "?" }] }).diagnoses).toBeNull();
});

test("P5: what the county's list has no more is unknown again", () => {
  const without = parseDrugList(DRUGS_TEXT.replace("salbutamol-inhaler:", "salbutamol-spray:"));
  const line = factsOfLine({ drug: { code: "011" } }, { drugs: without });
  expect(line).toMatchObject({ drug: null, ingredients: null });
});

const FAULTS = [
  ["diagnoses: { gm01: J }", 'diagnoses.gm01: found "J"; want an ICD-10 code'],
  ["allergies: { x: aspirin }", 'the drug list has no "aspirin" among its allergies'],
  ["units: { mg: g }", '"mg" is a unit everywhere'],
  ["by: []", "by: found []; want text"],
  ["codes: {}", "codes: there is no such field"],
];

describe("a mapping that is wrong is refused, with field and fix", () => {
  for (const [more, message] of FAULTS) {
    test(more, () => {
      const text = MAPPING_TEXT.replace(new RegExp(`^${more.split(":")[0]}: .*\n`, "m"), "");
      expect(() => parseMapping(`${text}\n${more}\n`, DRUGS)).toThrow(message);
    });
  }
});

test("its version is the hash of its text", () => {
  expect(MAPPING.version).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(mapped("diagnoses: { gm01: J01 }").version).not.toBe(MAPPING.version);
  expect(facts().mapping).toBe(`${MAPPING.version}+${DRUGS.version}`);
});
