import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stampAt } from "../../../sync/fixtures.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { planOf } from "../../sql/fixture_plans.ts";
import { LOT, movedBodyOf, PRODUCT } from "../flow/fixture_flow.ts";
import { OF_UNIT, SITE, unitBodyOf } from "../life/fixture_life.ts";
import { Calendar } from "../series/calendar.ts";
import { periodOf, READS, unitRecordOf } from "./evidence_reads.ts";
import { dayRows, pointsOf, unitReport, unitTables } from "./unit_report.ts";

const MINUTE_MS = 60_000;
const calendar = new Calendar();
/** Moments of `stampAt` begin here. */
const BEGAN_MS = stampAt(0).wallMs;
const DAY = calendar.dayOf(BEGAN_MS).date;

/** Of three hours of minutes it makes some. */
const SEGMENT_BYTES = 10_000;

let desk: TablesDesk;

/** Three hours of minutes: an hour at 9 °C, an hour of nothing, an hour at 5 °C. */
beforeAll(async () => {
  desk = await TablesDesk.open({ node: SITE, segmentBytesMax: SEGMENT_BYTES });
  await desk.append("cold-unit", { id: "u", ...unitBodyOf() }, 0, "record");
  for (let minute = 1; minute <= 180; minute++) {
    if (minute > 60 && minute <= 120) continue;
    const value = minute <= 60 ? 9 : 5;
    const reading = { point: "temperature", value, unit: "Cel", quality: "good" };
    await desk.append(
      "reading",
      { device: "thermometer", readings: [reading] },
      minute * MINUTE_MS,
    );
  }
  const episode = { ...OF_UNIT, episode: "e1", cause: "high" };
  await desk.append(
    "cold-alarm",
    {
      ...{ id: "a1", ...episode, level: 1, rule: "platform-high-1" },
      ...{ sinceMs: BEGAN_MS + MINUTE_MS, alarmMs: BEGAN_MS + 31 * MINUTE_MS },
    },
    31 * MINUTE_MS,
    "alarm",
  );
  await desk.tables.caughtUp(desk.journal);
}, 60_000);
afterAll(async () => await desk?.[Symbol.asyncDispose]());

async function record(from = DAY, to = DAY) {
  const period = periodOf(from, to, calendar);
  if (period === null) throw new Error("These are days");
  const { site, unit } = OF_UNIT;
  const nowMs = BEGAN_MS + 240 * MINUTE_MS;
  const of = { site, unit, period, calendar, nowMs, organisation: "卫生院" };
  const found = await unitRecordOf(desk.tables, of);
  if (found === null) throw new Error("There is one");
  return found;
}

describe("C11 a unit's record", () => {
  test("has minutes out of range, minutes of which nothing is known, and the alarm", async () => {
    const found = await record();
    expect(dayRows(found)).toEqual([expect.objectContaining({
      ...{ date: DAY, min: 5, max: 9, belowMinutes: 0, aboveMinutes: 60, unknownMinutes: 60 },
    })]);
    expect(found.episodes.map(({ episode }) => episode)).toEqual(["e1"]);
    expect(found.probes[0].samples).toHaveLength(120);
  });

  test("C7: its curve is broken where nothing is known", async () => {
    const [{ samples }] = (await record()).probes;
    const points = pointsOf(samples, MINUTE_MS);
    expect(points.filter(([, celsius]) => celsius === null)).toHaveLength(1);
    expect(points.findIndex(([, celsius]) => celsius === null)).toBe(60);
    const apart = (ms: number) =>
      pointsOf([0, ms].map((wallMs) => ({ ...samples[0], wallMs })), MINUTE_MS).length;
    expect([apart(2 * MINUTE_MS), apart(2 * MINUTE_MS + 1)]).toEqual([2, 3]);
  });

  test("C5, C13: says why the unit is not compliant, in either language", async () => {
    const found = await record();
    expect(found.reasons).toContain("calibration-missing");
    expect(JSON.stringify(unitReport(found, "zh"))).toContain("不合规：探头未校准");
    expect(JSON.stringify(unitReport(found, "en"))).toContain("NOT COMPLIANT: a probe was never");
    const few = { ...found, reasons: ["recipients"] as const };
    expect(JSON.stringify(unitReport(few, "zh"))).toContain("报警接收人不足 3 人");
    const whole = { ...found, reasons: [] };
    expect(JSON.stringify(unitReport(whole, "en"))).not.toContain("NOT COMPLIANT");
  });

  test("is there as tables, each sample in them", async () => {
    const tables = unitTables(await record());
    expect(tables.map(({ name }) => name)).toEqual(["days.csv", "alarms.csv", "samples.csv"]);
    const [days, alarms, samples] = tables.map(({ text }) => text.trimEnd().split("\r\n"));
    expect(days[1]).toMatch(new RegExp(`^${DAY},probe-1,5,9,7.02,`));
    expect(alarms[1]).toMatch(/^e1,high,1,/);
    expect(samples).toHaveLength(121);
  });

  test("C8: says of an alarm that its rules were changed, and not that it is over", async () => {
    const found = await record();
    const changed = { ...found.episodes[0], state: "rules-changed", endedMs: null };
    const told = { ...found, episodes: [changed] };
    expect(JSON.stringify(unitReport(told, "zh"))).toContain("持续中（报警规则已改，未见恢复）");
    expect(JSON.stringify(unitReport(told, "en")))
      .toContain("goes on (alarm rules changed, not seen to be over)");
    expect(unitTables(told)[1].text).toContain(",rules-changed");
    const newer = { ...changed, cause: "lid-open", state: "unit-sold" };
    const shown = JSON.stringify(unitReport({ ...found, episodes: [newer] }, "zh"));
    expect(shown).toContain("其他（lid-open）");
    expect(shown).toContain("持续中 · 其他（unit-sold）");
  });

  test("of a day without readings says so", async () => {
    const found = await record("2031-01-01", "2031-01-02");
    expect(JSON.stringify(unitReport(found, "zh"))).toContain("期间无温度记录");
  });

  test("is to be kept for five years after the last day of use of what lay there, or ten", async () => {
    const before = await record();
    expect(before.keptUntil).toBe(`${Number(DAY.slice(0, 4)) + 10}${DAY.slice(4)}`);
    const stored = movedBodyOf("stored", "receipt/r", `unit/${OF_UNIT.unit}`, {
      ...{ site: SITE, atMs: BEGAN_MS + 5 * MINUTE_MS },
      lots: [{ product: PRODUCT, lot: LOT, expires: "2031-05-31", doses: 10, codes: [] }],
    });
    await desk.append("cold-moved", stored, 5 * MINUTE_MS, "record");
    await desk.tables.caughtUp(desk.journal);
    const found = await record();
    expect(found.keptUntil).toBe("2036-05-31");
    expect(JSON.stringify(unitReport(found, "zh"))).toContain("至少保存至");
  });

  test("is the same when its entries have left the journal, over a restart too", async () => {
    const before = await record();
    const pruned = await desk.journal.prune({
      ...{ centres: [], keepOwnMs: 0, keepOthersMs: 0 },
      nowMs: BEGAN_MS + 11 * 365 * 86_400_000,
    });
    expect(pruned).toBeGreaterThan(0);
    expect(desk.journal.position(desk.journal.origin, "reading")?.floor).toBeGreaterThan(1);
    expect(await record()).toEqual(before);
    await desk.reopen();
    expect(await record()).toEqual(before);
    expect(desk.failures).toEqual([]);
  });

  test("is of days, in their order", () => {
    expect(periodOf("2026-11-02", "2026-11-01", calendar)).toBeNull();
    expect(periodOf("2026-02-29", "2026-03-01", calendar)).toBeNull();
    const day = periodOf("2026-11-01", "2026-11-01", calendar);
    expect((day?.toMs ?? 0) - (day?.fromMs ?? 0)).toBe(86_400_000);
  });

  test("is found by indexes", async () => {
    for (const [name, select] of Object.entries(READS)) {
      const plan = await planOf(desk.tables, select);
      expect(plan, name).toMatch(/^SEARCH /);
    }
  });
});
