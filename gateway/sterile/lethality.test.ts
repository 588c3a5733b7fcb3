import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type HeatSample, lethalityOf, lethalRate } from "./lethality.ts";

const GAP_MS = 10_000;
const BOOT = "b".repeat(32);

/** A sample each second while the temperature goes in a straight line. */
function heat(fromCel: number, toCel: number, seconds: number, stepMs = 1000): HeatSample[] {
  const steps = seconds * 1000 / stepMs;
  return Array.from({ length: steps + 1 }, (_, index) => ({
    bootId: BOOT,
    bootMs: index * stepMs,
    temperatureCel: fromCel + (toCel - fromCel) * index / steps,
  }));
}

function f0Of(samples: readonly HeatSample[]): number {
  return lethalityOf(samples, GAP_MS).f0Minutes;
}

/** F0 of a straight ramp: ∫ 10^((T − 121.1)/10) dt in closed form. */
function rampMinutes(fromCel: number, toCel: number, seconds: number): number {
  const perKelvin = seconds / 60 / (toCel - fromCel);
  return 10 / Math.LN10 * (lethalRate(toCel) - lethalRate(fromCel)) * perKelvin;
}

describe("S2 F0", () => {
  test.each([[134, 4, 78.0], [121, 20, 19.5], [121.1, 15, 15], [132, 4, 49.2]])(
    "S2 %s °C for %s min is %s min",
    (temperature, minutes, expected) => {
      const f0 = f0Of(heat(temperature, temperature, minutes * 60));
      expect(f0).toBeCloseTo(lethalRate(temperature) * minutes, 9);
      expect(Math.abs(f0 / expected - 1)).toBeLessThan(0.01);
    },
  );

  // As tables for retorts have it, base 250 °F and z 18 °F (Stumbo, Thermobacteriology in Food
  // Processing, 1973): 250 °F is 121.11 °C, hence 0.3 % between both.
  test.each([[212, 0.00774], [230, 0.0774], [240, 0.278], [245, 0.527], [250, 1], [255, 1.896]])(
    "S2 the lethal rate at %s °F is the %s of published tables",
    (fahrenheit, published) => {
      const rate = lethalRate((fahrenheit - 32) / 1.8);
      expect(Math.abs(rate / published - 1)).toBeLessThan(0.01);
    },
  );

  test("S2 half a minute adds what a real steriliser printed as its own F0", () => {
    // github.com/DaDaDadeo/Cycle-Print-To-PDF, sample_log.txt: 133.1 °C from 00:33:58, F0 80.9,
    // to 00:39:58, F0 176.6.
    const f0 = f0Of(heat(133.1, 133.1, 6 * 60));
    expect(Math.abs(f0 / (176.6 - 80.9) - 1)).toBeLessThan(0.01);
  });

  test.each([1000, 10_000])("S2 a ramp sampled each %s ms is its closed form", (ms) => {
    const [up, down] = [heat(100, 134, 240, ms), heat(134, 100, 240, ms)];
    expect(f0Of(up)).toBeCloseTo(rampMinutes(100, 134, 240), 9);
    expect(f0Of(down)).toBeCloseTo(rampMinutes(134, 100, 240), 9);
    // A plain sum of the samples is on its way there.
    const sum = heat(100, 134, 240).slice(1).reduce(
      (minutes, { temperatureCel }) => minutes + lethalRate(temperatureCel) / 60,
      0,
    );
    expect(Math.abs(sum / f0Of(up) - 1)).toBeLessThan(0.02);
  });

  test("S2 C7 what nobody saw adds nothing: 10.000 s count, 10.001 s are a gap", () => {
    const to = (bootMs: number, bootId = BOOT) => {
      const heat = { temperatureCel: 134 };
      return lethalityOf(
        [{ ...heat, bootId: BOOT, bootMs: 0 }, { ...heat, bootId, bootMs }],
        GAP_MS,
      );
    };
    expect(to(10_000)).toEqual({ f0Minutes: lethalRate(134) / 6, gaps: 0 });
    for (const gap of [to(10_001), to(-1), to(5000, "c".repeat(32))]) {
      expect(gap).toEqual({ f0Minutes: 0, gaps: 1 });
    }
    expect(lethalityOf([], GAP_MS)).toEqual({ f0Minutes: 0, gaps: 0 });
  });

  test("S2 however a straight line is divided, it is the same", () => {
    const ends = fc.integer({ min: 80, max: 138 });
    fc.assert(fc.property(ends, ends, fc.integer({ min: 1, max: 30 }), (from, to, minutes) => {
      const fine = f0Of(heat(from, to, minutes * 60, 500));
      const coarse = f0Of(heat(from, to, minutes * 60, 10_000));
      expect(Math.abs(coarse - fine)).toBeLessThan(1e-9 * (1 + fine));
    }));
  });
});
