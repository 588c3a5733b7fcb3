import { expect, test } from "vitest";
import { pageOf } from "./page.ts";
import { MIX, mixedPrescription } from "../gateway/demo/prescription_mix.ts";
import { promisesOf } from "./promises.ts";
import { type Report, runScenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

/** Everything but aims, which depend on the machine. */
function broken(report: Report) {
  return promisesOf(report).filter(({ holds, isAim }) => !holds && !isAim);
}

test("of twenty prescriptions of the mix the same number is always the same, 2 kB long", () => {
  const counts: Record<string, number> = {};
  for (let index = 0; index < 20; index++) {
    const { expected, text } = mixedPrescription("run", 100 + index, 1_780_000_000_000);
    expect(mixedPrescription("run", 100 + index, 1_780_000_000_000).text).toBe(text);
    const bytes = new TextEncoder().encode(text).length;
    expect(bytes).toBeGreaterThan(1800);
    expect(bytes).toBeLessThan(2200);
    counts[expected] = (counts[expected] ?? 0) + 1;
  }
  expect(counts).toEqual(MIX);
});

test("P1 T1 T2: k6 at a steady rate: none lost, none doubled at both centres, none dropped", async () => {
  const scale = { rate: 40, seconds: 3, warmUpSeconds: 1, sites: 4 };
  const report = await runScenario("steady", SCENARIOS.steady, scale);
  expect(broken(report)).toEqual([]);
  expect(report.answers.length).toBeGreaterThan(80);
  const page = pageOf(report, [["processors", "a <test>"]]);
  expect(page).toContain("All promises hold.");
  expect(page).toContain("a &lt;test&gt;");
  expect(page).not.toMatch(/<script|https?:/);
});

test("P7: k6's pharmacists take and decide all that waits, each once", async () => {
  const report = await runScenario("pharmacists", SCENARIOS.pharmacists, { rate: 12, sites: 4 });
  expect(broken(report)).toEqual([]);
  expect(report.answers.length).toBe(12);
});

test("P1 P11 T1 T2: a centre killed in mid-load and started again loses and doubles nothing", async () => {
  const scale = { rate: 30, seconds: 9, warmUpSeconds: 1, sites: 4 };
  const report = await runScenario("centre-down", SCENARIOS["centre-down"], scale);
  expect(broken(report)).toEqual([]);
  expect(report.happenings.map(({ what }) => what)).toEqual(["A killed", "A started"]);
  expect(report.answers.some(({ tries }) => tries > 1)).toBe(true);
  const [a, b] = report.counts;
  expect(a.prescriptions).toBe(b.prescriptions);
  expect(a.prescriptions).toBeGreaterThanOrEqual(report.answers.length);
});
