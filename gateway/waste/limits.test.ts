import { expect, test } from "vitest";
import { bagFault, fullnessOf, recordFault } from "./limits.ts";
import { DEFAULT_RULES, wasteRules } from "./rules.ts";

test.each([
  [-1, true],
  [0, true],
  [1, false],
  [29_999, false],
  [30_000, false],
  [30_001, true],
])("W7 a bag of %i g is refused: %s", (grams, refused) => {
  expect(bagFault(grams, DEFAULT_RULES) !== null).toBe(refused);
});

test.each([
  [0, true],
  [1_000_000, false],
  [1_000_001, true],
])("W7 a record of %i g is refused: %s", (grams, refused) => {
  expect(recordFault(grams, DEFAULT_RULES) !== null).toBe(refused);
});

test("W7 a refusal says what was found and what to do, in both languages", () => {
  expect(bagFault(30_001, DEFAULT_RULES)).toEqual({
    rule: "W7",
    field: "weight.grams",
    text: {
      zh: "重量 30.001 kg，超过每袋上限 30.000 kg，请分装",
      en: "30.001 kg is more than the 30.000 kg of a bag: divide it",
    },
  });
});

test.each([
  [79_999, false],
  [80_000, false],
  [80_001, true],
])("W7 a store for 100 kg that holds %i g warns: %s", (held, isWarning) => {
  expect(fullnessOf(held, 100_000, DEFAULT_RULES).isWarning).toBe(isWarning);
});

test("W7 a county that has another limit configures it with its source", () => {
  const bagGramsMax = { ...DEFAULT_RULES.bagGramsMax, value: 20_000, source: "county" };
  const rules = wasteRules.parse({ bagGramsMax });
  expect(bagFault(20_001, rules)).not.toBeNull();
  expect(wasteRules.safeParse({ bagGramsMax: { value: 5 } }).success).toBe(false);
  expect(wasteRules.safeParse({ bagGrams: DEFAULT_RULES.bagGramsMax }).success).toBe(false);
});
