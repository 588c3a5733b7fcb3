import { expect, test } from "vitest";
import { AUTOMATIC_PASSES } from "../life/pass.ts";
import { dayReportOf, type VerdictCount } from "./day_report.ts";

const WAITS = { decided: 0, warned: 0, escalated: 0, waiting: 0, waitingEscalated: 0 };
const some = (count: number, more: Partial<VerdictCount> = {}): VerdictCount => ({
  passed: more.code === null ? 0 : count,
  site: "site-1",
  mode: "county",
  outcome: "pass",
  level: "none",
  code: "pass",
  count,
  ...more,
});

test("P8: every code of an automatic pass is in the report, also with none of it", () => {
  const rescue = { outcome: "pharmacist", level: "red", code: "rescue" };
  const { passes, verdicts } = dayReportOf([some(3), some(1, rescue)], [], WAITS);
  expect(passes.map(({ name }) => name)).toEqual([...AUTOMATIC_PASSES]);
  expect(passes.filter(({ count }) => count > 0)).toEqual([
    ...[{ name: "pass", count: 3 }, { name: "rescue", count: 1 }],
  ]);
  expect(verdicts).toBe(4);
});

test("P12: what a site decided alone is told with what the county said afterwards", () => {
  const after = (outcome: string, after: string | null, count: number) => ({
    site: "site-1",
    outcome,
    after,
    count,
  });
  const afters = [after("pass", "pass", 5), after("pass", "pharmacist", 1), after("pass", null, 2)];
  const counts = [
    some(8, { mode: "degraded", code: "degraded-pass" }),
    some(6, { mode: "after-review", code: null }),
  ];
  const { degraded, verdicts, modes, sites } = dayReportOf(counts, afters, WAITS);
  expect(degraded).toEqual({ all: 8, reviewed: 6, owed: 2, otherwise: 1 });
  // A later review is no prescription more.
  expect([verdicts, sites[0].verdicts, sites[0].degraded]).toEqual([8, 8, 8]);
  expect(modes.map(({ name, count }) => `${name} ${count}`)).toEqual([
    ...["degraded 8", "after-review 6"],
  ]);
});

test("sites stand by their names, and their verdicts add up to all", () => {
  const black = { site: "site-0", outcome: "intercept", level: "black", code: null };
  const report = dayReportOf([some(2), some(1, black)], [], WAITS);
  expect(report.sites).toEqual([
    { site: "site-0", verdicts: 1, passes: 0, degraded: 0, intercepted: 1 },
    { site: "site-1", verdicts: 2, passes: 2, degraded: 0, intercepted: 0 },
  ]);
  expect(report.levels).toEqual([{ name: "none", count: 2 }, { name: "black", count: 1 }]);
});
