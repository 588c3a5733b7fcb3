import { expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS, MORNING_MS, toldOf, watching } from "./fixture_series.ts";
import { outcomeOf, withSamples } from "./history.ts";
import { lateSample, readSample } from "./journal_sample.ts";
import type { Sample } from "./sample.ts";

const reading = (value: number | null, more: object = {}) =>
  ({ point: "temperature", value, unit: "Cel", quality: "good", ...more }) as const;

function boxSample(seq: number, minutes: number, celsius: number): Sample {
  const bootMs = minutes * MINUTE_MS;
  const stamp = { wallMs: MORNING_MS + bootMs, bootId: "boot", bootMs, clock: "trusted" } as const;
  return readSample([1, seq], stamp, reading(celsius));
}

test("C7: what is no number of °C is a sensor fault, and no temperature", () => {
  const stamp = { wallMs: 0, bootId: "boot", bootMs: 0, clock: "untrusted" } as const;
  const celsius = (one: Parameters<typeof readSample>[2]) => readSample([1, 1], stamp, one).celsius;
  expect(celsius(reading(5))).toBe(5);
  expect(celsius(reading(5, { quality: "uncertain" }))).toBe(5);
  expect(celsius(reading(5, { quality: "fault" }))).toBeNull();
  expect(celsius(reading(null, { quality: "fault" }))).toBeNull();
  expect(celsius(reading(41, { unit: "[degF]" }))).toBeNull();
  expect(readSample([1, 2, 3], stamp, reading(5))).toMatchObject({
    place: [1, 2, 3],
    trusted: false,
  });
});

test("C3: what a device told late fills the gap, whenever it came", () => {
  const watch = watching("strict");
  const before = boxSample(5, 0, 5);
  const behind = boxSample(6, 120, 5);
  const late = Array.from(
    { length: 119 },
    (_, index) => lateSample(before, MORNING_MS + (index + 1) * MINUTE_MS, reading(8.5)),
  );
  const kept = { ...watch, span: 100 };
  const history = withSamples(withSamples([], [before, behind], kept), late, kept);
  const { told } = outcomeOf(history, null, watch);
  expect(told).toEqual(toldOf([before, ...late, behind], watch));
  expect(told.gaps).toEqual([]);
  expect(told.begun).toMatchObject([{ rule: "strict-high", alarmMs: MORNING_MS + 61 * MINUTE_MS }]);
  expect(told.days[0].outMs).toEqual({ "strict-high": 2 * HOUR_MS - MINUTE_MS });
});
