import { describe, expect, test } from "vitest";
import type { Reading, ReadingItem } from "../../drivers/driver.ts";
import type { ComputedPoint } from "../../drivers/profile_parts.ts";
import { Computing } from "./computing.ts";

const title = { zh: "测点", en: "Point" };
const OPEN: ComputedPoint = { point: "open-minutes", title, rule: "minutes-true", of: "door" };
const USED: ComputedPoint = { point: "used", title, rule: "difference", of: "energy" };
const GAP_MS = 130_000;

function item(minutes: number, point: string, value: Reading["value"]): ReadingItem {
  const quality = value === null ? "fault" : "good";
  const unit = point === "energy" ? "kW.h" : "";
  return {
    kind: "reading",
    device: "fridge-1",
    readings: [{ point, value, unit, quality }],
    deviceMs: null,
    receivedMs: minutes * 60_000,
    identity: null,
    possibleDuplicate: false,
  };
}

/** Value, or quality where that is not good, of what is computed from each. */
function computed(rule: ComputedPoint, items: readonly ReadingItem[]): unknown[] {
  const computing = new Computing([rule], GAP_MS);
  return items.map((item) => {
    const [reading] = computing.computed(item);
    computing.note(item);
    if (reading === undefined) return "none";
    expect(reading).toMatchObject({ point: rule.point, computed: true });
    return reading.quality === "good" ? reading.value : `${reading.quality} ${reading.value}`;
  });
}

describe("minutes that a door is open", () => {
  test("count from the look that found it open, and end with it", () => {
    const doors = [false, true, true, true, false, true];
    expect(computed(OPEN, doors.map((door, at) => item(at, "door", door))))
      .toEqual([0, 0, 1, 2, 0, 0]);
  });

  test("G7: are uncertain while nobody saw it open, as after a restart", () => {
    const doors = [true, true, false, true];
    expect(computed(OPEN, doors.map((door, at) => item(at, "door", door))))
      .toEqual(["uncertain 0", "uncertain 1", 0, 0]);
  });

  test("C7 G7: are uncertain behind a gap, in which it may have been shut", () => {
    const items = [[0, false], [1, true], [2, true], [9, true], [10, false], [11, true]] as const;
    expect(computed(OPEN, items.map(([at, door]) => item(at, "door", door))))
      .toEqual([0, 0, 1, "uncertain 8", 0, 0]);
  });

  test("are a fault while the switch is one, and begin anew behind it", () => {
    const doors = [false, true, null, true];
    expect(computed(OPEN, doors.map((door, at) => item(at, "door", door))))
      .toEqual([0, 0, "fault null", "uncertain 0"]);
  });
});

describe("what a meter counted", () => {
  test("is the difference to the count that was stored last", () => {
    const counts = [152.284, 152.3, 152.3, 153];
    expect(computed(USED, counts.map((energy, at) => item(at, "energy", energy))))
      .toEqual(["none", 0.016, 0, 0.7]);
  });

  test("G7: is a fault where the count fell, and goes on from there", () => {
    const counts = [152, 1, 3];
    expect(computed(USED, counts.map((energy, at) => item(at, "energy", energy))))
      .toEqual(["none", "fault null", 2]);
  });

  test("is not told while it is not known what was stored last", () => {
    const computing = new Computing([USED], GAP_MS);
    computing.note(item(0, "energy", 10));
    computing.forget();
    expect(computing.computed(item(1, "energy", 12))).toEqual([]);
  });

  test("counts from what was stored: what was left out in between is in it", () => {
    const computing = new Computing([USED], GAP_MS);
    computing.note(item(0, "energy", 10));
    computing.computed(item(1, "energy", 11));
    expect(computing.computed(item(2, "energy", 12))[0].value).toBe(2);
  });
});
