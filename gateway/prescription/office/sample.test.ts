import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Drawing, DRAWN_MAX, groupOf, POPULATION_MAX, rankOf, sampleSize } from "./sample.ts";

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
