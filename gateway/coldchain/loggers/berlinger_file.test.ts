import { describe, expect, test } from "vitest";
import { SHANGHAI, toldOf } from "../series/fixture_series.ts";
import { berlingerFile, isBerlingerFile } from "./berlinger_file.ts";
import { comparingOf, differencesOf, loggerSamples } from "./difference.ts";
import { fridgeTagText, Q_TAG_TEXT } from "./fixture_export.ts";
import { TWO_L_DAYS } from "./fixture_published.ts";
import { loggerRecordSchema } from "./logger_record.ts";

function recordOf(text: string) {
  const read = berlingerFile(text);
  if (read.kind === "faulty") throw new Error(read.faults.join("; "));
  return read;
}

describe("C3 a Fridge-tag's export", () => {
  const { record, rows } = recordOf(fridgeTagText());

  test("has its rules, its days as it says them, and its rows", () => {
    expect(loggerRecordSchema.parse(record)).toEqual(record);
    expect(record).toMatchObject({
      device: "Q-tag Fridge-tag 2 L",
      serial: "130500109088",
      firmware: "4.0p0o",
      from: "2022-05-02T04:44",
      to: "2022-06-08T10:14",
      intervalMinutes: 5,
      journey: null,
      errors: ["error 19: Err Count: 1, Err TS: 2022-03-24 15:30"],
      rules: [
        { side: "below", limitCelsius: 2, comparison: "exclusive", holdMinutes: 60 },
        { side: "above", limitCelsius: 8, comparison: "exclusive", holdMinutes: 60 },
      ],
    });
    expect(record.days).toMatchObject([
      {
        date: "2022-05-03",
        min: null,
        minAt: null,
        max: 26.2,
        maxAt: "2022-05-03T10:18",
        faultMinutes: 12,
        above: { minutes: 84, alarm: "2022-05-03T10:32" },
        checked: [],
      },
      {
        date: "2022-05-05",
        min: 5,
        mean: 7.1,
        below: { minutes: 0, alarm: null },
        above: { minutes: 385, alarm: "2022-05-05T11:00" },
        checked: ["2022-05-05T10:33"],
      },
    ]);
    expect(rows).toHaveLength(TWO_L_DAYS[0].rows.length + TWO_L_DAYS[2].rows.length + 1);
    expect(rows.at(-1)).toEqual({ time: "2022-05-05T16:36", celsius: null, isOut: true });
    expect(rows.filter(({ celsius, isOut }) => celsius !== null && isOut !== celsius > 8)).toEqual(
      [],
    );
  });

  test("is compared with what we make of its rows: all that differs is shown, small or not", () => {
    const comparing = comparingOf(record, SHANGHAI);
    const { days } = toldOf(loggerSamples(rows, SHANGHAI), comparing);
    const found = differencesOf(record.days, days, comparing);
    const of = (date: string, what: string) =>
      found.filter((one) => one.date === date && one.what === what);
    expect(of("2022-05-03", "minutesAbove")).toMatchObject([
      { logger: 84, ours: 80, isSmall: true },
    ]);
    expect(of("2022-05-03", "alarmAbove")).toMatchObject([{ isSmall: true }]);
    // Of the lowest it says nothing, which is a difference too.
    expect(of("2022-05-03", "min")).toMatchObject([{ logger: null, ours: 3.3, isSmall: false }]);
    expect(of("2022-05-05", "minutesAbove")).toEqual([]);
    expect(of("2022-05-05", "max")).toEqual([]);
    // Its rows of that night are not in the file: its lowest is another one.
    expect(of("2022-05-05", "min")).toMatchObject([{ logger: 5, ours: 7.6, isSmall: false }]);
  });
});

test("C3 a Q-tag's export has its journey, its alarms and the heat of activation it counts by", () => {
  const { record, rows } = recordOf(Q_TAG_TEXT);
  expect(loggerRecordSchema.parse(record)).toEqual(record);
  expect(record).toMatchObject({
    serial: "RCPJ00010",
    from: "2022-11-08T04:49",
    journey: { min: 0.9, max: 24.3, mean: 5.4, mkt: 10.5, activationKjMol: 83 },
    rules: [
      { id: "logger-1", side: "above", counting: "single", holdMinutes: 30 },
      { id: "logger-4", side: "below", counting: "cumulative", holdMinutes: 60 },
    ],
    alarms: [
      { rule: "logger-1", since: "2022-11-08T21:50", minutes: 219, ended: null, worst: 24.5 },
      { rule: "logger-4", since: "2022-11-08T05:51", minutes: 598, alarm: "2022-11-08T07:34" },
    ],
    days: [],
  });
  expect(rows.map(({ celsius }) => celsius)).toEqual([4.4, 3.2]);
});

describe("what is no such file is refused, with what is wrong", () => {
  test.each([
    ["a file that was cut", (text: string) => text.slice(0, 30), "Serial"],
    ["no history", (text: string) => text.replace("Hist:", "Past:"), "Hist or Res"],
    ["°F", (text: string) => text.replace("unit: C", "unit: F"), "°C"],
    ["a date that is none", (text: string) => text.replace("2022-05-03\n", "03/05\n"), "Date"],
    ["a number that is none", (text: string) => text.replace("+12.4", "warm"), '"warm"'],
    [
      "a line that hangs in the air",
      (text: string) => text.replace("Vers: 0.5", "   V: 1"),
      "line 2",
    ],
  ])("%s", (_, change, word) => {
    const read = berlingerFile(fridgeTagText(change));
    expect(read.kind).toBe("faulty");
    expect(read.kind === "faulty" ? read.faults.join() : "").toContain(word);
  });

  test("its first line says whether it is one", () => {
    expect([fridgeTagText(), Q_TAG_TEXT, "time,temperature\n"].map(isBerlingerFile)).toEqual([
      true,
      true,
      false,
    ]);
  });
});
