import { expect, test } from "vitest";
import { WASTE_KINDS } from "./entry/event.ts";
import { KEPT_AS, keptUntil, manifestKeptUntil, yearsKept } from "./retention.ts";
import { DEFAULT_RULES } from "./rules.ts";

test("W8 every kind of entry is kept as something", () => {
  expect(new Set(Object.keys(KEPT_AS))).toEqual(WASTE_KINDS);
});

test("W8 a manifest's data 10 years, the ledger 5; of what is both the longer", () => {
  expect(yearsKept("waste-manifest", DEFAULT_RULES)).toBe(10);
  expect(yearsKept("waste-sealed", DEFAULT_RULES)).toBe(10);
  expect(yearsKept("waste-stored", DEFAULT_RULES)).toBe(5);
});

test.each([
  ["2026-09-01T00:00:00.000Z", "2036-09-01T00:00:00.000Z"],
  ["2028-02-29T12:00:00.000Z", "2038-03-01T12:00:00.000Z"],
])("W8 what was written at %s is kept until %s", (written, until) => {
  const ms = keptUntil("waste-manifest", Date.parse(written), DEFAULT_RULES);
  expect(new Date(ms).toISOString()).toBe(until);
});

test("W8 a manifest is kept from the last that was written of it; a draft has no such day", () => {
  const none = { departed: null, received: [], disposed: [] };
  expect(manifestKeptUntil(none, DEFAULT_RULES)).toBeNull();
});
