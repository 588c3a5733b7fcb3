import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { facts, recorded, RESIDENT_ID, SOURCES } from "./fixture_codes.ts";
import { DRUGS_TEXT } from "./fixture_lists.ts";
import { parseDrugList } from "./drug_list.ts";
import { patientKeyOf } from "./facts_of.ts";
import { checkCharacter } from "../resident_id.ts";
import { residentId } from "./resident_id.ts";

const NOBODY = { id: undefined, birthDate: undefined };

/** Born at the first, prescribed at the second; days and completed months in Shanghai. */
const BORN = [
  { born: "2026-09-01", issued: "2026-09-01T00:00:00+08:00", days: 0, months: 0 },
  { born: "2026-08-31", issued: "2026-08-31T15:59:59Z", days: 0, months: 0 },
  { born: "2026-08-31", issued: "2026-08-31T16:00:00Z", days: 1, months: 0 },
  { born: "2023-09-01", issued: "2026-08-31T23:59:59+08:00", days: 1095, months: 35 },
  { born: "2023-09-01", issued: "2026-09-01T00:00:00+08:00", days: 1096, months: 36 },
  { born: "2025-01-01", issued: "2028-01-01T12:00:00+08:00", days: 1095, months: 36 },
  { born: "2024-02-29", issued: "2027-02-28T12:00:00+08:00", days: 1095, months: 35 },
  { born: "2024-02-29", issued: "2027-03-01T12:00:00+08:00", days: 1096, months: 36 },
];

describe("P4: an age is counted to the day of issue in Shanghai", () => {
  for (const { born, issued, days, months } of BORN) {
    test(`${born} to ${issued}`, () => {
      const patient = { ...NOBODY, birthDate: born };
      const found = facts({ issuedAt: issued, patient }).patient;
      expect(found).toMatchObject({ ageDays: days, ageMonths: months, ageTold: "date" });
    });
  }
});

/** UCUM: a year of 365.25 days, a month of 30.4375. */
const TOLD = [
  { value: "5", unit: "d", days: 5, months: 0 },
  { value: "2", unit: "wk", days: 14, months: 0 },
  { value: "8", unit: "mo", days: 244, months: 8 },
  { value: "2.5", unit: "mo", days: 77, months: 2 },
  { value: "2.99", unit: "a", days: 1093, months: 35 },
  { value: "3", unit: "a", days: 1096, months: 36 },
  { value: "80", unit: "a", days: 29220, months: 960 },
];

for (const { value, unit, days, months } of TOLD) {
  test(`P4: who is told to be ${value} ${unit} old is not taken to be younger`, () => {
    const found = facts({ patient: { ...NOBODY, age: { value, unit } } }).patient;
    expect(found).toMatchObject({ ageDays: days, ageMonths: months, ageTold: unit });
  });
}

test("P5: without a date and an age the resident ID's date counts; without all, nothing", () => {
  const byId = facts({ patient: { birthDate: undefined } }).patient;
  expect(byId).toMatchObject({ ageDays: 28_003, ageTold: "resident-id" });
  expect(facts({ patient: NOBODY }).patient).toMatchObject({ ageDays: null, ageTold: null });
});

test("P5: an age that nobody has is none", () => {
  for (const age of [{ value: "132", unit: "a" }, { value: "999999999", unit: "d" }]) {
    const { patient, unknowns } = facts({ patient: { ...NOBODY, age } });
    expect([patient.ageDays, unknowns.at(-1)?.code]).toEqual([null, "out-of-range"]);
  }
  const later = facts({ patient: { ...NOBODY, birthDate: "2026-09-02" } });
  expect(later.patient.ageDays).toBeNull();
  expect(later.unknowns.at(-1)).toMatchObject({ at: "patient.birthDate", code: "out-of-range" });
});

const WEIGHTS = [
  { value: "3.25", unit: "kg", grams: 3_250 },
  { value: "3250", unit: "ｇ", grams: 3_250 },
  { value: "60", unit: "公斤", grams: 60_000 },
  { value: "120", unit: "斤", grams: 60_000 },
  { value: "3.2506", unit: "kg", grams: 3_250 },
  { value: "0", unit: "kg", grams: null, code: "out-of-range" },
  { value: "60000", unit: "kg", grams: null, code: "out-of-range" },
  { value: "60", unit: "ml", grams: null, code: "not-convertible" },
  { value: "60", unit: "кg", grams: null, code: "not-convertible" },
];

for (const { value, unit, grams, code } of WEIGHTS) {
  test(`P5: a weight of ${value} ${unit} is ${grams} g`, () => {
    const { patient, unknowns } = facts({ patient: { weight: { value, unit } } });
    expect([patient.weightGrams, unknowns.at(0)?.code]).toEqual([grams, code]);
  });
}

const at = "2026-08-31T08:00:00+08:00";
const CLEARANCES = [
  { value: "29.9999", unit: "mL/min", at, renal: 29_999 },
  { value: "30", unit: "ml/min", at, renal: 30_000 },
  { value: "0", unit: "ml/min", at, renal: 0 },
  { value: "90", unit: "ml/min/1.73m²", at, renal: null, code: "not-convertible" },
  { value: "90", unit: "umol/L", at, renal: null, code: "not-convertible" },
  { value: "900", unit: "ml/min", at, renal: null, code: "out-of-range" },
  {
    value: "90",
    unit: "ml/min",
    at: "2026-09-03T08:00:00+08:00",
    renal: null,
    code: "not-current",
  },
];

for (const { renal, code, ...value } of CLEARANCES) {
  test(`P5: a clearance of ${value.value} ${value.unit} of ${value.at} is ${renal}`, () => {
    const { patient, unknowns } = facts({ patient: { renal: value } });
    expect([patient.renal, unknowns.at(0)?.code]).toEqual([renal, code]);
  });
}

test("P5: a county may take eGFR per 1.73 m² as clearance, and bound a value's age", () => {
  const drugs = parseDrugList(`${DRUGS_TEXT}renal: { indexed: as-clearance, daysMax: 30 }\n`);
  for (const unit of ["ml/min/1.73m²", "mL/(min·1.73m2)", "mL/min/{1.73_m2}"]) {
    expect(facts({ patient: { renal: { value: "90", unit, at } } }, { drugs }).patient.renal)
      .toBe(90_000);
  }
  const old = { value: "90", unit: "ml/min", at: "2026-08-01T08:00:00+08:00" };
  expect(facts({ patient: { renal: old } }, { drugs }).patient.renal).toBeNull();
});

test("P5: known to have no allergy, not asked, and one that is not known are three things", () => {
  const allergies = (of: unknown) => facts({ patient: { allergies: of } }).patient.allergies;
  const listed = (...codes: string[]) => ({
    state: "listed",
    substances: codes.map((code) => ({ code })),
  });
  expect(allergies({ state: "none-known" })).toEqual([]);
  expect(allergies({ state: "not-asked" })).toBeNull();
  expect(allergies(listed("QMS", "QMS"))).toEqual(["penicillins"]);
  expect(allergies(listed("QMS", "TB"))).toBeNull();
  expect(facts({ patient: { pregnant: "no" } }).patient).toMatchObject({
    pregnant: "no",
    breastfeeding: null,
  });
});

test("X5: a resident ID's check character is that of GB 11643 and ISO 7064", () => {
  // The standard's own two examples.
  expect([checkCharacter("11010519491231002"), checkCharacter("44052418800101001")])
    .toEqual(["X", "4"]);
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 17, maxLength: 17 });
  fc.assert(fc.property(digits, (all) => {
    const remainder = all.reduce((sum, digit, index) => sum + digit * weights[index], 0) % 11;
    expect(checkCharacter(all.join(""))).toBe("10X98765432"[remainder]);
  }));
});

test("X5: one digit changed, or two neighbours swapped, is found", () => {
  const digits = [...RESIDENT_ID];
  for (let index = 0; index < 17; index++) {
    for (let step = 1; step < 10; step++) {
      const changed = digits.with(index, String((Number(digits[index]) + step) % 10)).join("");
      expect(residentId(changed).kind).toBe("fault");
    }
    const [one, other] = [digits[index], digits[index + 1]];
    const swapped = digits.with(index, other).with(index + 1, one).join("");
    if (swapped !== RESIDENT_ID) expect(residentId(swapped).kind).toBe("fault");
  }
});

const UNCERTAIN = [
  { why: "there is no number", patient: { id: undefined } },
  { why: "its check digit is wrong", patient: { id: "110105194912310021" } },
  { why: "it has 15 digits", patient: { id: "110105491231002" } },
  { why: "its date is none", patient: { id: "110105194902300023" } },
  { why: "it is a parent's", patient: { birthDate: "2026-08-01" } },
  { why: "it is a parent's, and the age is told", patient: { birthDate: undefined, age: 1 } },
  { why: "it is a man's", patient: { sex: "male" } },
];

describe("who cannot be told for certain has no key, and the history is not shown as theirs", () => {
  for (const { why, patient } of UNCERTAIN) {
    test(why, () => {
      const given = { ...patient };
      const found = facts({
        patient: {
          ...given,
          ...("id" in given && given.id && { id: { system: "resident-id", value: given.id } }),
          ...("age" in given && { age: { value: "1", unit: "mo" } }),
        },
      });
      expect([found.patient.key, found.history]).toEqual([null, null]);
      expect(found.unknowns[0]).toMatchObject({ at: "patient.id", code: "identity" });
      expect(JSON.stringify(found)).not.toContain(RESIDENT_ID.slice(0, 14));
    });
  }
});

test("one person has one key at all sites, however the number is typed", () => {
  const key = patientKeyOf(recorded(), SOURCES);
  const typed = { system: "resident-id", value: "11010519491231002x" };
  expect(patientKeyOf(recorded({ patient: { id: typed } }), { ...SOURCES, site: "b" })).toBe(key);
  expect(facts().patient.key).toBe(key);
  expect(facts().history).toEqual([]);
  const other = new Uint8Array(32).fill(8);
  expect(patientKeyOf(recorded(), { ...SOURCES, patientKey: other })).not.toBe(key);
  expect(JSON.stringify(facts())).not.toContain(RESIDENT_ID);
});

test("a site's own number is nobody's elsewhere, and the history is told to be its own", () => {
  const own = recorded({ patient: { id: { system: "local", value: "42" } } });
  const keys = ["a", "b"].map((site) => patientKeyOf(own, { ...SOURCES, site }));
  expect(new Set(keys).size).toBe(2);
  const found = facts({ patient: { id: { system: "local", value: "42" } } });
  expect(found.history).toEqual([]);
  expect(found.unknowns[0]).toMatchObject({ at: "patient.id", code: "identity" });
});

test("a key that is too short for the hash is refused", () => {
  expect(() => facts({}, { patientKey: new Uint8Array(31) })).toThrow("31 bytes of 32");
});
