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

/** Of a device of which nothing was ever stored. */
function computingOf(rule: ComputedPoint): Computing {
  const computing = new Computing([rule], GAP_MS);
  computing.recall([]);
  return computing;
}

/** What is computed of an item, which is stored with it. */
function storedBy(computing: Computing, item: ReadingItem): Reading[] {
  const readings = computing.computed(item);
  computing.seen(item);
  computing.stored({ ...item, readings: [...item.readings, ...readings] });
  return readings;
}

/** Value, or quality where that is not good, of what is computed from each. */
function computed(rule: ComputedPoint, items: readonly ReadingItem[]): unknown[] {
  const computing = computingOf(rule);
  return items.map((item) => {
    const [reading] = storedBy(computing, item);
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

  test("counts from what was stored: what was left out in between is in it", () => {
    const computing = computingOf(USED);
    storedBy(computing, item(0, "energy", 10));
    computing.computed(item(1, "energy", 11));
    expect(computing.computed(item(2, "energy", 12))[0].value).toBe(2);
  });

  test("G7: is told once of what goes to the disk together, and adds up whatever is stored", () => {
    const computing = computingOf(USED);
    storedBy(computing, item(0, "energy", 10));
    const [first] = computing.computed(item(1, "energy", 11), "nothing");
    expect(computing.computed(item(2, "energy", 13), "seen")).toEqual([]);
    const [one, two] = [item(1, "energy", 11), item(2, "energy", 13)];
    computing.stored({ ...one, readings: [...one.readings, first] });
    computing.stored(two);
    expect([first.value, computing.computed(item(3, "energy", 14))[0].value]).toEqual([1, 3]);
  });
});

describe("G7: what follows from a value that is not to be believed", () => {
  const doubted = (told: ReadingItem): ReadingItem => ({
    ...told,
    readings: told.readings.map((reading) => ({
      ...reading,
      quality: "uncertain",
      reason: "a retained value",
    })),
  });

  test("is uncertain too: a difference at both its ends", () => {
    const items = [
      item(0, "energy", 1),
      doubted(item(1, "energy", 3)),
      item(2, "energy", 4),
      item(3, "energy", 6),
    ];
    expect(computed(USED, items)).toEqual(["none", "uncertain 2", "uncertain 1", 2]);
  });

  test("is uncertain too: the minutes of a door as long as it is open", () => {
    const items = [
      item(0, "door", false),
      doubted(item(1, "door", true)),
      item(2, "door", true),
      doubted(item(3, "door", false)),
      item(4, "door", false),
      item(5, "door", true),
    ];
    expect(computed(OPEN, items))
      .toEqual([0, "uncertain 0", "uncertain 1", "uncertain 0", 0, 0]);
  });
});
