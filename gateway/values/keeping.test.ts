import { describe, expect, test } from "vitest";
import type { Reading, ReadingItem } from "../../drivers/driver.ts";
import type { AnyPoint } from "../../drivers/profile.ts";
import { Keeping } from "./keeping.ts";

const title = { zh: "测点", en: "Point" };
const CHANGES = { on: "change", deadband: 0.2, heartbeatSeconds: 60 } as const;

const SILENT_MS = 30_000;

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
  const keeping = new Keeping(points, () => SILENT_MS);
  return items.flatMap((item, index) => {
    if (!keeping.isNews(item)) return [];
    keeping.stored(item);
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

describe("C1: of a point with a range", () => {
  const keep = { ...CHANGES, heartbeatSeconds: 900, inside: { min: 2, max: 8 } };
  const ranged = [{ ...POINTS[0], keep }];
  const stored = (temperatures: readonly (number | null)[]) =>
    kept(temperatures.map((temperature, at) => item(at, { temperature })), ranged);

  test.each([[8.1], [1.9], [-12]])("every value is stored while it is at %d", (outside) => {
    expect(stored([outside, outside, outside])).toEqual([0, 1, 2]);
  });

  test("its ends are inside, where only changes are stored", () => {
    expect([stored([8, 8, 8]), stored([2, 2, 2])]).toEqual([[0], [0]]);
  });

  test("the steps out and in are stored, however small", () => {
    expect(stored([7.95, 7.95, 8.05, 7.95, 7.95])).toEqual([0, 2, 3]);
  });

  test("a fault is stored once, and so is its end", () => {
    expect(stored([5, null, null, 5, 5])).toEqual([0, 1, 3]);
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
  const keeping = new Keeping(POINTS, () => SILENT_MS);
  const same = item(0, { temperature: 4.5 });
  keeping.stored(same);
  expect(keeping.isNews(same)).toBe(false);
  keeping.forget();
  expect(keeping.isNews(same)).toBe(true);
});

test("what is told late is stored, and is not what the next value is compared with", () => {
  const late = { ...item(1, { temperature: 9 }), historical: true } as const;
  const items = [item(0, { temperature: 4.5 }), late, item(2, { temperature: 4.5 })];
  expect(kept(items)).toEqual([0, 1]);
});

test("what may be there already is stored, and is not what the next value is compared with", () => {
  const again = { ...item(2, { temperature: 9 }), possibleDuplicate: true };
  const items = [9, 4, again, 9].map((one, at) =>
    typeof one === "number" ? item(at, { temperature: one }) : one
  );
  expect(kept(items)).toEqual([0, 1, 2, 3]);
});

test("T2: what names its own id is always stored", () => {
  const identity = { channel: "c", id: "1", bytes: new Uint8Array(), windowMs: 1, restarts: false };
  const named = (at: number) => ({ ...item(at, { temperature: 4.5 }), identity });
  expect(kept([0, 1, 2].map(named))).toEqual([0, 1, 2]);
});

test("C7: a fault for another reason is news: a technician looks for the right one", () => {
  const broken = (at: number, reason: string) => {
    const one = item(at, { temperature: null });
    return { ...one, readings: one.readings.map((reading) => ({ ...reading, reason })) };
  };
  const reasons = ["sensor open", "sensor open", "sensor short"];
  expect(kept(reasons.map((reason, at) => broken(at, reason)))).toEqual([0, 2]);
});

test("C7 G7: a point that is not told any more, while others are, is a fault and no value", () => {
  const keeping = new Keeping(POINTS, () => SILENT_MS);
  expect(keeping.silenced(item(0, { temperature: 4.5, door: false }))).toEqual([]);
  expect(keeping.silenced(item(29, { door: false }))).toEqual([]);
  const [silent, ...others] = keeping.silenced(item(31, { door: false }));
  expect(others).toEqual([]);
  expect(silent).toMatchObject({ point: "temperature", value: null, quality: "fault" });
  // It is told until it is on the disk, and then no more.
  const found = item(35, { door: false });
  const readings = [...found.readings, ...keeping.silenced(found)];
  expect(readings.map(({ point }) => point)).toEqual(["door", "temperature"]);
  keeping.stored({ ...found, readings });
  expect(keeping.silenced(item(40, { door: false }))).toEqual([]);
  // When it is told again it is a value again, and can fall silent again.
  keeping.silenced(item(50, { temperature: 4.5 }));
  expect(keeping.silenced(item(81, { door: true })).map(({ point }) => point))
    .toEqual(["temperature"]);
});

test("C7: a point that is told again while its silence goes to the disk may fall silent again", () => {
  const keeping = new Keeping(POINTS, () => SILENT_MS);
  keeping.silenced(item(0, { temperature: 4.5, door: false }));
  const found = item(31, { door: false });
  const readings = [...found.readings, ...keeping.silenced(found)];
  keeping.silenced(item(32, { temperature: 4.5, door: false }));
  keeping.stored({ ...found, readings });
  expect(keeping.silenced(item(63, { door: false })).map(({ point }) => point))
    .toEqual(["temperature"]);
});
