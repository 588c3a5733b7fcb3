import fc from "fast-check";
import { expect, test } from "vitest";
import { scaled } from "./numbers.ts";

test("a count of decimal parts is the number that its digits write", () => {
  const counts = fc.oneof(
    fc.integer({ min: -0x8000, max: 0xffff }),
    fc.integer({ min: -(10 ** 12) + 1, max: 10 ** 12 - 1 }),
  );
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 9 }), (raw, places) => {
      expect(scaled(raw, Number(`1e-${places}`), 0)).toBe(Number(`${raw}e-${places}`));
    }),
    { numRuns: 2000 },
  );
});

test("beyond twelve digits is noise, however a value is scaled", () => {
  expect(scaled(412, 0.1, 0)).toBe(41.2);
  expect(scaled(412, 0.1, -40)).toBe(1.2);
  expect(scaled(1_234_567_890_123_456, 0.1, 0)).toBe(123_456_789_012_000);
  expect(scaled(7, 0.3, 0)).toBe(2.1);
  expect(scaled(4.2, 0.1, 0)).toBe(0.42);
  expect(scaled(Infinity, 0.1, 0)).toBe(Infinity);
});
