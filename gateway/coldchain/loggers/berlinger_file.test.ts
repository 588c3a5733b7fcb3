import { describe, expect, test } from "vitest";
import { Calendar } from "../series/calendar.ts";
import { toldOf, watching } from "../series/fixture_series.ts";
import { berlingerFile, isBerlingerFile } from "./berlinger_file.ts";
import { comparingOf, differencesOf, loggerSamples } from "./difference.ts";
import { TWO_L_DAYS } from "./fixture_published.ts";
import { loggerRecordSchema } from "./logger_record.ts";

const time = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace("T", " ");

/** The form of a 2 L export, with the rows and the records of two published days. */
function fridgeTag(change: (text: string) => string = (text) => text): string {
  const [first, , third] = TWO_L_DAYS;
  return change(`Device: Q-tag Fridge-tag 2 L
Vers: 0.5
Fw Vers: 4.0p0o
Sensor: 1
Conf:
 Serial: 130500109088
 Zone: 0.00
 Temp unit: C
 Alarm:
  0:
   T AL: +2.0, t AL: 60
  1:
   T AL: +8.0, t AL: 60
 Int Sensor:
  Timeout: 1, Offset: +0.0
 Logging Interval: 5
Errors:
 19:
  Err Count: 1, Err TS: 2022-03-24 15:30
Hist:
 TS Actv: 2022-05-02 04:44
 TS Report Creation: 2022-06-08 10:14
 1:
  Date: 2022-05-05
  Min T: +5.0, TS Min T: 23:08
  Max T: +12.4, TS Max T: 15:20
  Avrg T: +7.1
  Alarm:
   0:
    t Acc: 0
   1:
    t Acc: 385, TS A: 11:00, C A: 0
  Int Sensor timeout:
   t AccST: 0
  Events: 0
  Checked:
   TS AM: 10:33
 2:
  Date: 2022-05-03
  Min T: ---, TS Min T: ---
  Max T: +26.2, TS Max T: 10:18
  Avrg T: +5.8
  Alarm:
   0:
    t Acc: 0
   1:
    t Acc: 84, TS A: 10:32, C A: 0
  Int Sensor timeout:
   t AccST: 12
  Events: 0
Data:
\tyyyy-MM-dd hh:mm\tT\tOut of limits
${
    [first, third].flatMap(({ rows }) => rows).map(({ wallMs, celsius }) =>
      `\t${time(wallMs)}\t${celsius?.toFixed(1)}${(celsius ?? 0) > 8 ? "\tx" : ""}`
    ).join("\n")
  }
\t2022-05-05 16:36\t--.-\tx
Cert:
 Vers: 1.0
 Owner: Berlinger & Co. AG
Sig: 00
`);
}

const Q_TAG = `Device: Q-tag CLm doc LR
Vers: 1.9
Conf:
 Serial: RCPJ00010
 MKT Energy: 83.0
 User String 1:
 Logging Interval: 10
 Alarm:
  1:
   Type: 2, T AL: 8.0, t AL: 30
  3:
   Type: 0
  4:
   Type: 3, T AL: 2.0, t AL: 60
Res:
 TS Actv: 2022-11-08 02:20
 TS Start: 2022-11-08 04:49
 TS Stop: 2022-11-09 01:28
 Min T: 0.9, TS Min T: 2022-11-08 12:49
 Max T: 24.3, TS Max T: 2022-11-09 00:19
 MKT: 10.5
 Avrg T: 5.4
 Alarm:
  1:
   TS S: 2022-11-08 21:50, t A: 219, TS A: 2022-11-08 22:20, TS E:, T M: 24.5, TS M: 2022-11-09 01:28
  4:
   TS S: 2022-11-08 05:51, t A: 598, TS A: 2022-11-08 07:34
Marker:
\tNumber\tT\tyyyy-MM-dd hh:mm\t
Data:
\tyyyy-MM-dd hh:mm\tT\tOut of limits
\t2022-11-08 04:49\t4.4\t
\t2022-11-08 04:59\t3.2\t
Cert:
 Vers: 1.0
`;

function recordOf(text: string) {
  const read = berlingerFile(text);
  if (read.kind === "faulty") throw new Error(read.faults.join("; "));
  return read;
}

describe("C3 a Fridge-tag's export", () => {
  const { record, rows } = recordOf(fridgeTag());

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
    const comparing = comparingOf(record, "Asia/Shanghai");
    const watch = watching(comparing.rules, {
      intervalMs: comparing.intervalMs,
      calendar: new Calendar(comparing.zone),
    });
    const { days } = toldOf(loggerSamples(rows, comparing.zone), watch);
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
  const { record, rows } = recordOf(Q_TAG);
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
    const read = berlingerFile(fridgeTag(change));
    expect(read.kind).toBe("faulty");
    expect(read.kind === "faulty" ? read.faults.join() : "").toContain(word);
  });

  test("its first line says whether it is one", () => {
    expect([fridgeTag(), Q_TAG, "time,temperature\n"].map(isBerlingerFile)).toEqual([
      true,
      true,
      false,
    ]);
  });
});
