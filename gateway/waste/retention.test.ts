import { describe, expect, test } from "vitest";
import { ofKind, WASTE_KINDS } from "./entry/event.ts";
import { MINUTE_MS, Story } from "./fixture_waste.ts";
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

describe("W8 a manifest is kept from the last that was written of it", () => {
  const writtenAt = (iso: string) => new Story("site").at(Date.parse(iso) - MINUTE_MS);
  const [departed] = ofKind(
    [writtenAt("2026-12-31T23:59:59.999Z").departed(["B1"])],
    "waste-departed",
  );
  const [received] = ofKind(
    [writtenAt("2027-01-03T08:00:00.000Z").received(["B1"])],
    "waste-received",
  );
  const [disposed] = ofKind([writtenAt("2027-01-02T08:00:00.000Z").disposed()], "waste-disposed");
  const ofManifest = { departed, received: [received], disposed: [disposed] };
  const until = (standing: Parameters<typeof manifestKeptUntil>[0], years?: number) => {
    const { manifestYears } = DEFAULT_RULES;
    const value = years ?? manifestYears.value;
    const ms = manifestKeptUntil(standing, {
      ...DEFAULT_RULES,
      manifestYears: { ...manifestYears, value },
    });
    return ms === null ? null : new Date(ms).toISOString();
  };

  test("to the millisecond, ten years later: by the departure where nothing came of it yet", () => {
    const left = { departed, received: [], disposed: [] };
    expect(until(left)).toBe("2036-12-31T23:59:59.999Z");
  });

  test("by whichever of departure, receipt and disposal is the latest by its clock", () => {
    expect(until(ofManifest)).toBe("2037-01-03T08:00:00.000Z");
    expect(until({ ...ofManifest, received: [] })).toBe("2037-01-02T08:00:00.000Z");
  });

  test("for as long as its rule says, and never less than the ledger is", () => {
    expect(until(ofManifest, 11)).toBe("2038-01-03T08:00:00.000Z");
    expect(until(ofManifest, 5)).toBe("2032-01-03T08:00:00.000Z");
    expect(until(ofManifest, 1)).toBe("2032-01-03T08:00:00.000Z");
  });

  test("and a draft has no such day", () => {
    expect(until({ departed: null, received: [], disposed: [] })).toBeNull();
  });
});
