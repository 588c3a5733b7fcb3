import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ceiling,
  compare,
  floor,
  fraction,
  fractionOf,
  product,
  quotient,
  reduced,
  sum,
  whole,
} from "./fraction.ts";

const some = fc.record({
  over: fc.bigInt({ min: 0n, max: 10n ** 30n }),
  under: fc.bigInt({ min: 1n, max: 10n ** 30n }),
});

test("a decimal number is exactly what was written", () => {
  const parts = fc.tuple(
    fc.integer({ min: 0, max: 999_999_999 }),
    fc.integer({ min: 0, max: 999_999 }),
  );
  fc.assert(fc.property(parts, ([before, behind]) => {
    const text = `${before}.${String(behind).padStart(6, "0")}`;
    const read = fractionOf(text) ?? fraction(0n);
    const millionths = BigInt(before) * 1_000_000n + BigInt(behind);
    expect(compare(read, fraction(millionths, 1_000_000n))).toBe(0);
  }));
});

test("what is no plain decimal number is none", () => {
  const texts = ["", "-1", "+1", "1e3", "1,5", ".5", "5.", "1/3", "0x10", "NaN", "２", " 1", "1\n"];
  for (const text of texts) expect([text, fractionOf(text)]).toEqual([text, null]);
});

test("arithmetic keeps its laws, however large the numbers", () => {
  fc.assert(fc.property(some, some, (one, other) => {
    expect(compare(product(one, other), product(other, one))).toBe(0);
    expect(compare(sum(one, other), one)).toBe(other.over === 0n ? 0 : 1);
    if (other.over !== 0n) expect(compare(product(quotient(one, other), other), one)).toBe(0);
  }));
});

test("a whole number below 2^53 is told, and no other", () => {
  expect(whole(fraction(2n ** 53n - 1n))).toBe(Number.MAX_SAFE_INTEGER);
  expect(whole(fraction(2n ** 53n))).toBeNull();
  expect([ceiling(fraction(2n ** 53n)), floor(fraction(2n ** 53n))]).toEqual([null, null]);
  expect([whole(fraction(6n, 3n)), whole(fraction(7n, 3n))]).toEqual([2, null]);
  expect([floor(fraction(7n, 3n)), ceiling(fraction(7n, 3n))]).toEqual([2, 3]);
  fc.assert(fc.property(some, (one) => {
    const [below, above] = [floor(one), ceiling(one)];
    if (below !== null) expect(compare(fraction(BigInt(below)), one)).toBeLessThanOrEqual(0);
    if (above !== null) expect(compare(fraction(BigInt(above)), one)).toBeGreaterThanOrEqual(0);
  }));
});

test("in its smallest numbers it is the same", () => {
  expect(reduced(fraction(6n, 4n))).toEqual({ over: 3n, under: 2n });
  expect(reduced(fraction(0n, 4n))).toEqual({ over: 0n, under: 1n });
  fc.assert(fc.property(some, (one) => {
    expect(compare(reduced(one), one)).toBe(0);
  }));
});

test("a fraction that is negative or divided by nothing is refused", () => {
  expect(() => fraction(-1n)).toThrow(RangeError);
  expect(() => quotient(fraction(1n), fraction(0n))).toThrow(RangeError);
});
