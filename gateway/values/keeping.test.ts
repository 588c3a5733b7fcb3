import { describe, expect, test } from "vitest";
import type { Reading, ReadingItem } from "../../drivers/driver.ts";
import type { AnyPoint } from "../../drivers/profile.ts";
import { Keeping } from "./keeping.ts";

const title = { zh: "测点", en: "Point" };
const CHANGES = { on: "change", deadband: 0.2, heartbeatSeconds: 60 } as const;

const POINTS: readonly AnyPoint[] = [
  { point: "temperature", title, unit: "Cel", keep: CHANGES },
  { point: "door", title, unit: "", keep: { ...CHANGES, deadband: 0 } },
];

function item(seconds: number, values: Record<string, Reading["value"]>): ReadingItem {
  const readings = Object.entries(values).map(([point, value]): Reading => ({
    point,
    value,
    unit: "",
    quality: value === null ? "fault" : "good",
  }));
  return {
    kind: "reading",
    device: "fridge-1",
    readings,
    deviceMs: null,
    receivedMs: seconds * 1000,
    identity: null,
    possibleDuplicate: false,
  };
}

/** Which of the items are stored. */
function kept(items: readonly ReadingItem[], points = POINTS): number[] {
  const keeping = new Keeping(points);
  return items.flatMap((item, index) => {
    if (!keeping.isNews(item)) return [];
    keeping.note(item);
    return [index];
  });
}

describe("what is compared with the value stored last:", () => {
  test("a step of the deadband is no change yet, a larger one is", () => {
    const steps = [4.5, 4.7, 4.3, 4.8, 4.6, 4.5];
    expect(kept(steps.map((temperature, at) => item(at, { temperature })))).toEqual([0, 3, 5]);
  });

  test("many small steps add up to a change: a slow drift is not lost", () => {
    const drift = Array.from({ length: 50 }, (_, at) => item(at, { temperature: 4 + at / 10 }));
    const stored = kept(drift).map((at) => drift[at].readings[0].value);
    expect(stored.length).toBeGreaterThan(15);
    for (const [index, value] of stored.slice(1).entries()) {
      expect(Number(value) - Number(stored[index])).toBeLessThanOrEqual(0.31);
    }
  });

  test("an unchanged value is stored again after the heartbeat", () => {
    const seconds = [0, 30, 59, 60, 90, 119, 120];
    expect(kept(seconds.map((at) => item(at, { temperature: 4.5 })))).toEqual([0, 3, 6]);
  });

  test("C7 G7: a fault is a change, and so is its end", () => {
    const values = [4.5, null, null, 4.5, 4.5];
    expect(kept(values.map((temperature, at) => item(at, { temperature })))).toEqual([0, 1, 3]);
  });

  test("a switch and a word are stored when they change", () => {
    const doors = [false, false, true, true, false];
    expect(kept(doors.map((door, at) => item(at, { door })))).toEqual([0, 2, 4]);
  });
});

test("what was told at one moment is stored whole, when any of it is news", () => {
  const items = [
    item(0, { temperature: 4.5, door: false }),
    item(1, { temperature: 4.6, door: false }),
    item(2, { temperature: 4.6, door: true }),
  ];
  expect(kept(items)).toEqual([0, 2]);
});

test("a point without the rule is stored each time, and all that came with it", () => {
  const points = [...POINTS, { point: "power", title, unit: "W" }];
  const items = [0, 1, 2].map((at) => item(at, { temperature: 4.5, power: 90 }));
  expect(kept(items, points)).toEqual([0, 1, 2]);
});

test("G2: when it is not known what was stored last, what comes next is stored", () => {
  const keeping = new Keeping(POINTS);
  const same = item(0, { temperature: 4.5 });
  keeping.note(same);
  expect(keeping.isNews(same)).toBe(false);
  keeping.forget();
  expect(keeping.isNews(same)).toBe(true);
});

test("what is told late is stored, and is not what the next value is compared with", () => {
  const late = { ...item(1, { temperature: 9 }), historical: true } as const;
  const items = [item(0, { temperature: 4.5 }), late, item(2, { temperature: 4.5 })];
  expect(kept(items)).toEqual([0, 1]);
});
