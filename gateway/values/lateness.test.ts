import { describe, expect, test } from "vitest";
import type { ReadingItem } from "../../drivers/driver.ts";
import { delayMs, Lateness } from "./lateness.ts";

const NOW = Date.parse("2026-11-28T08:00:00Z");
const HOUR_MS = 3_600_000;
const SILENT_MS = 2 * HOUR_MS;

function told(deviceMs: number | null, receivedMs = 0, point = "temperature"): ReadingItem {
  return {
    kind: "reading",
    device: "fridge-1",
    readings: [{ point, value: 4, unit: "Cel", quality: "good" }],
    deviceMs,
    receivedMs,
    identity: null,
    possibleDuplicate: false,
  };
}

const trusted = { wallMs: NOW, clock: "trusted" } as const;
const untrusted = { wallMs: NOW, clock: "untrusted" } as const;

describe("G7: a value is told late", () => {
  test.each([
    ["of now", NOW, false],
    ["as old as a point may be silent", NOW - SILENT_MS, false],
    ["older than that", NOW - SILENT_MS - 1, true],
    ["of 20 hours ago", NOW - 20 * HOUR_MS, true],
    ["of the future, as of a clock that is fast", NOW + 20 * HOUR_MS, false],
    ["of a clock that was never set", 5000, false],
    ["without a time", null, false],
  ])("%s", (_when, deviceMs, late) => {
    expect(new Lateness(() => SILENT_MS).isLate(told(deviceMs), trusted)).toBe(late);
  });

  test("by the box's clock only where that is to be trusted, or was", () => {
    const old = told(NOW - 20 * HOUR_MS);
    expect(new Lateness(() => SILENT_MS).isLate(old, untrusted)).toBe(false);
    expect(new Lateness(() => SILENT_MS).isLate(old, { ...trusted, clock: "holdover" })).toBe(true);
  });

  test("not for the few minutes by which a device's clock may be slow", () => {
    const lateness = new Lateness(() => 23_000);
    expect(lateness.isLate(told(NOW - 200_000), trusted)).toBe(false);
    expect(lateness.isLate(told(NOW - 400_000), trusted)).toBe(true);
  });

  test("behind a newer one of the same point, whatever the box's clock", () => {
    const lateness = new Lateness(() => SILENT_MS);
    const late = (deviceMs: number, point?: string) =>
      lateness.isLate(told(deviceMs, 0, point), untrusted);
    expect([late(NOW - 1000), late(NOW - 2000), late(NOW - 1500)]).toEqual([false, true, true]);
    expect(late(NOW - 1000)).toBe(false);
    expect(late(NOW - 9000, "battery")).toBe(false);
  });

  test("but not for ever behind one of a clock that was set back", () => {
    const lateness = new Lateness(() => SILENT_MS);
    expect(lateness.isLate(told(NOW + 9 * HOUR_MS, 0), trusted)).toBe(false);
    expect(lateness.isLate(told(NOW, SILENT_MS), trusted)).toBe(true);
    expect(lateness.isLate(told(NOW, SILENT_MS + 1), trusted)).toBe(false);
  });

  test("and then it is late by so much, where a clock can tell", () => {
    expect(delayMs(NOW - 5000, trusted)).toBe(5000);
    expect([delayMs(NOW + 1, trusted), delayMs(NOW - 5000, untrusted), delayMs(null, trusted)])
      .toEqual([0, 0, 0]);
  });
});
