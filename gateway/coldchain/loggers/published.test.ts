import { describe, expect, test } from "vitest";
import { meanOf } from "../evaluate/report.ts";
import type { AlarmRule } from "../rules/alarm_rule.ts";
import { minutes, rulesOf, times, toldOf, watching } from "../series/fixture_series.ts";
import { meanKinetic } from "../series/kinetic.ts";
import type { Sample } from "../series/sample.ts";
import { addedUp, type DayTold } from "../series/told.ts";
import {
  at,
  FRIDGE_TAG_2,
  FRIDGE_TAG_2L,
  LOGGER_CALENDAR,
  Q_TAG,
  Q_TAG_NEXT,
  Q_TAG_NEXT_COUNTS,
  Q_TAG_ROWS,
  rows,
  steps,
  TWO_L_DAYS,
  ULTRA_LOW,
} from "./fixture_published.ts";

const calendar = LOGGER_CALENDAR;

function daysOf(
  preset: string | readonly AlarmRule[],
  samples: readonly Sample[],
  intervalMinutes = 1,
): readonly DayTold[] {
  const watch = watching(preset, { calendar, intervalMs: intervalMinutes * 60_000 });
  return toldOf(samples, watch).days;
}

/** As the record of a day has them: minutes out of range, when the day had its alarm. */
function asPrinted(days: readonly DayTold[], rule: string) {
  return days.map(({ date, outMs, alarmMs }) => [
    date,
    (outMs[rule] ?? 0) / 60_000,
    alarmMs[rule] === undefined ? null : new Date(alarmMs[rule]).toISOString().slice(11, 16),
  ]);
}

describe(`C2 C3 who-30-day says what is printed by ${FRIDGE_TAG_2}`, () => {
  test("an event over midnight: alarm ten hours after it began, then with each day", () => {
    const days = daysOf(
      "who-30-day",
      steps(
        ["2025-05-29 00:00", 5],
        ["2025-05-29 18:00", 20],
        ["2025-06-01 00:00", 20],
      ),
    );
    expect(asPrinted(days, "who-30-day-high")).toEqual([
      ["2025-05-29", 360, null],
      ["2025-05-30", 1440, "04:00"],
      ["2025-05-31", 1440, "00:00"],
    ]);
  });

  test("an alarm late on a day: the next day has it ten hours later, if it goes on as long", () => {
    const days = daysOf(
      "who-30-day",
      steps(
        ["2025-05-10 00:00", 5],
        ["2025-05-10 10:54", 20],
        ["2025-05-11 12:07", 5],
        ["2025-05-12 00:00", 5],
      ),
    );
    expect(asPrinted(days, "who-30-day-high")).toEqual([
      ["2025-05-10", 786, "20:54"],
      ["2025-05-11", 727, "06:54"],
    ]);
  });

  test("minutes of a day are of all its events, an alarm of one alone", () => {
    // 265 minutes: 61 of a short event, and 204 of the one that was an alarm the next morning.
    const days = daysOf(
      "who-30-day",
      steps(
        ["2025-04-13 00:00", 18],
        ["2025-04-13 01:01", 6],
        ["2025-04-13 20:36", 15],
        ["2025-04-15 00:00", 15],
      ),
    );
    expect(asPrinted(days, "who-30-day-high")).toEqual([
      ["2025-04-13", 265, null],
      ["2025-04-14", 1440, "06:36"],
    ]);
    // Of 2025-04-27, 659 minutes and no alarm: no event was ten hours long.
    const short = daysOf(
      "who-30-day",
      steps(
        ["2025-04-27 07:00", 9],
        ["2025-04-27 16:59", 7],
        ["2025-04-27 17:30", 9],
        ["2025-04-27 18:30", 7],
        ["2025-04-28 00:00", 7],
      ),
    );
    expect(asPrinted(short, "who-30-day-high")).toEqual([["2025-04-27", 659, null]]);
  });

  test("frost: alarm after an hour, also over midnight", () => {
    const days = daysOf(
      "who-30-day",
      steps(
        ["2025-05-07 00:00", 5],
        ["2025-05-07 08:00", -0.5],
        ["2025-05-07 13:31", 5],
        ["2025-05-07 23:29", -3],
        ["2025-05-08 18:09", 5],
        ["2025-05-09 00:00", 5],
      ),
    );
    expect(asPrinted(days, "who-30-day-low")).toEqual([
      ["2025-05-07", 362, "09:00"],
      ["2025-05-08", 1089, "00:29"],
    ]);
  });
});

describe(`C2 C3 strict says what is printed by ${FRIDGE_TAG_2L}`, () => {
  // It looks each minute and writes each fifth: so its minutes are finer than its rows.
  test.each(TWO_L_DAYS)("of $date: $minutesAbove minutes, alarm $alarmAbove", (day) => {
    const [{ outMs, alarmMs }] = daysOf("strict", day.rows, 5);
    const found = outMs["strict-high"] / 60_000;
    expect(Math.abs(found - day.minutesAbove)).toBeLessThanOrEqual(5);
    if (day.alarmAbove === null) expect(alarmMs["strict-high"]).toBeUndefined();
    else expect(Math.abs(alarmMs["strict-high"] - at(day.alarmAbove))).toBeLessThanOrEqual(300_000);
  });

  test("8.0 °C is in range, as its marks say", () => {
    const marked = TWO_L_DAYS.flatMap(({ rows }) => rows).filter(({ celsius }) => celsius === 8);
    expect(marked).toHaveLength(3);
    expect(daysOf("strict", marked, 1440).flatMap(({ outMs }) => Object.keys(outMs))).toEqual([]);
  });
});

test(`C2 C3 ult says what is printed by ${ULTRA_LOW}, its sensor off on the last day`, () => {
  const measured = steps(["2023-04-17 16:06", -15], ["2023-04-20 13:54", -15]);
  const off = steps(["2023-04-20 13:54", 0], ["2023-04-20 14:10", 0])
    .map((sample): Sample => ({ ...sample, celsius: null }));
  expect(asPrinted(daysOf("ult", [...measured, ...off]), "ult-high")).toEqual([
    ["2023-04-17", 474, "17:06"],
    ["2023-04-18", 1440, "00:00"],
    ["2023-04-19", 1440, "00:00"],
    ["2023-04-20", 834, "00:00"],
  ]);
});

describe("C2 C4 platform: each level alone is an alarm that loggers printed with its time", () => {
  const begun = (samples: readonly Sample[], intervalMinutes: number) =>
    toldOf(samples, watching("platform", { calendar, intervalMs: intervalMinutes * 60_000 })).begun;

  test.each([
    ["platform-low", "2022-11-08 12:16", "2022-11-08 12:46"],
    ["platform-low", "2022-11-08 14:52", "2022-11-08 15:22"],
    ["platform-low", "2022-11-08 15:39", "2022-11-08 16:09"],
    ["platform-high", "2022-11-08 21:50", "2022-11-08 22:20"],
  ])(`%s of 30 minutes, since %s, at %s, within ten minutes (${Q_TAG})`, (rule, since, alarm) => {
    const near = begun(Q_TAG_ROWS, 10).filter((one) =>
      one.rule === rule && Math.abs(one.sinceMs - at(since)) <= 600_000 &&
      Math.abs(one.alarmMs - at(alarm)) <= 600_000
    );
    expect(near).toHaveLength(1);
  });

  test(`30 minutes, and 60 minutes, after it left the range (${Q_TAG_NEXT})`, () => {
    const samples = steps(["2023-04-17 15:33", 10.5], ["2023-04-20 13:59", 10.5]);
    const alarms = begun(samples, 1).map(({ rule, alarmMs }): [string, number] => [rule, alarmMs]);
    expect(new Map(alarms)).toEqual(
      new Map([
        ["platform-high", at("2023-04-17 16:03")],
        ["platform-high-2", at("2023-04-17 16:33")],
        ["platform-high-3", at("2023-04-17 16:33")],
      ]),
    );
    const minutesAbove = daysOf("platform", samples)
      .reduce((sum, { outMs }) => sum + outMs["platform-high"] / 60_000, 0);
    expect(minutesAbove).toBe(4226);
  });

  test.each(TWO_L_DAYS)(`60 minutes, of $date: $alarmAbove (${FRIDGE_TAG_2L})`, (day) => {
    const levels = begun(day.rows, 5).filter(({ rule }) => /-high-[23]$/.test(rule));
    expect(levels).toHaveLength(day.alarmAbove === null ? 0 : 2);
    for (const { alarmMs } of levels) {
      expect(Math.abs(alarmMs - at(day.alarmAbove ?? day.date))).toBeLessThanOrEqual(300_000);
    }
  });
});

describe(`C2 C3 counting and MKT are those of ${Q_TAG}`, () => {
  const rule = (id: string, change: Partial<AlarmRule>): AlarmRule => ({
    ...rulesOf("strict")[1],
    id,
    ...change,
  });
  const rules = [
    rule("1", { holdMinutes: 30 }),
    rule("2", { counting: "cumulative" }),
    rule("4", { side: "below", limitCelsius: 2, counting: "cumulative" }),
    rule("5", { side: "below", limitCelsius: 2, holdMinutes: 30 }),
  ];
  const told = toldOf(Q_TAG_ROWS, watching(rules, { calendar, intervalMs: 600_000 }));

  test("single and cumulative alarms are those printed, within an interval of ten minutes", () => {
    const printed = [
      ["4", "2022-11-08 05:51", "2022-11-08 07:34"],
      ["5", "2022-11-08 12:16", "2022-11-08 12:46"],
      ["5", "2022-11-08 14:52", "2022-11-08 15:22"],
      ["5", "2022-11-08 15:39", "2022-11-08 16:09"],
      ["1", "2022-11-08 21:50", "2022-11-08 22:20"],
      ["2", "2022-11-08 21:50", "2022-11-08 22:50"],
    ];
    for (const [id, since, alarm] of printed) {
      const near = told.begun.filter((one) =>
        one.rule === id && Math.abs(one.sinceMs - at(since)) <= 600_000 &&
        Math.abs(one.alarmMs - at(alarm)) <= 600_000
      );
      expect([id, since, near.length]).toEqual([id, since, 1]);
    }
    expect(told.begun.filter(({ rule }) => rule === "4" || rule === "1" || rule === "2"))
      .toHaveLength(3);
  });

  test("minutes above are those printed, within an interval; mean and MKT to its digit", () => {
    const [whole] = addedUp([{ ...told, days: told.days.map((day) => ({ ...day, date: "all" })) }])
      .days;
    expect(Math.abs(whole.outMs["2"] / 60_000 - 219)).toBeLessThanOrEqual(10);
    expect(Math.abs((meanOf(whole.known) ?? 0) - 5.4)).toBeLessThanOrEqual(0.1);
    // With the activation energy that this logger is set to, 83.0 kJ/mol.
    expect(Math.abs((meanKinetic(whole.known, 83) ?? 0) - 10.5)).toBeLessThanOrEqual(0.1);
  });
});

test(`C3 mean and MKT of 424 rows are those printed, to the logger's digit (${Q_TAG_NEXT})`, () => {
  const known = Q_TAG_NEXT_COUNTS.map(([celsius, count]) => [celsius, count * 600_000] as const);
  expect(Q_TAG_NEXT_COUNTS.reduce((sum, [, count]) => sum + count, 0)).toBe(424);
  expect(Math.abs((meanOf(known) ?? 0) - 10.4)).toBeLessThanOrEqual(0.1);
  expect(Math.abs((meanKinetic(known, 83) ?? 0) - 10.4)).toBeLessThanOrEqual(0.1);
});

test("C3 MKT: a published example: 2, 2, 5, 8, 8, 8, 8 °C are 6.25 °C (zelti/mkt, README)", () => {
  expect(meanKinetic([[2, 2], [5, 1], [8, 4]])).toBeCloseTo(6.25, 2);
});

describe("C2 single and cumulative are those of the LogTag manual (ThermoWorks TRIX-8, page 39)", () => {
  // Five readings in a row, or seven in all, above 20 °C.
  const above = (counting: AlarmRule["counting"], holdMinutes: number): AlarmRule => ({
    ...rulesOf("strict")[1],
    id: counting,
    limitCelsius: 20,
    counting,
    holdMinutes,
  });
  const alarms = (values: readonly number[]) =>
    toldOf(minutes([...values, 10]), watching([above("single", 5), above("cumulative", 7)]))
      .begun.map(({ rule }) => rule);

  test("2 above, 8 below 0 °C, 4 above: neither", () => {
    const values = [...times(2, 21), 10, ...times(8, -1), 10, ...times(4, 21)];
    expect(alarms(values.flatMap((one) => one ?? []))).toEqual([]);
  });

  test("4 above, 4 above: seven in all, though not five in a row", () => {
    const values = [...times(4, 21), 10, ...times(4, 21)];
    expect(alarms(values.flatMap((one) => one ?? []))).toEqual(["cumulative"]);
  });
});

describe("C2 shipping indicators are those of the Q-tag plus manual (page 12, WHO type 1)", () => {
  const alarms = (celsius: number, count: number) =>
    toldOf(
      rows("2026-03-02 00:00", 1, [...times(count, celsius), 20].flatMap((one) => one ?? [])),
      watching("shipping-type-1", { calendar }),
    ).begun.map(({ rule }) => rule);

  test("-0.4 to 29.9 °C is in range for ever; -0.5 °C for an hour is an alarm", () => {
    expect([alarms(-0.4, 1300), alarms(29.9, 1300)]).toEqual([[], []]);
    expect([alarms(-0.5, 59), alarms(-0.5, 60)]).toEqual([[], ["shipping-1-cold"]]);
  });

  test("45 °C starts anew with each return into range; 30 °C is summed up to ten hours", () => {
    const hot = [...times(59, 45), 20, ...times(59, 45), 20].flatMap((one) => one ?? []);
    const told = toldOf(
      rows("2026-03-02 00:00", 1, hot),
      watching("shipping-type-1", { calendar }),
    );
    expect(told.begun).toEqual([]);
    expect([alarms(30, 599), alarms(30, 600)]).toEqual([[], ["shipping-1-warm"]]);
  });
});

/** LogTag USRID-16W, manualshive.com/en/manual/logtag/who-usrid-16w1/1938037, page 10. */
describe("C2 shipping indicators of type 2 are those of the LogTag USRID-16W2 and Q-tag plus manuals", () => {
  const alarms = (...values: readonly (number | null)[]) =>
    toldOf(
      rows("2026-03-02 00:00", 1, values.flatMap((one) => one ?? [])),
      watching("shipping-type-2", { calendar }),
    ).begun.map(({ rule }) => rule);

  test("LogTag: of a limit of 30.0 °C a value of 30.0 °C is an alarm, and 29.9 °C is none", () => {
    expect(alarms(...times(600, 29.9), 5)).toEqual([]);
    expect(alarms(...times(600, 30), 5)).toEqual(["shipping-2-warm"]);
  });

  test("Q-tag plus, page 12: 45 °C starts anew with each return into range", () => {
    expect(alarms(...times(59, 45), 5, ...times(59, 45), 5)).toEqual([]);
    expect(alarms(...times(60, 45), 5)).toEqual(["shipping-2-hot"]);
  });

  test("Q-tag plus, page 12: 10 °C is summed up, over returns into range, to twenty hours", () => {
    expect(alarms(...times(599, 10), 5, ...times(600, 10), 5)).toEqual([]);
    expect(alarms(...times(600, 10), 5, ...times(600, 10), 5)).toEqual(["shipping-2-mild"]);
    expect(alarms(...times(1300, 9.9), 5)).toEqual([]);
  });
});
