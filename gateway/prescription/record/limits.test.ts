import { expect, test } from "vitest";
import { range } from "../../../sync/fixtures.ts";
import { Limits } from "./limits.ts";

const OPTIONS = { perSecond: 2, burst: 3, inFlight: 10 };

test("one sender brings a burst, and then as many a second as it may; others are not held up", () => {
  const limits = new Limits(OPTIONS);
  const admitted = (who: string, nowMs: number) => {
    const refused = limits.admit(who, nowMs);
    if (refused === null) limits.done();
    return refused === null;
  };
  expect(range(1, 4).map(() => admitted("his-1", 0))).toEqual([true, true, true, false]);
  expect(admitted("his-2", 0)).toBe(true);
  expect([499, 500, 501].map((ms) => admitted("his-1", ms))).toEqual([false, true, false]);
  expect(range(1, 4).map(() => admitted("his-1", 60_000))).toEqual([true, true, true, false]);
});

test("a refusal says when to come again, in whole seconds", () => {
  const limits = new Limits({ ...OPTIONS, perSecond: 0.4, burst: 1 });
  expect(limits.admit("his", 0)).toBeNull();
  expect(limits.admit("his", 0)).toMatchObject({
    retryAfterSeconds: 3,
    problem: { status: 429, code: "too-many" },
  });
});

test("what waits at one time is bounded for all senders together", () => {
  const limits = new Limits({ ...OPTIONS, inFlight: 2 });
  expect([1, 2].map((n) => limits.admit(`his-${n}`, 0))).toEqual([null, null]);
  expect(limits.admit("his-3", 0)).toMatchObject({ problem: { status: 429 } });
  limits.done();
  expect(limits.admit("his-3", 0)).toBeNull();
});
