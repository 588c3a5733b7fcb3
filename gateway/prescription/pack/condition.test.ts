import { expect, test } from "vitest";
import * as fc from "fast-check";
import { AMOUNT_MAX } from "./amount.ts";
import { conditionParser } from "./condition.ts";

const parseCondition = conditionParser();

const refused = (text: string, subject: "line" | "ingredient" = "line") => () =>
  parseCondition(text, subject);

test("P5 has() is refused: a missing input would look like a harmless one", () => {
  expect(refused("has(route)")).toThrow("has(): a missing input");
});

for (
  const [text, why] of [
    ["days > 7.5", "decimal point"],
    ["days / 2 > 3", '"/", which rounds'],
    ["days % 2 == 0", '"%", which rounds'],
    ["double(days) > 7.0", "calls double()"],
    ["route.matches('.*')", "calls matches()"],
    ["[1, 2].map(x, x * 2) == [2, 4]", "calls map()"],
    ["classes[0] == 'narcotic'", '"[]"'],
    ["days", "it is a int; want something that is true or false"],
    ["days > '7'", "no such overload"],
    ["dayz > 7", "Unknown variable: dayz"],
    ["perDay > 7", "Unknown variable: perDay"],
    ["days >", ""],
    ["classes.exists(days, days == '')", 'hides the name "days"'],
  ] as const
) {
  test(`a condition is refused when its pack is built: ${text}`, () => {
    expect(refused(text)).toThrow(why);
  });
}

test("a product that could pass 64 bits is refused", () => {
  expect(refused("perDay * perDay > 1", "ingredient")).toThrow("could pass 64 bits");
  expect(refused("perDay * weightGrams > 1", "ingredient")).not.toThrow();
  expect(refused("perDay * weightGrams * 10 > 1", "ingredient")).toThrow("could pass 64 bits");
});

test("a condition of too many parts, or too deep, is refused", () => {
  expect(refused(`days > ${"1 + ".repeat(150)}1`)).toThrow();
  expect(refused(`${"(".repeat(60)}true${")".repeat(60)}`)).toThrow();
  expect(refused(`days > 1${" || days > 1".repeat(100)}`)).toThrow("characters");
});

test("ratios are compared exactly, to the last base unit and the last gram", () => {
  const { holds } = parseCondition("perDay * 1000 > 15 * weightGrams", "ingredient");
  // 0.1 × 3 > 0.3 is true in floating point.
  expect(holds({ perDay: 300n, weightGrams: 20_000n })).toBe(false);
  expect(holds({ perDay: 301n, weightGrams: 20_000n })).toBe(true);
  const amount = fc.integer({ min: 0, max: AMOUNT_MAX });
  const weight = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(amount, weight, (perDay, grams) => {
      const values = { perDay: BigInt(perDay), weightGrams: BigInt(grams) };
      return holds(values) === (BigInt(perDay) * 1000n > 15n * BigInt(grams));
    }),
  );
});

test("P5 a missing value decides nothing: what holds without it holds, and what needs it fails", () => {
  const { holds } = parseCondition("days > 7 && renal < 30000", "line");
  expect(holds({ days: 7n })).toBe(false);
  expect(() => holds({ days: 8n })).toThrow("renal");
  const either = parseCondition("renal < 30000 || days > 7", "line");
  expect(either.holds({ days: 8n })).toBe(true);
  expect(() => either.holds({ days: 7n })).toThrow("renal");
});
