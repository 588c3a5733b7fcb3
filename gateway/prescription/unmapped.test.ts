import { expect, test } from "vitest";
import { facts, LINE, recorded } from "./fixture_codes.ts";
import { DRUGS, MAPPING, MAPPING_TEXT } from "./fixture_lists.ts";
import { type Codes, parseMapping } from "./mapping.ts";
import { isMapped, releasedMapping, ReleaseError, seenIn, unmappedOf } from "./unmapped.ts";

function reviewed(site: string, part: Record<string, unknown>) {
  return seenIn({ site, prescription: recorded(part), unknowns: facts(part).unknowns });
}

const DAY = "2026-09-01T08:00:00+08:00";
const NEXT = "2026-09-02T08:00:00+08:00";
const STRANGE = {
  drug: { code: "077", text: "新药片" },
  dose: { value: "1", unit: "片" },
  route: { code: "XX", text: "某途径" },
  frequency: { code: "weird" },
  days: 1,
  quantity: { value: "1", unit: "盒" },
};

const RELEASE = { issued: "2026-09-03", by: "pharmacist-1" };

const ALL = [
  reviewed("site-b", { issuedAt: NEXT, lines: [STRANGE, STRANGE] }),
  reviewed("site-a", { issuedAt: DAY, lines: [{ ...LINE, dose: { value: "1", unit: "箱" } }] }),
  reviewed("site-b", {
    issuedAt: DAY,
    lines: [{ ...STRANGE, drug: { code: "077", text: "新药" } }],
    diagnoses: [{ code: "?", text: "说不清" }],
    patient: { allergies: { state: "listed", substances: [{ code: "TB", text: "头孢" }] } },
  }),
].flat();

test("P5: each code that nobody mapped is one line a site, most often seen first", () => {
  const { lines, leftOut } = unmappedOf(ALL);
  expect(leftOut).toBe(0);
  expect(lines.map(({ site, section, code, count }) => [site, section, code, count])).toEqual([
    ["site-b", "drugs", "077", 3],
    ["site-b", "frequencies", "weird", 3],
    ["site-b", "routes", "XX", 3],
    ["site-a", "units", "箱", 1],
    ["site-b", "allergies", "TB", 1],
    ["site-b", "diagnoses", "?", 1],
  ]);
  expect(lines[0]).toMatchObject({
    text: "新药",
    firstMs: Date.parse(DAY),
    lastMs: Date.parse(NEXT),
    example: "rx-1",
  });
});

test("P5: a code is waiting until it means something by the mapping and the list", () => {
  const releases = [
    { section: "drugs", code: "077", national: "salbutamol-inhaler" },
    { section: "units", code: "箱", national: "盒" },
  ] as const;
  const mapping = parseMapping(releasedMapping(MAPPING_TEXT, releases, RELEASE), DRUGS);
  const waiting = (codes: Codes) =>
    new Set(ALL.filter((one) => !isMapped(one, codes)).map(({ section }) => section));
  const all = ["drugs", "routes", "frequencies", "units", "diagnoses", "allergies"];
  expect(waiting({ mapping: MAPPING, drugs: DRUGS })).toEqual(new Set(all));
  expect(waiting({ mapping, drugs: DRUGS })).toEqual(
    new Set(["routes", "frequencies", "diagnoses", "allergies"]),
  );
  for (const code of ["片", "mg", " ｍｇ"]) {
    expect(isMapped({ section: "units", code }, { mapping, drugs: DRUGS })).toBe(true);
  }
});

test("the order in which prescriptions come changes nothing of the list", () => {
  expect(unmappedOf(ALL.toReversed())).toEqual(unmappedOf(ALL));
});

test("what fits no drug, or cannot be counted, is nothing to map", () => {
  const doses = [{ value: "5", unit: "ml" }, { value: "0.0001", unit: "mg" }];
  const lines = doses.map((dose) => ({ ...LINE, dose }));
  expect(unmappedOf(reviewed("a", { lines })).lines).toEqual([]);
});

test("a list that is full counts what it leaves out", () => {
  const { lines, leftOut } = unmappedOf(ALL, 2);
  expect([lines.length, leftOut]).toEqual([2, 6]);
});

test("P5: a release is a new version in which the code is known, and comments stay", () => {
  const releases = [
    { section: "drugs", code: "077", national: "salbutamol-inhaler" },
    { section: "units", code: "puff", national: "喷" },
    { section: "drugs", code: "1e3", national: "salbutamol-inhaler" },
  ] as const;
  const text = releasedMapping(MAPPING_TEXT, releases, RELEASE);
  const mapping = parseMapping(text, DRUGS);
  expect(text).toContain("# A township's codes, to test with.");
  expect([mapping.issued, mapping.codes.drugs.get("077"), mapping.codes.units.get("puff")])
    .toEqual(["2026-09-03", "salbutamol-inhaler", "喷"]);
  expect(mapping.codes.drugs.get("1e3")).toBe("salbutamol-inhaler");
  expect(mapping.codes.drugs.get("001")).toBe("amoxicillin-capsule-250mg");
  const dose = { value: "2", unit: "puff" };
  const found = facts({ lines: [{ ...STRANGE, dose }] }, { mapping }).lines[0];
  expect(found.ingredients?.[0].perDose).toEqual({ value: 200, unit: "ug" });
});

test("a release that changes what a code means is refused; the same again changes nothing", () => {
  const other = { section: "drugs", code: "001", national: "salbutamol-inhaler" } as const;
  expect(() => releasedMapping(MAPPING_TEXT, [other], RELEASE)).toThrow(ReleaseError);
  const same = { ...other, national: "amoxicillin-capsule-250mg" };
  const mapping = parseMapping(releasedMapping(MAPPING_TEXT, [same], RELEASE), DRUGS);
  expect(mapping.codes.drugs.get("001")).toBe("amoxicillin-capsule-250mg");
});

test("a release of what the county does not have is refused when it is read", () => {
  const wrong = { section: "drugs", code: "099", national: "no-such-drug" } as const;
  const text = releasedMapping(MAPPING_TEXT, [wrong], RELEASE);
  expect(() => parseMapping(text, DRUGS)).toThrow('has no "no-such-drug" among its drugs');
});
