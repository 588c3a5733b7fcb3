import { expect, test } from "vitest";
import {
  dayAfter,
  dayText,
  hourOf,
  monthAfter,
  monthText,
  spanOfDay,
  spanOfMonth,
} from "./china_calendar.ts";

test("a day and a month begin at midnight in Asia/Shanghai", () => {
  const first = Date.parse("2026-11-30T16:00:00Z");
  expect(spanOfDay("2026-12-01")).toEqual({ fromMs: first, toMs: first + 86_400_000 });
  expect(spanOfMonth("2026-12")).toEqual({
    fromMs: first,
    toMs: Date.parse("2026-12-31T16:00:00Z"),
  });
  expect([dayText(first - 1), dayText(first), monthText(first - 1), monthText(first)]).toEqual([
    ...["2026-11-30", "2026-12-01", "2026-11", "2026-12"],
  ]);
  expect([hourOf(first - 1), hourOf(first)]).toEqual([23, 0]);
});

test("months and days go on over the year's end", () => {
  expect([monthAfter("2026-12", 1), monthAfter("2026-01", -1)]).toEqual(["2027-01", "2025-12"]);
  expect([dayAfter("2026-12-31", 1), dayAfter("2028-03-01", -1)]).toEqual([
    ...["2027-01-01", "2028-02-29"],
  ]);
});

test("T12 a moment that no calendar has is named all the same", () => {
  expect(dayText(Number.MAX_SAFE_INTEGER)).toMatch(/^day \d+$/);
});
