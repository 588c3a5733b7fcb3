import { describe, expect, test } from "vitest";
import { alarmRuleSchema, isOut, presetSchema } from "../rules/alarm_rule.ts";
import { PRESETS } from "../rules/presets.ts";
import { Calendar } from "./calendar.ts";
import {
  alarmMinutes,
  boxSample,
  carryOf,
  HOUR_MS,
  MINUTE_MS,
  minutes,
  MORNING_MS,
  rulesOf,
  times,
  toldOf,
  watching,
} from "./fixture_series.ts";
import { foldTail } from "./fold.ts";

/** In range, out for so many samples of a minute, in range again. */
const outFor = (count: number, celsius: number, inside = 5) =>
  minutes([inside, ...times(count, celsius), inside]);

test("C2: every preset is of the form that a site's own rules have, and names its source", () => {
  for (const preset of PRESETS) expect(presetSchema.parse(preset)).toEqual(preset);
  const ids = PRESETS.flatMap(({ rules }) => rules.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
});

describe("C2 the limit itself", () => {
  test.each([
    ["who-30-day-low", -0.5, true],
    ["who-30-day-low", -0.4, false],
    ["who-30-day-high", 8, false],
    ["who-30-day-high", 8.1, true],
    ["strict-low", 2, false],
    ["strict-low", 1.9, true],
    ["strict-high", 8, false],
    ["strict-high", 8.1, true],
    ["platform-low-3", 1.9, true],
    ["platform-low-3", 2, false],
    ["platform-transport-high", 8.1, true],
    ["platform-transport-high", 8, false],
    ["shipping-1-hot", 45, true],
    ["shipping-1-hot", 44.9, false],
    ["shipping-1-warm", 30, true],
    ["shipping-1-warm", 29.9, false],
    ["shipping-1-cold", -0.5, true],
    ["shipping-1-cold", -0.4, false],
    ["shipping-2-mild", 10, true],
    ["shipping-2-mild", 9.9, false],
    ["freezer-high", -15, false],
    ["freezer-high", -14.9, true],
    ["ult-low", -90, false],
    ["ult-low", -90.1, true],
    ["ult-high", -60, false],
    ["ult-high", -59.9, true],
    ["red-cells-low", 2, false],
    ["red-cells-low", 1.9, true],
    ["red-cells-high", 6, false],
    ["red-cells-high", 6.1, true],
    ["whole-blood-high", 6.1, true],
    ["platelets-low", 20, false],
    ["platelets-low", 19.9, true],
    ["platelets-high", 24, false],
    ["platelets-high", 24.1, true],
    ["plasma-high", -18, false],
    ["plasma-high", -17.9, true],
  ])("%s at %d °C is out of range: %s", (id, celsius, out) => {
    const rule = PRESETS.flatMap(({ rules }) => rules).find((one) => one.id === id);
    expect(rule).toBeDefined();
    if (rule !== undefined) expect(isOut(rule, celsius)).toBe(out);
  });
});

describe("C2 time out of range", () => {
  test.each(
    [
      ["strict", 1.9, 59, []],
      ["strict", 1.9, 60, [["strict-low", 1, 61, 61]]],
      ["strict", 1.9, 61, [["strict-low", 1, 61, 62]]],
      ["strict", 2.0, 61, []],
      ["strict", 8.1, 59, []],
      ["strict", 8.1, 60, [["strict-high", 1, 61, 61]]],
      ["who-30-day", -0.5, 59, []],
      ["who-30-day", -0.5, 60, [["who-30-day-low", 1, 61, 61]]],
      ["who-30-day", 8.1, 599, []],
      ["who-30-day", 8.1, 600, [["who-30-day-high", 1, 601, 601]]],
      ["who-30-day", 8.1, 601, [["who-30-day-high", 1, 601, 602]]],
    ] as const,
  )("%s: %d °C for %d minutes", (preset, celsius, count, alarms) => {
    expect(alarmMinutes(toldOf(outFor(count, celsius), watching(preset)))).toEqual(alarms);
  });

  test.each(
    [
      ["freezer", -14.9, -15, 60, "freezer-high"],
      ["ult", -59.9, -60, 60, "ult-high"],
      ["ult", -90.1, -90, 60, "ult-low"],
      ["shipping-type-1", 45, 29.9, 60, "shipping-1-hot"],
      ["shipping-type-1", 30, 29.9, 600, "shipping-1-warm"],
      ["shipping-type-1", -0.5, -0.4, 60, "shipping-1-cold"],
      ["shipping-type-2", 45, 9.9, 60, "shipping-2-hot"],
      ["shipping-type-2", 30, 9.9, 600, "shipping-2-warm"],
      ["shipping-type-2", 10, 9.9, 1200, "shipping-2-mild"],
      ["platform", 1.9, 2, 30, "platform-low"],
      ["platform", 1.9, 2, 60, "platform-low-2"],
      ["platform", 1.9, 2, 60, "platform-low-3"],
      ["platform-transport", 1.9, 2, 5, "platform-transport-low"],
      ["platform-transport", 1.9, 2, 10, "platform-transport-low-2"],
      ["platform-transport", 1.9, 2, 15, "platform-transport-low-3"],
    ] as const,
  )("C2 %s: %d °C, with %d °C in range, for %d minutes is %s", (preset, out, inside, hold, id) => {
    const watch = watching(preset);
    const has = (count: number, celsius: number) => {
      const told = toldOf(minutes([inside, ...times(count, celsius), inside]), watch);
      return alarmMinutes(told).some(([rule]) => rule === id);
    };
    expect([-1, 0, 1].map((more) => has(hold + more, out))).toEqual([false, true, true]);
    expect(has(hold + 1, inside)).toBe(false);
  });

  test.each(
    [
      ["red-cells", 1.9, 2, "red-cells-low"],
      ["red-cells", 6.1, 6, "red-cells-high"],
      ["whole-blood", 1.9, 2, "whole-blood-low"],
      ["whole-blood", 6.1, 6, "whole-blood-high"],
      ["platelets", 19.9, 20, "platelets-low"],
      ["platelets", 24.1, 24, "platelets-high"],
      ["plasma", -17.9, -18, "plasma-high"],
    ] as const,
  )("C2 %s: one sample at %d °C is an alarm, none at %d °C is: %s", (preset, out, inside, id) => {
    const begun = (celsius: number) =>
      alarmMinutes(toldOf(minutes([inside, celsius, inside]), watching(preset)))
        .map(([rule, , alarm]) => [rule, alarm]);
    expect(begun(out)).toEqual([[id, 1]]);
    expect(begun(inside)).toEqual([]);
  });

  test("C4: levels are reached one after the other, and end together", () => {
    const told = toldOf(outFor(61, 8.5), watching("platform"));
    expect(alarmMinutes(told)).toEqual([
      ["platform-high-2", 1, 61, 62],
      ["platform-high-3", 1, 61, 62],
      ["platform-high", 1, 31, 62],
    ]);
    const short = (count: number) =>
      alarmMinutes(toldOf(outFor(count, 8.5), watching("platform"))).map(([rule]) => rule);
    expect([short(29), short(30)]).toEqual([[], ["platform-high"]]);
    const transport = (count: number) =>
      alarmMinutes(toldOf(outFor(count, 8.5), watching("platform-transport"))).length;
    expect([4, 5, 9, 10, 14, 15].map(transport)).toEqual([0, 1, 1, 2, 2, 3]);
  });

  test("C2: without time to hold the first sample out of range is an alarm at once", () => {
    const watch = watching("red-cells");
    const told = toldOf(minutes([4, 6, 6.1]), watch, false);
    expect(alarmMinutes(told)).toEqual([["red-cells-high", 2, 2, null]]);
  });

  test("C2 single: a value in range between begins anew; cumulative: it only pauses", () => {
    const values = [...times(59, 31), 29, ...times(541, 31), 5];
    expect(alarmMinutes(toldOf(minutes(values), watching("shipping-type-1")))).toEqual([
      ["shipping-1-warm", 0, 601, null],
    ]);
    const one = [...times(59, 1.9), 2, ...times(59, 1.9), 5];
    expect(alarmMinutes(toldOf(minutes(one), watching("strict")))).toEqual([]);
  });

  test("C2: minutes go on over midnight, or each day begins with none", () => {
    const lateMs = Date.parse("2026-03-02T23:30:00+08:00");
    const samples = minutes([...times(61, 8.5), 5], lateMs);
    expect(alarmMinutes(toldOf(samples, watching("strict")), lateMs)).toEqual([
      ["strict-high", 0, 60, 61],
    ]);
    const anew = rulesOf("strict").map((rule) => ({ ...rule, overMidnight: false }));
    expect(alarmMinutes(toldOf(samples, watching(anew)), lateMs)).toEqual([]);
    const longer = minutes([...times(30 + 60, 8.5), 5], lateMs);
    expect(alarmMinutes(toldOf(longer, watching(anew)), lateMs)).toEqual([
      ["strict-high", 30, 90, 90],
    ]);
    // An alarm of yesterday ends at midnight, and a new one comes of today's minutes.
    const both = minutes([...times(60 + 60, 8.5), 5], lateMs - 30 * MINUTE_MS);
    expect(alarmMinutes(toldOf(both, watching(anew)), lateMs - 30 * MINUTE_MS)).toEqual([
      ["strict-high", 0, 60, 60],
      ["strict-high", 60, 120, 120],
    ]);
  });

  test("C3: a day has what fell on it, also of a sample that stood over midnight", () => {
    const samples = minutes([8.5, 8.5, 5], Date.parse("2026-03-02T23:58:30+08:00"));
    const { days } = toldOf(samples, watching("strict"));
    expect(days.map(({ date, samples, outMs }) => [date, samples, outMs])).toEqual([
      ["2026-03-02", 2, { "strict-high": 90_000 }],
      ["2026-03-03", 1, { "strict-high": 30_000 }],
    ]);
    expect(days.map(({ known }) => known)).toEqual([[[8.5, 90_000]], [[5, 60_000], [8.5, 30_000]]]);
  });
});

describe("C7", () => {
  const twice = 2 * MINUTE_MS;

  test("two intervals without a value are none too many, a millisecond more is a gap", () => {
    const at = (ms: number) =>
      toldOf([...minutes([5]), ...minutes([6], MORNING_MS + ms)], watching("strict"));
    expect(at(twice).gaps).toEqual([]);
    expect(at(twice).days[0].known).toEqual([[5, twice], [6, MINUTE_MS]]);
    const told = at(twice + 1);
    expect(told.gaps).toEqual([{
      place: [0, MORNING_MS],
      fromMs: MORNING_MS + MINUTE_MS,
      toMs: MORNING_MS + twice + 1,
      ms: MINUTE_MS + 1,
    }]);
    expect(told.days[0]).toMatchObject({ known: [[5, MINUTE_MS], [6, MINUTE_MS]], gapMs: 60_001 });
    expect(alarmMinutes(told)).toEqual([["no-data", 1, 2, 2 + 1 / 60_000]]);
  });

  test("a gap neither counts as time out of range nor ends it", () => {
    const before = minutes(times(30, 8.5));
    const behind = minutes([...times(30, 8.5), 5], MORNING_MS + 5 * HOUR_MS);
    expect(alarmMinutes(toldOf([...before, ...behind], watching("strict")))).toEqual([
      ["strict-high", 0, 330, 330],
      ["no-data", 30, 31, 300],
    ]);
    const shorter = minutes([...times(29, 8.5), 5], MORNING_MS + 5 * HOUR_MS);
    expect(alarmMinutes(toldOf([...before, ...shorter], watching("strict")))).toEqual([
      ["no-data", 30, 31, 300],
    ]);
  });

  test("a sensor fault is no temperature: it has no part in mean, extremes or minutes", () => {
    const told = toldOf(minutes([5, null, null, 7]), watching("strict"));
    expect(told.days).toMatchObject([{
      samples: 2,
      faults: 2,
      known: [[5, MINUTE_MS], [7, MINUTE_MS]],
      faultMs: twice,
      gapMs: 0,
      min: { celsius: 5 },
      max: { celsius: 7 },
    }]);
    expect(alarmMinutes(told)).toEqual([["sensor-fault", 1, 1, 3]]);
  });

  test("a fault does not end an event", () => {
    const values = [...times(30, 1.9), ...times(10, null), ...times(30, 1.9), 5];
    expect(alarmMinutes(toldOf(minutes(values), watching("strict")))).toEqual([
      ["strict-low", 0, 70, 70],
      ["sensor-fault", 30, 30, 40],
    ]);
  });

  test("silence is told of while it lasts, by the time that has passed", () => {
    const watch = watching("strict");
    const carry = carryOf(minutes([5]), watch);
    expect(foldTail(carry, twice, watch).told.begun).toEqual([]);
    const { told } = foldTail(carry, twice + 1, watch);
    expect(alarmMinutes(told)).toEqual([["no-data", 1, 2, null]]);
    const later = toldOf([...minutes([5]), ...minutes([5], MORNING_MS + HOUR_MS)], watch);
    expect(later.begun).toEqual(told.begun);
  });
});

describe("T12", () => {
  const watch = watching("strict");

  test("time out of range is that of the boot-time clock, whatever the wall clock does", () => {
    const out = (count: number, jumpMs: number) =>
      Array.from({ length: count }, (_, index) =>
        boxSample(
          index + 1,
          MORNING_MS + index * MINUTE_MS + (index >= 10 ? jumpMs : 0),
          index * MINUTE_MS,
          index < count - 1 ? 8.5 : 5,
        ));
    for (const jumpMs of [12 * HOUR_MS, -12 * HOUR_MS]) {
      const kept = toldOf(out(60, jumpMs), watch);
      expect(kept.begun).toEqual([]);
      expect(kept.jumps).toEqual([
        { place: [1, 11], wallMs: MORNING_MS + 10 * MINUTE_MS + jumpMs, byMs: jumpMs },
      ]);
      expect(toldOf(out(61, jumpMs), watch).begun).toHaveLength(1);
      expect(kept.gaps).toEqual([]);
    }
  });

  test("a second by which the wall clock was set is no jump, a millisecond more is one", () => {
    const jumps = (byMs: number) =>
      toldOf([
        boxSample(1, MORNING_MS, 0, 5),
        boxSample(2, MORNING_MS + MINUTE_MS + byMs, MINUTE_MS, 5),
      ], watch).jumps.length;
    expect([1000, 1001, -1000, -1001].map(jumps)).toEqual([0, 1, 0, 1]);
  });

  test("over a restart wall clocks count where both can be believed; else nobody knows", () => {
    const one = boxSample(1, MORNING_MS, 500_000, 8.5);
    const next = { ...boxSample(2, MORNING_MS + 90_000, 10, 8.5), boot: { id: "next", ms: 10 } };
    expect(toldOf([one, next], watch).days[0].known).toEqual([[8.5, 150_000]]);
    const doubtful = toldOf([one, { ...next, trusted: false }], watch);
    expect(doubtful.gaps).toMatchObject([{ ms: null }]);
    expect(doubtful.days[0]).toMatchObject({ known: [[8.5, 120_000]], gapMs: 0 });
    expect(alarmMinutes(doubtful)).toEqual([["no-data", 1, 1.5, 1.5]]);
    // A clock that went backwards over a restart says nothing of how long it took.
    const back = { ...next, wallMs: MORNING_MS - 1 };
    expect(toldOf([one, back], watch).gaps).toMatchObject([{ ms: null }]);
  });
});

describe("C3 days are those of the zone", () => {
  test.each([
    // 23 and 25 hours: IANA time zone database, rules EU; Lebanon changes at midnight.
    ["Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29", "2026-03-28T23:00:00Z", 23],
    ["Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25", "2026-10-24T22:00:00Z", 25],
    ["Asia/Beirut", "2026-03-29T12:00:00Z", "2026-03-29", "2026-03-28T22:00:00Z", 23],
    ["Asia/Shanghai", "2026-03-29T15:59:59.999Z", "2026-03-29", "2026-03-28T16:00:00Z", 24],
    ["Asia/Shanghai", "2026-03-29T16:00:00Z", "2026-03-30", "2026-03-29T16:00:00Z", 24],
  ])("%s at %s: %s", (zone, at, date, from, hours) => {
    const day = new Calendar(zone).dayOf(Date.parse(at));
    expect(day).toEqual({
      date,
      fromMs: Date.parse(from),
      toMs: Date.parse(from) + hours * HOUR_MS,
    });
  });
});

test("what a rule cannot be is refused, with the field", () => {
  const rule = rulesOf("strict")[0];
  const faults = (change: object) =>
    alarmRuleSchema.safeParse({ ...rule, ...change }).error?.issues.map(({ path }) =>
      path.join(".")
    );
  expect(faults({ limitCelsius: "8" })).toEqual(["limitCelsius"]);
  expect(faults({ holdMinutes: -1 })).toEqual(["holdMinutes"]);
  expect(faults({ effective: "soon" })).toEqual(["effective"]);
  expect(faults({ comparison: "about" })).toEqual(["comparison"]);
});
