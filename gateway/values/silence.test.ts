import { expect, test } from "vitest";
import { SilenceWatch } from "./silence.ts";

const DEVICES = [
  { device: "fridge-1", intervalMs: 10_000 },
  { device: "sensor-1", intervalMs: 60_000 },
];

function watch(silent: readonly string[] = []): SilenceWatch {
  const watched = new SilenceWatch(DEVICES, 0);
  watched.recall(silent);
  return watched;
}

test("C7: a device that tells nothing for two intervals is told of, once", () => {
  const watched = watch();
  watched.heard("fridge-1", 5000);
  expect(watched.look(27_000)).toEqual([]);
  expect(watched.look(28_001)).toEqual([{ kind: "no-data", device: "fridge-1", silentMs: 23_001 }]);
  expect(watched.look(29_000)).toEqual([]);
});

test("C7: each has its own interval, and one that never spoke is silent too", () => {
  const watched = watch();
  watched.heard("fridge-1", 120_000);
  expect(watched.look(123_001).map(({ device }) => device)).toEqual(["sensor-1"]);
});

test("a device that speaks again is told of, with the time that it was silent", () => {
  const watched = watch();
  watched.heard("fridge-1", 1000);
  watched.look(30_000);
  watched.heard("fridge-1", 95_000);
  const again = { kind: "data-again", device: "fridge-1", silentMs: 94_000 };
  expect(watched.look(96_000)).toEqual([again]);
  expect(watched.look(97_000)).toEqual([]);
});

test("G7: how long it was silent is not told where that began before this process", () => {
  const watched = watch(["fridge-1"]);
  watched.heard("fridge-1", 500);
  expect(watched.look(1000)).toEqual([{ kind: "data-again", device: "fridge-1", silentMs: null }]);
});

test("of whom it becomes known late that they were silent, it is told that they are not", () => {
  const watched = watch();
  watched.heard("fridge-1", 500);
  watched.recall(["fridge-1"]);
  expect(watched.look(1000)).toEqual([{ kind: "data-again", device: "fridge-1", silentMs: null }]);
});

test("of whom it was told before a restart, it is told only that they speak again", () => {
  const watched = watch(["fridge-1"]);
  expect(watched.look(60_000)).toEqual([]);
  watched.heard("fridge-1", 61_000);
  expect(watched.look(62_000)).toMatchObject([{ kind: "data-again", device: "fridge-1" }]);
});

test("a device that is not configured is no matter of ours", () => {
  const watched = watch();
  watched.heard("stranger", 1000);
  watched.heard("fridge-1", 30_000);
  expect(watched.look(31_000)).toEqual([]);
});
