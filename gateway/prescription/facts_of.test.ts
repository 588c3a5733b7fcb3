import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { facts, LINE, recorded, SOURCES } from "./fixture_codes.ts";
import { DRUGS, MAPPING } from "./fixture_lists.ts";
import { factsOf } from "./facts_of.ts";
import { isPlainCode, isPlainUnit } from "./plain_text.ts";
import { amount, decimal, prescription } from "./prescription.ts";
import { UNITS } from "./measure.ts";

const hundreds = fc.integer({ min: 0, max: 999_999_999 });
const someDecimal = fc.tuple(hundreds, fc.option(fc.stringMatching(/^\d{1,6}$/)))
  .map(([before, behind]) => behind === null ? String(before) : `${before}.${behind}`);
/** What the doors let in. */
const words = [...UNITS.keys(), ...DRUGS.words, "箱", "мg", "T", "amp", "toString"]
  .filter(isPlainUnit);
const plain = (maxLength: number) => fc.string({ minLength: 1, maxLength }).filter(isPlainCode);
const someAmount = fc.record({ value: someDecimal, unit: fc.constantFrom(...words) });
const coded = (...known: string[]) =>
  fc.record({
    code: fc.oneof(fc.constantFrom(...known), plain(8)),
  });

const someLine = fc.record({
  drug: coded(...MAPPING.codes.drugs.keys()),
  dose: someAmount,
  route: coded(...MAPPING.codes.routes.keys()),
  frequency: coded(...DRUGS.frequencies.keys(), "ST"),
  days: fc.integer({ min: 1, max: 366 }),
  quantity: someAmount,
});

const somePatient = fc.record({
  id: fc.record({
    system: fc.constantFrom("resident-id", "local", "other"),
    value: plain(18),
  }),
  birthDate: fc.constant(undefined),
  age: fc.record({ value: someDecimal, unit: fc.constantFrom("d", "wk", "mo", "a") }),
  weight: someAmount,
  renal: fc.record({
    value: someDecimal,
    unit: fc.constantFrom("ml/min", "ml/min/1.73m2", "l/d"),
    at: fc.constant("2026-08-31T08:00:00Z"),
  }),
});

/** Every number in facts, wherever it stands. */
function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

test("P5: nothing that can be sent makes a number that is no safe whole one, or negative", () => {
  const some = fc.record({
    lines: fc.array(someLine, { minLength: 1, maxLength: 5 }),
    patient: somePatient,
  });
  fc.assert(
    fc.property(some, (part) => {
      const found = facts(part);
      for (const number of numbersIn(found)) {
        expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
      }
      for (const { at, code } of found.unknowns) {
        expect(`${at} ${code}`).not.toMatch(/undefined|NaN/);
      }
    }),
    { numRuns: 500 },
  );
});

test("P5: a dose that is told is exact: as fractions of whole numbers, and by no other way", () => {
  const thousandths = fc.integer({ min: 1, max: 999_999_999 });
  fc.assert(fc.property(thousandths, (count) => {
    // Of 0.25 g capsules: count thousandths of mg, pieces and grams, each worked out on its own.
    const value = `${Math.floor(count / 1000)}.${String(count % 1000).padStart(3, "0")}`;
    const dose = (unit: string) =>
      facts({ lines: [{ ...LINE, dose: { value, unit } }] }).lines[0].ingredients?.[0].perDose
        ?.value;
    expect(dose("mg")).toBe(count);
    expect(dose("粒")).toBe(count * 250);
    expect(dose("g")).toBe(count * 1000);
  }));
});

test("P5: a line is seen the same wherever it stands", () => {
  fc.assert(fc.property(fc.array(someLine, { minLength: 2, maxLength: 6 }), (lines) => {
    const seen = (all: typeof lines) =>
      factsOf(recorded({ lines: all }), SOURCES).lines.map(({ line: _, ...rest }) => rest);
    expect(seen(lines.toReversed()).toReversed()).toEqual(seen(lines));
  }));
});

test("P6: the same form and sources give the same facts", () => {
  fc.assert(fc.property(fc.array(someLine, { minLength: 1, maxLength: 3 }), (lines) => {
    expect(facts({ lines })).toEqual(facts({ lines }));
  }));
});

/** Until when it may be dispensed, of one issued late on 1 September in Shanghai. */
const VALID = [
  { validUntil: undefined, days: 0 },
  { validUntil: "2026-09-01", days: 0 },
  { validUntil: "2026-09-04", days: 3 },
  { validUntil: "2026-08-31", days: 0, code: "out-of-range" },
];

describe("P4: valid days are counted from the day of issue in Shanghai", () => {
  for (const { validUntil, days, code } of VALID) {
    test(`until ${validUntil}`, () => {
      const found = facts({ issuedAt: "2026-09-01T15:59:59Z", validUntil });
      expect([found.validDays, found.unknowns.at(0)?.code]).toEqual([days, code]);
    });
  }
});

test("P14: a prescriber of no registry is told, and has no rights", () => {
  const prescriber = { id: "dr-2", rights: null, title: null };
  expect(facts({}, { prescriber }).unknowns).toEqual([{
    at: "prescriber.id",
    code: "no-registry",
    detail: '"dr-2" is in no registry of the county',
  }]);
});

test("P4: reasons are told as given or not, and none is made up", () => {
  expect(facts().reasons)
    .toEqual({ longer: false, pain: false, longTerm: false, dose: false });
  expect(facts({ reasons: { pain: "癌痛" } }).reasons.pain).toBe(true);
});

test("the recorded form's numbers are what the arithmetic reads", () => {
  for (const value of ["0", "999999999.999999", "0.000001"]) {
    expect(decimal.parse(value)).toBe(value);
  }
  expect(amount.safeParse({ value: "２", unit: "片" }).success).toBe(false);
  expect(prescription.safeParse({ ...recorded(), lines: [] }).success).toBe(false);
});
