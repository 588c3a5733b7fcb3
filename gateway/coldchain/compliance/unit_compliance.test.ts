import { describe, expect, test } from "vitest";
import { periodOf } from "../../report/period.ts";
import { ofKind } from "../life/event.ts";
import { NURSE, OF_UNIT, type Otherwise } from "../life/fixture_life.ts";
import {
  HOUR_MS,
  MINUTE_MS,
  minutes,
  rulesOf,
  SHANGHAI,
  toldOf,
} from "../series/fixture_series.ts";
import { switchedOffWithin } from "../life/suppression.ts";
import { drawnOf } from "./compliance_report.ts";
import {
  at,
  calibrated,
  COPIED,
  LONG_AGO,
  PROBE,
  reasonsOf,
  rowOf,
  steady,
  told,
  unit,
} from "./fixture_compliance.ts";
import { datesText, type Reason, reasonText } from "./reason.ts";
import { unitCompliance } from "./unit_compliance.ts";
import { pointKey } from "./watched.ts";

const DAY_MS = 24 * HOUR_MS;

describe("C3 a unit's day", () => {
  test("with all its values, in range and calibrated, is compliant", () => {
    expect(rowOf("2026-03-02")).toMatchObject({
      ...{ expected: 1440, had: 1440, faults: 0, belowMs: 0, aboveMs: 0, gapMs: 0, faultMs: 0 },
      ...{ min: 5, max: 5, mean: 5, alarms: 0, unexplained: 0, calibration: "valid", byHand: null },
      ...{ verdict: "compliant", reasons: [] },
    });
  });

  test("goes from midnight to midnight in Shanghai: a minute before it is the day before", () => {
    // 30 minutes out, half of them on each side of midnight; then in range.
    const values = [...steady(15, 9), ...steady(15, 9), ...steady(30)];
    const of = (day: string) => rowOf(day, { from: "2026-03-01 23:45", values });
    expect([of("2026-03-01"), of("2026-03-02")].map((row) => [row?.had, row?.aboveMs])).toEqual([
      [15, 15 * MINUTE_MS],
      [45, 15 * MINUTE_MS],
    ]);
  });

  test.each([[29, []], [30, ["too-warm platform-high 03-02"]]])(
    "C2: %i minutes out of range are %j by a rule of 30",
    (out, reasons) => {
      const values = [...steady(600), ...steady(out, 8.1), ...steady(840 - out)];
      const row = rowOf("2026-03-02", { values });
      expect(row?.aboveMs).toBe(out * MINUTE_MS);
      expect(reasonsOf(row)).toEqual(reasons);
      expect(row?.verdict).toBe(reasons.length > 0 ? "not-compliant" : "compliant");
    },
  );

  test("C4: names of each limit the rule of the highest level", () => {
    const values = [...steady(600), ...steady(200, 8.1), ...steady(200), ...steady(440, 1.9)];
    expect(reasonsOf(rowOf("2026-03-02", { values }))).toEqual([
      "too-warm platform-high-3 03-02",
      "too-cold platform-low-3 03-02",
    ]);
  });
});

describe("C7 what is not known", () => {
  test.each([[2, 0, "compliant"], [3, 2, "cannot-say"]])(
    "of %i minutes between two values %i are missing: %s",
    (apart, missing, verdict) => {
      const all = steady(1440);
      const gone = minutes(all, at("2026-03-02 00:00"));
      const kept = gone.filter((_, n) => n <= 600 || n >= 600 + apart);
      const { days } = toldOf(kept, {
        ...{ rules: rulesOf("platform"), intervalMs: MINUTE_MS, calendar: SHANGHAI },
      });
      const row = unitCompliance({
        ...OF_UNIT,
        words: ofKind([unit()], "cold-unit"),
        days: new Map([[pointKey(PROBE), days]]),
        ...{
          outside: new Map(),
          copies: COPIED,
          calibrations: [calibrated()],
          readings: [],
          episodes: [],
          watch: [],
        },
      }, {
        ...{ days: [SHANGHAI.dayOf(at("2026-03-02 00:00"))], asOfMs: at("2026-03-03 00:00") },
        calendar: SHANGHAI,
      });
      expect([row?.gapMs, row?.verdict]).toEqual([missing * MINUTE_MS, verdict]);
      expect(row?.had).toBe(1440 - apart + 1);
    },
  );

  test("at the day's end is a gap too, and two intervals are the wait for the next value", () => {
    const of = (count: number) => rowOf("2026-03-02", { values: steady(count) });
    expect([of(1438), of(1437)].map((row) => [row?.gapMs, row?.verdict])).toEqual([
      [0, "compliant"],
      [3 * MINUTE_MS, "cannot-say"],
    ]);
  });

  test("makes no day compliant, and none that was too warm anything else", () => {
    const warm = [...steady(60, 9), ...steady(600)];
    expect(reasonsOf(rowOf("2026-03-02", { values: warm }))).toEqual([
      "too-warm platform-high-3 03-02",
      "gap c7-no-data 03-02",
    ]);
    expect(rowOf("2026-03-02", { values: warm })?.verdict).toBe("not-compliant");
    const nothing = rowOf("2026-03-02", { values: [] });
    expect(nothing).toMatchObject({ had: 0, min: null, mean: null, mkt: null, gapMs: DAY_MS });
    expect(reasonsOf(nothing)).toEqual(["no-data c7-no-data 03-02"]);
    expect(nothing?.verdict).toBe("cannot-say");
  });

  test("a fault is no value, and nobody can say what it was", () => {
    const values = [...steady(700), null, null, ...steady(738)];
    const row = rowOf("2026-03-02", { values });
    expect(row).toMatchObject({ had: 1438, faults: 2, faultMs: 2 * MINUTE_MS, gapMs: 0, mean: 5 });
    expect(reasonsOf(row)).toEqual(["sensor-fault c7-no-data 03-02"]);
  });

  test("of a day that goes on only what was until now is missing", () => {
    const row = rowOf("2026-03-02", { values: steady(600), asOf: "2026-03-02 10:00" });
    expect(row).toMatchObject({ expected: 600, had: 600, gapMs: 0, verdict: "compliant" });
  });
});

describe("a unit's month", () => {
  test.each([["2026-02", 28], ["2028-02", 29], ["2026-04", 30], ["2026-12", 31]])(
    "of %s has %i days, and ends at midnight in Shanghai",
    (month, days) => {
      const row = rowOf(month, { calibrations: [calibrated("2026-01-01", "2029-01-01")] });
      expect(row).toMatchObject({ expected: days * 1440, had: days * 1440, verdict: "compliant" });
    },
  );

  test("begins when the unit was added, and ends when it was given up", () => {
    const added = at("2026-03-16 12:00");
    const values = steady(31 * 1440 - 15.5 * 1440);
    const row = rowOf("2026-03", { words: [unit(added)], from: "2026-03-16 12:00", values });
    expect(row).toMatchObject({ expected: 15.5 * 1440, had: 15.5 * 1440, gapMs: 0 });
    expect(row?.verdict).toBe("compliant");

    const gone = unit(at("2026-03-20 00:00"), { retired: true });
    const short = rowOf("2026-03", { words: [unit(), gone], values: steady(19 * 1440) });
    expect(short).toMatchObject({ expected: 19 * 1440, gapMs: 0, verdict: "compliant" });
    expect(rowOf("2026-04", { words: [unit(), gone] })).toBeNull();
    expect(rowOf("2026-02", { words: [unit(at("2026-03-01 00:00"))] })).toBeNull();
    expect(rowOf("2026-02", { words: [unit(at("2026-02-28 23:59"))] })).not.toBeNull();
  });

  test("C13: names the days from which a calibration was over, its last day is none", () => {
    const row = rowOf("2026-04", { calibrations: [calibrated("2025-04-28", "2026-04-27")] });
    expect(reasonsOf(row)).toEqual(["calibration-overdue c13-calibration 04-28~04-30"]);
    expect(row?.calibration).toBe("overdue");
    const never = rowOf("2026-04", { calibrations: [] });
    expect(reasonsOf(never)).toEqual(["calibration-missing c13-calibration 04-01~04-30"]);
  });

  test("C5, C1: is judged by the unit's words as they were on each day", () => {
    const words = [
      unit(LONG_AGO, { recipients: [{ id: "a", level: 1 }, { id: "b", level: 1 }] }),
      unit(at("2026-04-03 00:00")),
    ];
    expect(reasonsOf(rowOf("2026-04", { words }))).toEqual([
      "recipients c5-recipients 04-01~04-02",
    ]);
  });

  test("C9: is not compliant while nobody said what an alarm was", () => {
    const sinceMs = at("2026-04-10 03:00");
    const of = (isAcknowledged: boolean) =>
      rowOf("2026-04", { episodes: [{ sinceMs, isAcknowledged }] });
    expect(of(true)).toMatchObject({ alarms: 1, unexplained: 0, verdict: "compliant" });
    expect(reasonsOf(of(false))).toEqual(["alarm-unexplained c9-acknowledgement 04-10"]);
    const before = [{ sinceMs: at("2026-03-31 23:00"), isAcknowledged: false }];
    expect(reasonsOf(rowOf("2026-04", { episodes: before })))
      .toEqual(["alarm-unexplained c9-acknowledgement 04-01"]);
  });
});

describe("the table", () => {
  const period = periodOf("2026-03-02");
  if (period === null) throw new Error("This is a day");

  test("names verdict, reasons with their rules, and where those are from, in both languages", () => {
    const row = rowOf("2026-03-02", { values: [...steady(60, 9), ...steady(1380)] });
    if (row === null) throw new Error("It was watched");
    const { facts, tables: [units, , rules] } = drawnOf([row], { period }, COPIED);
    const [cells] = units.rows.map(({ cells }) => cells);
    expect(cells.slice(0, 3)).toEqual([
      "一号冰箱 (fridge-1)",
      { zh: "不合规", en: "NOT COMPLIANT" },
      { zh: "高温超时 [platform-high-3]", en: "too warm for too long [platform-high-3]" },
    ]);
    expect(cells).toHaveLength(units.columns.length);
    expect(rules.rows.map(({ cells: [id] }) => id)).toEqual(["platform-high-3"]);
    expect(rules.rows[0].cells[1]).toMatchObject({ zh: expect.stringMatching(/^验收规则 C4/) });
    expect(Object.fromEntries(facts.map(({ key, value }) => [key, value]))).toMatchObject({
      ...{ units: 1, compliant: 0, not_compliant: 1, cannot_say: 0 },
    });
  });

  test("C8: says who switched alarms off, why, until when, and who switched them on again", () => {
    const off = (time: string, more: Otherwise) =>
      told("cold-suppression", at(time), {
        ...{ ...OF_UNIT, fromMs: at(time), by: { id: "li", name: "李梅" } },
        ...more,
      });
    const a = off("2026-03-02 09:00", {
      ...{ state: "for-a-while", untilMs: at("2026-03-02 11:00"), reason: "除霜" },
    });
    const again = told("cold-suppression-ended", at("2026-03-02 10:00"), {
      ...{ ...OF_UNIT, suppression: a.body.id, endedMs: at("2026-03-02 10:00"), by: NURSE },
    });
    const b = off("2026-03-01 20:00", { state: "under-repair", reason: "压缩机" });
    const before = off("2026-03-01 20:00", {
      ...{ state: "for-a-while", untilMs: at("2026-03-02 00:00"), reason: "昨日" },
    });
    const row = rowOf("2026-03-02", { watch: [a, again, b, before] });
    if (row === null) throw new Error("It was watched");
    const { facts, tables: [units, switchedOff] } = drawnOf([row], { period }, COPIED);
    expect(switchedOff.rows.map(({ cells }) => cells.slice(1))).toEqual([
      [
        ...["2026-03-01 20:00", { zh: "维修完成为止", en: "until it is repaired" }],
        ...["李梅", "压缩机", null, null],
      ],
      [
        ...["2026-03-02 09:00", "2026-03-02 11:00", "李梅", "除霜"],
        ...["2026-03-02 10:00", NURSE.id],
      ],
    ]);
    expect(units.rows[0].cells.at(-1)).toBe(2);
    expect(facts.at(-1)).toMatchObject({ key: "switched_off", value: 2 });
    // What is the one's end is the other's: a millisecond before it, it lasts.
    const until = at("2026-03-02 11:00");
    const lasts = (fromMs: number) =>
      switchedOffWithin([a], { fromMs, toMs: at("2026-03-03 00:00") }).length;
    expect([lasts(until - 1), lasts(until)]).toEqual([1, 0]);
  });

  test("every reason has its rule, with a source and a day", () => {
    const row = rowOf("2026-03-02", {
      words: [unit(LONG_AGO, { manual: true, recipients: [], intervalSeconds: 1801 })],
      calibrations: [],
      values: [],
      episodes: [{ sinceMs: at("2026-03-02 01:00"), isAcknowledged: false }],
    });
    if (row === null) throw new Error("It was watched");
    const { tables: [, , rules] } = drawnOf([row], { period }, COPIED);
    const known = new Set(rules.rows.map(({ cells: [id] }) => id));
    expect(row.reasons.map(({ rule }) => known.has(rule))).not.toContain(false);
    expect(row.reasons.map(({ kind }) => kind).sort()).toEqual([
      ...["alarm-unexplained", "calibration-missing", "interval", "manual-reading-missing"],
      ...["no-data", "recipients"],
    ]);
    for (const { cells: [, source, effective] } of rules.rows) {
      expect(JSON.stringify(source).length).toBeGreaterThan(10);
      expect(effective).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    }
  });

  test("says of days one behind the other the first and the last", () => {
    const dates = ["2026-03-01", "2026-03-03", "2026-03-04", "2026-03-05"];
    expect(datesText(dates)).toBe("03-01, 03-03~03-05");
    const reason: Reason = { kind: "gap", rule: "c7-no-data", dates };
    expect(reasonText(reason, true).en).toBe("data is missing [c7-no-data] 03-01, 03-03~03-05");
  });
});
