import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { builtInProfiles, readProfiles } from "../../drivers/profile_library.ts";
import type { Model } from "../../drivers/simulation.ts";
import { range } from "../../sync/fixtures.ts";
import { seeded } from "../../sync/simulated_time.ts";
import { fridgeModel, fridgeStep, roomModel, scaleModel } from "./models.ts";

const HOUR_SECONDS = 3600;
const profiles = readProfiles([builtInProfiles()]);

function pointsOf(name: string) {
  const profile = profiles.get(name);
  if (profile === undefined) throw new Error(`There is no profile "${name}"`);
  return profile.protocol === "mqtt"
    ? profile.messages.flatMap(({ points }) => points)
    : profile.points;
}

/** A value each second for so long, from the model's start. */
function seconds(model: Model, count: number) {
  return range(0, count).map((second) => model(second * 1000));
}

describe.each([
  ["fridge", "vaccine-fridge", () => fridgeModel(60)],
  ["room", "temperature-humidity", () => roomModel(1)],
  ["scale", "waste-scale", () => scaleModel(seeded(1))],
])("a demo %s", (_what, profile, model) => {
  test("has a value for every point of its profile, of the kind and size it can have", () => {
    const values = seconds(model(), HOUR_SECONDS);
    for (const { point, example, min = -Infinity, max = Infinity } of pointsOf(profile)) {
      const all = values.map((one) => one[point]);
      expect(new Set(all.map((value) => typeof value)), point).toEqual(new Set([typeof example]));
      const numbers = all.filter((value) => typeof value === "number");
      expect(numbers.filter((value) => !(value >= min && value <= max)), point).toEqual([]);
    }
  });
});

describe("a demo fridge", () => {
  const values = seconds(fridgeModel(60), 2 * HOUR_SECONDS);
  const temperatures = values.map(({ temperature }) => Number(temperature));

  test("keeps vaccines between 2 and 8 °C, and is seen to work", () => {
    expect(Math.min(...temperatures)).toBeGreaterThan(2);
    expect(Math.max(...temperatures)).toBeLessThan(8);
    expect(Math.max(...temperatures) - Math.min(...temperatures)).toBeGreaterThan(1);
    for (const point of ["compressor", "door-open"]) {
      expect(new Set(values.map((one) => one[point])), point).toEqual(new Set([true, false]));
    }
  });

  test("opens its door at another time than others", () => {
    const open = (offset: number) =>
      seconds(fridgeModel(offset), 200).findIndex((one) => one["door-open"] === true);
    expect(new Set([60, 100, 165].map(open)).size).toBe(3);
  });

  test("uses energy while its compressor runs, and none otherwise", () => {
    for (const [index, { energy, compressor }] of values.entries()) {
      const before = values[index - 1]?.energy ?? energy;
      if (compressor) expect(energy).toBeGreaterThanOrEqual(Number(before));
      else expect(energy).toBe(before);
    }
    expect(Number(values.at(-1)?.energy)).toBeGreaterThan(Number(values[0].energy));
  });

  test("is the same however often it is asked", () => {
    const [often, seldom] = [fridgeModel(0), fridgeModel(0)];
    for (const ms of range(1, 2000)) often(ms * 100);
    expect(often(200_000).energy).toBeCloseTo(Number(seldom(200_000).energy), 3);
  });

  test("starts and stops its compressor at two temperatures, so that it does not flutter", () => {
    const next = (temperature: number, compressor: boolean) =>
      fridgeStep({ temperature, compressor, energy: 0 }, false).compressor;
    expect([next(5.5, false), next(5.0, true), next(5.0, false), next(3.3, true)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("warms faster with an open door", () => {
    fc.assert(fc.property(fc.double({ min: -5, max: 20, noNaN: true }), (temperature) => {
      const state = { temperature, compressor: false, energy: 0 };
      expect(fridgeStep(state, true).temperature)
        .toBeGreaterThan(fridgeStep(state, false).temperature);
    }));
  });
});

test("W1: a demo scale knows the five categories of waste, and weighs in hundredths", () => {
  const chances = range(0, 99).map((n) => n / 100);
  const values = chances.map((chance) => scaleModel(() => chance)(0));
  expect([...new Set(values.map(({ category }) => category))]).toEqual([
    "841-001-01",
    "841-002-01",
    "841-003-01",
    "841-004-01",
    "841-005-01",
  ]);
  for (const { weight } of values) expect(String(weight)).toMatch(/^\d(\.\d\d?)?$/);
});
