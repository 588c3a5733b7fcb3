import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lengthOf, partsOf, submitPdus } from "./sms_pdu.ts";

describe("parts of a message", () => {
  test.each([
    [0, [0]],
    [1, [1]],
    [70, [70]],
    [71, [67, 4]],
    [134, [67, 67]],
    [135, [67, 67, 1]],
  ])("%i units are parts of %j", (length, parts) => {
    expect(partsOf("温".repeat(length)).map(({ length }) => length)).toEqual(parts);
  });

  test("lose nothing, cut no character, and are no more than were asked for", () => {
    const units = fc.string({ unit: fc.constantFrom("温", "a", "𠮷"), maxLength: 300 });
    fc.assert(fc.property(units, fc.integer({ min: 1, max: 5 }), (text, parts) => {
      const fits = text.slice(0, lengthOf(parts)).replace(/[\uD800-\uDBFF]$/, "");
      const all = partsOf(fits);
      expect(all.join("")).toBe(fits);
      expect(all.length).toBeLessThanOrEqual(parts);
      expect(all.every((part) => part.isWellFormed())).toBe(true);
    }));
  });
});

test("numbers with and without a country stand as the network reads them", () => {
  const of = (to: string) => submitPdus(to, "温", 0)[0].hex;
  // TP-MR 0, then digits, kind, and digits in swapped pairs (TS 23.040, 9.1.2.5).
  expect(of("+8613800000000")).toMatch(/^0011000D91683108000000F0/);
  expect(of("13800000000")).toMatch(/^0011000B813108000000F0/);
  expect(of("12320")).toMatch(/^00110005812123F0/);
});
