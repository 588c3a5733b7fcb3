import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { testedProgram } from "../../fixture_program.ts";
import { Calendar } from "../series/calendar.ts";
import { fridgeTagText } from "../loggers/fixture_export.ts";
import { csvSeries } from "./csv_series.ts";
import { evaluate } from "./evaluate_command.ts";
import { moment, timeOf } from "./written.ts";

let folder: TemporaryFolder;
beforeAll(() => {
  folder = new TemporaryFolder();
});
afterAll(() => folder[Symbol.dispose]());

function file(name: string, text: string): string {
  const path = join(folder.path, name);
  Deno.writeTextFileSync(path, text);
  return path;
}

const SHANGHAI = { calendar: new Calendar(), faultValues: [] };
const two = (part: number) => String(part).padStart(2, "0");

/** From 23:00 in Shanghai on, a row each minute: 61 of them out of range, two faults. */
function nightText(): string {
  const rows = Array.from({ length: 90 }, (_, index) => {
    const celsius = index >= 10 && index < 71 ? 8.5 : 5;
    const day = index < 60 ? "02" : "03";
    const time = `2026-03-${day} ${two((23 + Math.floor(index / 60)) % 24)}:${two(index % 60)}`;
    return `${time},${index === 80 || index === 81 ? "" : celsius}`;
  });
  return ["time,temperature", ...rows].join("\n");
}

describe("C3 tributary coldchain evaluate", () => {
  test("prints days, alarms, faults and gaps of a history as JSON", async () => {
    const csv = file("night.csv", nightText());
    const outputs = await Promise.all(["America/New_York", "Asia/Shanghai"].map(async (zone) => {
      const [program, args] = testedProgram(
        "coldchain",
        "evaluate",
        "--preset",
        "strict",
        "--csv",
        csv,
      );
      const command = new Deno.Command(program, { args, env: { TZ: zone } });
      const { code, stdout, stderr } = await command.output();
      expect([code, new TextDecoder().decode(stderr)]).toEqual([0, ""]);
      return new TextDecoder().decode(stdout);
    }));
    // The machine's own zone changes nothing.
    expect(outputs[0]).toBe(outputs[1]);
    const found = JSON.parse(outputs[0]);
    expect(found).toMatchObject({ preset: "strict", zone: "Asia/Shanghai", intervalSeconds: 60 });
    expect(found.alarms).toEqual([
      {
        rule: "strict-high",
        level: 1,
        since: "2026-03-02T23:10:00+08:00",
        alarm: "2026-03-03T00:10:00+08:00",
        ended: "2026-03-03T00:11:00+08:00",
        worst: 8.5,
      },
      {
        rule: "sensor-fault",
        level: 1,
        since: "2026-03-03T00:20:00+08:00",
        alarm: "2026-03-03T00:20:00+08:00",
        ended: "2026-03-03T00:22:00+08:00",
        worst: null,
      },
    ]);
    expect(found.days).toMatchObject([
      { date: "2026-03-02", samples: 60, min: 5, max: 8.5, minutesAbove: 50, minutesBelow: 0 },
      {
        date: "2026-03-03",
        samples: 28,
        faults: 2,
        minutesAbove: 11,
        faultMinutes: 2,
        rules: { "strict-high": { minutes: 11, alarm: "2026-03-03T00:10:00+08:00" } },
      },
    ]);
    expect(found.days[0].mean).toBeCloseTo((10 * 5 + 50 * 8.5) / 60, 2);
    expect(found.gaps).toEqual([]);
  });

  test("takes rules of a file, a list or with a name around it", () => {
    const csv = file("night.csv", nightText());
    const rule = {
      id: "mine",
      side: "above",
      limitCelsius: 8.5,
      comparison: "inclusive",
      counting: "single",
      holdMinutes: 61,
      overMidnight: true,
      source: "a trial",
      effective: "2026-01-01",
    };
    for (const rules of [[rule], { rules: [rule] }]) {
      const { alarms } = evaluate({ csv, rules: file("rules.json", JSON.stringify(rules)) });
      expect(alarms.map(({ rule, alarm }) => [rule, alarm])).toEqual([
        ["mine", "2026-03-03T00:11:00+08:00"],
        ["sensor-fault", "2026-03-03T00:20:00+08:00"],
      ]);
    }
    const bad = file("bad.json", JSON.stringify([{ ...rule, holdMinutes: -1 }]));
    expect(() => evaluate({ csv, rules: bad })).toThrow(/rules\.0\.holdMinutes/);
    const doubled = file("doubled.json", JSON.stringify([rule, rule]));
    expect(() => evaluate({ csv, rules: doubled })).toThrow("two rules have one id");
  });

  test("says what is wrong with the question, and names the fix", () => {
    const csv = file("night.csv", nightText());
    expect(() => evaluate({ csv })).toThrow("either --preset or --rules");
    expect(() => evaluate({ csv, preset: "warm" })).toThrow(/"warm": there are who-30-day, strict/);
    expect(() => evaluate({ csv, preset: "strict", zone: "China" })).toThrow("Asia/Shanghai");
    expect(() => evaluate({ csv: `${csv}.none`, preset: "strict" })).toThrow("Cannot read");
    expect(() => evaluate({ csv, preset: "strict", interval: 0 })).toThrow("--interval");
    expect(() => evaluate({ csv, preset: "strict", faultValue: ["hot"] })).toThrow("--fault-value");
  });

  test("C7: values that stand for a fault are faults, and what is missing is a gap", () => {
    const csv = file(
      "gap.csv",
      "2026-03-02 08:00,5\n2026-03-02 08:01,85\n2026-03-02 08:02,5\n2026-03-02 09:00,5\n",
    );
    const { days, gaps, alarms } = evaluate({ csv, preset: "strict", faultValue: ["85.0"] });
    expect(days).toMatchObject([{
      samples: 3,
      faults: 1,
      max: 5,
      gapMinutes: 57,
      faultMinutes: 1,
    }]);
    expect(gaps).toEqual([{
      from: "2026-03-02T08:03:00+08:00",
      to: "2026-03-02T09:00:00+08:00",
      minutes: 57,
    }]);
    expect(alarms.map(({ rule, alarm, ended }) => [rule, alarm, ended])).toContainEqual([
      "no-data",
      "2026-03-02T08:04:00+08:00",
      "2026-03-02T09:00:00+08:00",
    ]);
  });
});

test("C3: a logger's export is its own question: its rules, its record, and what differs", () => {
  const csv = file("fridge_tag.txt", fridgeTagText());
  const own = evaluate({ csv });
  expect(own.rules.map(({ id }) => id)).toEqual(["logger-below", "logger-above"]);
  expect(own.alarms.filter(({ rule }) => rule === "logger-above").map(({ alarm }) => alarm))
    .toEqual([
      "2022-05-03T10:36:00+08:00",
      "2022-05-05T11:01:00+08:00",
    ]);
  expect(own.logger?.serial).toBe("130500109088");
  expect(own.differences).toContainEqual({
    date: "2022-05-03",
    what: "minutesAbove",
    logger: 84,
    ours: 80,
    isSmall: true,
  });
  // Another question does not change what differs from the logger's own record.
  const other = evaluate({ csv, preset: "who-30-day" });
  expect(other.alarms.filter(({ rule }) => rule.startsWith("who-"))).toEqual([]);
  expect(other.differences).toEqual(own.differences);
  const bad = file("bad_tag.txt", fridgeTagText((text) => text.replace("+12.4", "warm")));
  expect(() => evaluate({ csv: bad })).toThrow('"warm" is no number');
});

describe("a file of times and temperatures", () => {
  test.each([
    ["commas and a header", "time,temp\n2026-03-02 08:00,5.1\n2026-03-02 08:05,-0.5"],
    ["semicolons and decimal commas", "2026-03-02 08:00;5,1\r\n2026-03-02 08:05;-0,5\r\n"],
    ["tabs, slashes and a mark at the front", "\uFEFF2026/3/2 8:00\t5.1\n2026/3/2 8:05\t-0.5"],
    ["quotes and more columns", '"2026-03-02 08:00","5.1",x\n"2026-03-02 08:05","-0.5",y'],
    [
      "any order, and a row twice",
      "2026-03-02 08:05,-0.5\n2026-03-02 08:00,5.1\n" +
      "2026-03-02 08:05,-0.5",
    ],
    [
      "times with their distance from UTC",
      "2026-03-02T00:00:00Z,5.1\n2026-03-02T08:05:00+08:00,-0.5",
    ],
  ])("%s", (_, text) => {
    const read = csvSeries(text, SHANGHAI);
    expect(read).toMatchObject({ kind: "series", intervalMs: 300_000 });
    if (read.kind !== "series") return;
    expect(read.samples.map(({ wallMs, celsius }) => [wallMs, celsius])).toEqual([
      [Date.parse("2026-03-02T00:00:00Z"), 5.1],
      [Date.parse("2026-03-02T00:05:00Z"), -0.5],
    ]);
  });

  test("all that is wrong is told at once, with line and column", () => {
    const read = csvSeries(
      "time,temperature\n2026-02-30 08:00,5\n2026-03-02 08:00,warm\n2026-03-02 08:01\n" +
        "2026-03-02 08:02,5\n2026-03-02 08:02,6\n2026-03-02 08:03,--.-",
      SHANGHAI,
    );
    expect(read).toMatchObject({ kind: "faulty" });
    if (read.kind !== "faulty") return;
    expect(read.faults.map((fault) => fault.slice(0, 22))).toEqual([
      'line 2: time "2026-02-',
      'line 3: temperature "w',
      "line 4: temperature is",
      "line 6, time: line 5 h",
    ]);
    expect(csvSeries("", SHANGHAI)).toMatchObject({ kind: "faulty" });
  });

  test("a time that the zone's clocks left out is none; one that they showed twice is the first", () => {
    const berlin = new Calendar("Europe/Berlin");
    expect(timeOf("2026-03-29 02:30", berlin)).toBeNull();
    expect(timeOf("2026-10-25 02:30", berlin)).toBe(Date.parse("2026-10-25T00:30:00Z"));
    expect(timeOf("2026-03-29 02:30", SHANGHAI.calendar)).toBe(Date.parse("2026-03-28T18:30:00Z"));
    for (const none of ["tomorrow", "2026-02-29 08:00", "2026-13-01 08:00", "2026-03-01 24:00"]) {
      expect(timeOf(none, SHANGHAI.calendar)).toBeNull();
    }
  });

  test("what is written is read again as the same moment", () => {
    const ms = Date.parse("2026-03-29T00:59:59.250Z");
    for (const zone of ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "UTC"]) {
      const calendar = new Calendar(zone);
      expect(timeOf(moment(ms, calendar), calendar)).toBe(ms);
    }
  });
});
