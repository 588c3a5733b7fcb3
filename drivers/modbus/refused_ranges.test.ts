import { describe, expect, test } from "vitest";
import { ReadDevice } from "./fixture_read_device.ts";
import type { Range } from "./plan.ts";
import { RefusedRanges } from "./refused_ranges.ts";

const MINUTE_MS = 60_000;
const range = (start: number, end: number): Range => ({ table: "holding", start, end });

describe("what a device refuses", () => {
  test("is asked for again after a minute, then twice as late each time, up to an hour", () => {
    const refused = new RefusedRanges();
    const pauses: number[] = [];
    for (let nowMs = 0; pauses.length < 8;) {
      expect(refused.add(range(0, 4), nowMs)).toBe(true);
      expect(refused.add(range(0, 4), nowMs)).toBe(false);
      const nextMs = refused.nextMs(nowMs);
      expect(refused.at(nextMs - 1)).toEqual([range(0, 4)]);
      expect([refused.at(nextMs), refused.nextMs(nextMs)]).toEqual([[], Infinity]);
      pauses.push((nextMs - nowMs) / MINUTE_MS);
      nowMs = nextMs;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  test("is forgotten once it is read as a whole, and begins anew", () => {
    const refused = new RefusedRanges();
    refused.add(range(2, 4), 0);
    refused.add(range(2, 4), MINUTE_MS);
    refused.add(range(8, 9), MINUTE_MS);
    expect(refused.answered(range(3, 8))).toBe(false);
    expect(refused.answered(range(0, 8))).toBe(true);
    expect(refused.at(MINUTE_MS)).toEqual([range(8, 9)]);
    refused.add(range(2, 4), MINUTE_MS);
    expect(refused.at(2 * MINUTE_MS)).toEqual([]);
  });
});

const open = () => ReadDevice.open(Array.from({ length: 10 }, (_, address) => ({ address })));
const WHOLE = { asked: ["0+10 answers"], good: 10 };
/** A device that starts: it has not all of its registers yet. */
const starting = (start: number, count: number) =>
  start <= 4 && start + count > 4 ? "refuses" : "answers";

test("a device that refused while it started is read whole again once its time has come", async () => {
  await using device = await open();
  device.does = starting;
  expect((await device.poll()).good).toBe(9);
  const { asked, good } = await device.poll();
  const parts = { asked, good };
  expect(parts.asked).toEqual(["0+4 answers", "4+1 refuses", "5+5 answers"]);
  device.nowMs = MINUTE_MS - 1;
  expect(await device.poll()).toMatchObject(parts);
  // Still refused: it is split anew, and that holds for two minutes.
  device.nowMs = MINUTE_MS;
  expect((await device.poll()).asked[0]).toBe("0+10 refuses");
  expect(await device.poll()).toMatchObject(parts);
  device.nowMs = 3 * MINUTE_MS - 1;
  expect(await device.poll()).toMatchObject(parts);
  device.does = () => "answers";
  device.nowMs = 3 * MINUTE_MS;
  expect(await device.poll()).toMatchObject(WHOLE);
  device.nowMs = 300 * MINUTE_MS;
  expect(await device.poll()).toMatchObject(WHOLE);
});

test("what is asked for by itself and answered is read with its neighbours from then on", async () => {
  await using device = await open();
  device.does = starting;
  await device.poll();
  device.does = () => "answers";
  expect(await device.poll()).toMatchObject({ good: 10 });
  expect(await device.poll()).toMatchObject(WHOLE);
});

test("a device that was away for two polls is read whole again when it is back", async () => {
  await using device = await open();
  // It takes six registers at a time.
  device.does = (_, count) => count > 6 ? "refuses" : "answers";
  // How many that are, it learns one by one.
  for (let count = 10; count > 6; count--) await device.poll();
  const { asked, good } = await device.poll();
  const parts = { asked, good };
  expect(parts.asked).toEqual(["0+6 answers", "6+4 answers"]);
  const small = device.does;
  // One poll may be lost to noise: that says nothing of the device.
  device.does = () => "is silent";
  await device.poll();
  device.does = small;
  expect(await device.poll()).toMatchObject(parts);
  device.does = () => "is silent";
  await device.poll();
  await device.poll();
  device.does = () => "answers";
  await device.poll();
  expect(await device.poll()).toMatchObject(WHOLE);
});
