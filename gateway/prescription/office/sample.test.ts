import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CountyDrawing,
  Drawing,
  DRAWN_MAX,
  groupOf,
  isHospital,
  POPULATION_MAX,
  rankOf,
  sampleSize,
} from "./sample.ts";

const DRAW = { county: "county", month: "2026-11", seed: "a".repeat(64) };

function keys(count: number) {
  return Array.from({ length: count }, (_, n) => ({ site: `site-${n % 7}`, number: `RX-${n}` }));
}

function drawn(all: readonly { site: string; number: string }[], draw = DRAW) {
  const drawing = new Drawing("outpatient", draw);
  for (const key of all) drawing.add(key);
  return drawing.drawn();
}

describe("P13: a month's sample has", () => {
  test.each(
    [
      ["outpatient", 0, 0],
      ["outpatient", 99, 99],
      ["outpatient", 100, 100],
      ["outpatient", 101, 100],
      ["outpatient", 100_000, 100],
      ["outpatient", 100_001, 101],
      ["outpatient", 682_000, 682],
      ["discharge", 29, 29],
      ["discharge", 30, 30],
      ["discharge", 31, 30],
      ["discharge", 3000, 30],
      ["discharge", 3001, 31],
    ] as const,
  )("of %s, %i in all, %i", (group, population, size) => {
    expect(sampleSize(group, population)).toBe(size);
  });

  test("at most as many as an entry holds", () => {
    expect(sampleSize("outpatient", POPULATION_MAX.outpatient)).toBe(DRAWN_MAX);
    expect(sampleSize("discharge", POPULATION_MAX.discharge)).toBe(DRAWN_MAX);
  });

  test("emergencies among outpatients, and inpatients only on discharge", () => {
    expect(["outpatient", "emergency", "discharge", "inpatient"].map(groupOf)).toEqual([
      ...["outpatient", "outpatient", "discharge", null],
    ]);
  });
});

describe("P13: what is drawn", () => {
  test("is the same at both centres, in whatever order they know the prescriptions", () => {
    const all = keys(150);
    const once = JSON.stringify(drawn(all));
    const orders = fc.shuffledSubarray(all, { minLength: all.length });
    fc.assert(
      fc.property(orders, (order) => JSON.stringify(drawn(order)) === once),
      { numRuns: 20 },
    );
  });

  test("is what has the lowest ranks, where many more go by than are held", () => {
    const all = keys(6000);
    const lowest = all.toSorted((a, b) => rankOf(DRAW, a) < rankOf(DRAW, b) ? -1 : 1);
    expect(drawn(all)).toEqual(lowest.slice(0, 100));
  });

  test("is another with another seed, month or county", () => {
    const all = keys(500);
    const numbers = (draw: typeof DRAW) => JSON.stringify(drawn(all, draw));
    const draws = [
      ...[DRAW, { ...DRAW, seed: "b".repeat(64) }, { ...DRAW, month: "2026-12" }],
      { ...DRAW, county: "other" },
    ];
    expect(new Set(draws.map(numbers)).size).toBe(4);
  });
});

describe("P13: a sample is each hospital's own", () => {
  const from = (site: string, count: number) =>
    Array.from({ length: count }, (_, n) => ({ site, number: `${site} ${n}` }));
  const result = (all: readonly { site: string; number: string }[]) => {
    const drawing = new CountyDrawing("outpatient", DRAW, (site) => site.startsWith("hospital"));
    for (const key of all) drawing.add(key);
    return { hospitals: drawing.hospitals, ...drawing.result() };
  };

  test("of 100 or 1 ‰ at each, and clinics have one together", () => {
    const all = [
      ...from("hospital-b", 101),
      ...from("hospital-a", 99),
      ...from("clinic-1", 90),
      ...from("clinic-2", 90),
    ];
    const { hospitals, population, drawn } = result(all);
    expect([hospitals, population]).toEqual([["hospital-a", "hospital-b"], 380]);
    const counts = ["hospital-a", "hospital-b", "clinic"].map((name) =>
      drawn.filter(({ site }) => site.startsWith(name)).length
    );
    expect(counts).toEqual([99, 100, 100]);
    expect(result(all.toReversed()).drawn).toEqual(drawn);
  });

  test.each(
    [
      ["hospital", true],
      ["township-hospital", true],
      ["community-centre", true],
      ["community-station", false],
      ["clinic", false],
      ["village-clinic", false],
      [null, false],
    ] as const,
  )("as the registry calls it: %s", (kind, own) => {
    expect(isHospital(kind)).toBe(own);
  });
});

test("P13: several take-home prescriptions of one patient count once, in any order", () => {
  const all = Array.from({ length: 93 }, (_, n) => ({
    key: { site: "s", number: `RX-${n}` },
    patient: `patient ${n % 31}`,
  }));
  const result = (some: typeof all) => {
    const drawing = new Drawing("discharge", DRAW);
    for (const { key, patient } of some) drawing.add(key, patient);
    return { population: drawing.population, drawn: drawing.drawn() };
  };
  const { population, drawn } = result(all);
  expect([population, drawn.length]).toEqual([31, 30]);
  const patients = all.filter(({ key }) => drawn.includes(key)).map(({ patient }) => patient);
  expect(new Set(patients).size).toBe(30);
  expect(result(all.toReversed())).toEqual({ population, drawn });
  const unknown = new Drawing("discharge", DRAW);
  for (const { key } of all) unknown.add(key);
  expect(unknown.population).toBe(93);
});
