import { expect, test } from "vitest";
import { profileOf } from "./fixtures.ts";
import { modbusProfile } from "./profile.ts";
import { Schedule } from "./schedule.ts";

function scheduleOf(...classes: readonly string[]): Schedule {
  const given = profileOf(
    Object.fromEntries(classes.map((name, address) => [name, { address, type: "uint16" }])),
    { intervalSeconds: 10, fastSeconds: 2, slowSeconds: 60 },
  );
  const points = given.points.map((point) => ({ ...point, poll: point.point }));
  const profile = modbusProfile.parse({ ...given, points });
  return new Schedule({ profile }, 0);
}

test("each class has its beat, and beats that meet are one poll", () => {
  const schedule = scheduleOf("fast", "normal", "slow");
  const polls: string[] = [];
  for (let count = 0; count < 7; count++) {
    const nowMs = schedule.dueMs;
    polls.push(`${nowMs / 1000}: ${schedule.take(nowMs).join(" ")}`);
  }
  expect(polls).toEqual([
    "0: fast normal slow",
    "2: fast",
    "4: fast",
    "6: fast",
    "8: fast",
    "10: fast normal",
    "12: fast",
  ]);
});

test("beats that were missed are not made up for", () => {
  const schedule = scheduleOf("normal");
  schedule.take(0);
  expect(schedule.take(35_000)).toEqual(["normal"]);
  expect(schedule.dueMs).toBe(40_000);
});

test("beats that went by while a poll was under way are counted, those held back are not", () => {
  const busy = scheduleOf("fast", "normal");
  for (const nowMs of [0, 2000, 9000, 10_500]) busy.take(nowMs);
  // Of the fast ones those of 6 and 8 s went with the one of 4 s; the normal one was in time.
  expect(busy.leftOut).toBe(2);

  const silent = scheduleOf("normal");
  for (let nowMs = 0, count = 0; count < 7; count++) {
    silent.take(nowMs);
    silent.failed(nowMs, -Infinity);
    nowMs = silent.dueMs;
  }
  expect(silent.leftOut).toBe(0);
});

test("T9: a silent device is asked once an interval at first, then down to once a minute", () => {
  const schedule = scheduleOf("normal");
  const pauses: number[] = [];
  for (let nowMs = 0, count = 0; count < 7; count++) {
    schedule.take(nowMs);
    schedule.failed(nowMs, -Infinity);
    pauses.push((schedule.dueMs - nowMs) / 1000);
    nowMs = schedule.dueMs;
  }
  expect(pauses).toEqual([10, 10, 20, 40, 60, 60, 60]);
});

test("nothing is asked while an earlier answer may still come; an answer ends all that", () => {
  const schedule = scheduleOf("fast");
  schedule.take(0);
  schedule.failed(100, 5000);
  expect(schedule.dueMs).toBe(5000);
  schedule.take(5000);
  schedule.answered();
  expect(schedule.dueMs).toBe(6000);
});
