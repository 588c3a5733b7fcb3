import { describe, expect, test } from "vitest";
import { type DecisionRow, lengthsOf, workloadOf } from "./workload.ts";

const AT = Date.parse("2026-11-28T00:30:00Z");
const row = (more: Partial<DecisionRow> = {}): DecisionRow => ({
  person: "li",
  decidedMs: AT,
  sinceMs: null,
  takenMs: null,
  counts: true,
  isOwn: true,
  ...more,
});

describe("P8: work is in time", () => {
  test.each([
    [299_999, 1],
    [300_000, 0],
  ])("with a wait of %i ms: %i", (ms, inTime) => {
    const { all } = workloadOf([row({ sinceMs: AT - ms })], 300_000);
    expect(all).toMatchObject({ inTime, wait: { count: 1, medianMs: ms, p95Ms: ms } });
  });

  test("never where nobody can tell how long it took", () => {
    const { all } = workloadOf([row()], 300_000);
    const none = { count: 0, medianMs: null, p95Ms: null };
    expect(all).toEqual({ decided: 1, inTime: 0, wait: none, handling: none });
  });

  test("also where another node's clock was ahead", () => {
    expect(workloadOf([row({ sinceMs: AT + 5 })], 300_000).all).toMatchObject({
      inTime: 1,
      wait: { medianMs: 0 },
    });
  });
});

test.each([
  [[], null, null],
  [[7], 7, 7],
  [[1, 2], 1, 2],
  [[3, 1, 2], 2, 3],
  [Array.from({ length: 20 }, (_, n) => n + 1), 10, 19],
  [Array.from({ length: 21 }, (_, n) => n + 1), 11, 20],
])("median and p95 of %j are %s and %s", (lengths, medianMs, p95Ms) => {
  expect(lengthsOf(lengths)).toEqual({ count: lengths.length, medianMs, p95Ms });
});

test("work is told by person, the busiest first, and by hour in Asia/Shanghai", () => {
  const rows = [row(), row({ person: "wang" }), row({ person: "wang", decidedMs: AT + 1_800_000 })];
  const { persons, hours } = workloadOf(rows, 300_000);
  expect(persons.map(({ person, decided }) => [person, decided])).toEqual([["wang", 2], ["li", 1]]);
  expect(hours.map(({ hour, decided }) => [hour, decided])).toEqual([[8, 2], [9, 1]]);
});
