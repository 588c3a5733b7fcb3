import { expect, test } from "vitest";
import { cycleReport } from "./desk/cycle_report.ts";
import { RULES } from "./fixture_cycle.ts";
import { keptUntil } from "./retention.ts";
import { ruleBookSchema, rulesOn } from "./rules.ts";
import { STANDARD_RULES } from "./standard_rules.ts";

test.each([
  ["2026-03-02T00:00:00.000Z", "2029-03-02T00:00:00.000Z"],
  ["2028-02-28T23:59:59.999Z", "2031-02-28T23:59:59.999Z"],
  ["2028-02-29T00:00:00.000Z", "2031-03-01T00:00:00.000Z"],
])("S6 the record of a cycle of %s is kept at least until %s", (ended, until) => {
  expect(new Date(keptUntil(Date.parse(ended), RULES)).toISOString()).toBe(until);
});

test("S6 a county may keep records for longer than three years, and not for less", () => {
  const [own] = STANDARD_RULES.filter(({ kind }) => kind === "retention");
  const bookOf = (years: number) =>
    ruleBookSchema.safeParse([...STANDARD_RULES, { ...own, years, effective: "2026-01-01" }]);
  expect([2, 3, 4].map((years) => bookOf(years).success)).toEqual([false, true, true]);
  const longer = rulesOn(bookOf(4).data ?? [], "2026-03-02");
  const until = keptUntil(Date.parse("2026-03-02T00:00:00Z"), longer);
  expect(new Date(until).toISOString()).toBe("2030-03-02T00:00:00.000Z");
});

test("S6 the record on paper says until when it is kept", () => {
  const endedMs = Date.parse("2026-03-02T08:30:00Z");
  const line = {
    ...{ site: "site-017", cycle: "c".repeat(64), steriliser: "S1", number: "7" },
    ...{ startedMs: endedMs - 3_600_000, endedMs, load: null, loadType: null, program: "p134" },
    ...{ source: "samples", verdict: "pass", holdSeconds: 240, lowestCel: 134.2 },
    ...{ highestCel: 135, f0Minutes: 85, offSaturationKelvin: null, judgements: 1 },
  };
  const none = { judgements: [], standing: null, bowieDick: [], indicators: [], record: null };
  const shown = { cycle: { line, ...none }, samples: [], load: null, organisation: "Hekou" };
  const title = { zh: "一号灭菌器", en: "Steriliser 1" };
  const keptUntilMs = keptUntil(endedMs, RULES);
  const asked = { ...shown, title, madeMs: endedMs, keptUntilMs };
  for (const [language, label] of [["zh", "至少保存至"], ["en", "Kept at least until"]] as const) {
    const { blocks } = cycleReport({ ...asked, language });
    const rows = blocks.flatMap((block) => block.kind === "facts" ? block.rows : []);
    expect(rows).toContainEqual([label, "2029-03-02"]);
  }
});
