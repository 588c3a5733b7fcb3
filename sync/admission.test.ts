import { expect, test } from "vitest";
import { Admission } from "./admission.ts";
import { range } from "./fixtures.ts";

const LIMITS = { requestsMax: 4, bytesMax: 1000 };

test("as many are worked on as the limit says, and the next one when one has left", () => {
  const admission = new Admission(() => 0, LIMITS);
  const inside = range(1, 4).map(() => admission.enter(1));
  expect(inside.every(({ kind }) => kind === "in")).toBe(true);
  expect(admission.enter(1).kind).toBe("busy");
  const [first] = inside;
  if (first.kind === "in") {
    first.leave();
    first.leave();
  }
  expect(admission.enter(1).kind).toBe("in");
  expect(admission.enter(1).kind).toBe("busy");
});

test("large bodies are worked on one by one, and a lone one always", () => {
  const admission = new Admission(() => 0, LIMITS);
  expect(admission.enter(5000).kind).toBe("in");
  expect(admission.enter(1).kind).toBe("busy");
});

test("those who are sent away are told moments as far apart as the work takes", () => {
  let nowMs = 0;
  const admission = new Admission(() => nowMs, LIMITS);
  for (const _ of range(1, 100)) {
    const admitted = admission.enter(1);
    nowMs += 200;
    if (admitted.kind === "in") admitted.leave();
  }
  range(1, 4).forEach(() => admission.enter(1));
  const waits = range(1, 400).map(() => {
    const admitted = admission.enter(1);
    return admitted.kind === "busy" ? admitted.retryAfterMs : 0;
  });
  expect(waits[0]).toBe(1000);
  // 200 ms of work by four at a time: one every 50 ms.
  expect(waits[399]).toBeGreaterThan(19_000);
  expect(waits[399]).toBeLessThan(21_000);
  expect(Math.max(
    ...range(1, 5000).map(() => {
      const admitted = admission.enter(1);
      return admitted.kind === "busy" ? admitted.retryAfterMs : 0;
    }),
  )).toBe(60_000);
});
