import { expect, test } from "vitest";
import { keptUntilDay } from "./retention.ts";

test.each([
  [["2027-11-30"], "2026-11-29", "2032-11-30"],
  [["2027-11-30", "2026-12-31"], "2026-11-29", "2032-11-30"],
  [[], "2026-11-29", "2036-11-29"],
  [[null], "2026-11-29", "2036-11-29"],
  // Of what is known and what is not the longer.
  [["2027-11-30", null], "2026-11-29", "2036-11-29"],
  [["2031-11-30", null], "2026-11-29", "2036-11-30"],
  [["2028-02-29"], "2026-11-29", "2033-03-01"],
])(
  "C11: with lots that can be used until %j a record of %s is kept until %s",
  (lots, day, until) => {
    expect(keptUntilDay(lots, day)).toBe(until);
  },
);
