import { expect, test } from "vitest";
import type { RefusalItem } from "../drivers/driver.ts";
import { range } from "../sync/fixtures.ts";
import { Refusals } from "./refusals.ts";

const HOUR_MS = 3_600_000;
const START_MS = 1_795_000_000_000;

function refusal(who: string, more: Partial<RefusalItem> = {}): RefusalItem {
  return { kind: "refusal", code: "unknown-client", who, detail: "nobody knows it", ...more };
}

test("X2: whoever is turned away is listed with how often, since when and why last", () => {
  const refusals = new Refusals();
  expect(refusals.add("sensors", refusal("th-9"), START_MS)).toBe(true);
  const later = refusal("th-9", { detail: "still nobody knows it" });
  expect(refusals.add("sensors", later, START_MS + 5000)).toBe(false);
  expect(refusals.list()).toEqual([{
    source: "sensors",
    code: "unknown-client",
    who: "th-9",
    detail: "still nobody knows it",
    count: 2,
    firstMs: START_MS,
    lastMs: START_MS + 5000,
  }]);
});

test("line, reason and name tell refusals apart", () => {
  const refusals = new Refusals();
  const added = [
    refusals.add("sensors", refusal("th-9"), START_MS),
    refusals.add("wards", refusal("th-9"), START_MS),
    refusals.add("sensors", refusal("th-8"), START_MS),
    refusals.add("sensors", refusal("th-9", { code: "wrong-password" }), START_MS),
  ];
  expect(added).toEqual([true, true, true, true]);
  expect(refusals.list()).toHaveLength(4);
});

test("the latest stands first, and who was quiet longest goes when there are too many", () => {
  const refusals = new Refusals();
  for (const n of range(1, 200)) refusals.add("sensors", refusal(`th-${n}`), START_MS + n);
  refusals.add("sensors", refusal("th-1"), START_MS + 201);
  refusals.add("sensors", refusal("th-201"), START_MS + 202);
  const names = refusals.list().map(({ who }) => who);
  expect(names).toHaveLength(200);
  expect(names.slice(0, 3)).toEqual(["th-201", "th-1", "th-200"]);
  expect(names).not.toContain("th-2");
});

test("names that somebody makes up fill the list, not the disk", () => {
  const refusals = new Refusals();
  const evidence = (from: number, nowMs: number) =>
    range(from, from + 999).filter((n) => refusals.add("sensors", refusal(`x-${n}`), nowMs)).length;
  expect(evidence(1, START_MS)).toBe(200);
  expect(evidence(2000, START_MS + HOUR_MS - 1)).toBe(0);
  expect(evidence(4000, START_MS + HOUR_MS + 1)).toBe(200);
  // Also when the clock was set back by a year.
  expect(evidence(6000, START_MS - 8760 * HOUR_MS)).toBe(200);
});
