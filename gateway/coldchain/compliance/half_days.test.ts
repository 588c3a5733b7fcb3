import { describe, expect, test } from "vitest";
import { periodOf } from "../../report/period.ts";
import type { ColdEvent } from "../life/event.ts";
import { drawnOf } from "./compliance_report.ts";
import {
  at,
  COPIED,
  LONG_AGO,
  reading,
  reasonsOf,
  rowOf,
  steady,
  type Told,
  unit,
} from "./fixture_compliance.ts";
import type { UnitCompliance } from "./unit_compliance.ts";

describe("C6 readings by hand", () => {
  const words = [unit(LONG_AGO, { manual: true })];
  const of = (readings: readonly ColdEvent[], more: Told = {}) =>
    rowOf("2026-03-02", { words, readings, ...more });

  test("are there or missing, each half of the day", () => {
    const both = of([reading("2026-03-02 08:00"), reading("2026-03-02 14:00")]);
    expect(both?.byHand).toMatchObject({
      morning: { due: 1, had: 1 },
      afternoon: { due: 1, had: 1 },
    });
    expect(both?.verdict).toBe("compliant");
    const one = of([reading("2026-03-02 08:00")]);
    expect(one?.byHand).toMatchObject({ morning: { had: 1 }, afternoon: { due: 1, had: 0 } });
    expect(reasonsOf(one)).toEqual(["manual-reading-missing manual-readings 03-02"]);
    expect(one?.verdict).toBe("not-compliant");
  });

  test("less than six hours apart are one", () => {
    const close = of([reading("2026-03-02 08:01"), reading("2026-03-02 14:00")]);
    expect(reasonsOf(close)).toEqual(["manual-readings-close manual-readings 03-02"]);
    expect(close?.byHand?.afternoon.had).toBe(0);
  });

  test.each([[8, null], [8.1, "03-02"], [2, null], [1.9, "03-02"], [15, "03-02"]])(
    "of %d °C are judged by the unit's limits: %s",
    (celsius, date) => {
      const both = [reading("2026-03-02 08:00"), reading("2026-03-02 14:00", { celsius })];
      const row = of(both);
      expect(reasonsOf(row))
        .toEqual(date === null ? [] : [`manual-reading-out manual-limits ${date}`]);
      expect(row?.verdict).toBe(date === null ? "compliant" : "not-compliant");
      const unread = rowOf("2026-03-02", { readings: both });
      expect(reasonsOf(unread), "nobody had to").toEqual(reasonsOf(row));
    },
  );

  test("that were written down on a later day are shown, and none in time", () => {
    const readings = [
      reading("2026-03-02 08:00", { late: true }),
      reading("2026-03-02 14:00", { late: true, celsius: 9 }),
    ];
    const row = of(readings);
    expect(reasonsOf(row)).toEqual([
      "manual-reading-missing manual-readings 03-02",
      "manual-reading-out manual-limits 03-02",
    ]);
    const cells = (found: UnitCompliance | null, name: string) => {
      const period = periodOf(name);
      if (found === null || period === null) throw new Error("It was watched");
      return drawnOf([found], { period }, COPIED).tables[0].rows[0].cells.slice(3, 5);
    };
    expect(cells(row, "2026-03-02")).toEqual([
      { zh: "补记 5.0 °C 08:00", en: "late: 5.0 °C 08:00" },
      { zh: "补记 9.0 °C 14:00", en: "late: 9.0 °C 14:00" },
    ]);
    const inTime = [reading("2026-03-02 09:00"), reading("2026-03-02 15:00")];
    expect(cells(of([...readings, ...inTime]), "2026-03-02"))
      .toEqual(["5.0 °C 09:00", "5.0 °C 15:00"]);
    expect(cells(rowOf("2026-03", { words, readings }), "2026-03")[0])
      .toEqual({ zh: "0 / 31 天（补记 1）", en: "0 of 31 (1 late)" });
  });

  test("are missing from the hour on at which they are due", () => {
    const until = (asOf: string, values: number) => of([], { asOf, values: steady(values) });
    expect(reasonsOf(until("2026-03-02 09:59", 599))).toEqual([]);
    expect(reasonsOf(until("2026-03-02 10:00", 600))).toHaveLength(1);
  });

  test("of a month are counted, with the days that lack one", () => {
    const readings = periodOf("2026-02")?.dates.flatMap((date) =>
      date === "2026-02-05" || date === "2026-02-06"
        ? []
        : [reading(`${date} 08:00`), reading(`${date} 15:00`)]
    );
    const row = rowOf("2026-02", { words, readings: readings ?? [] });
    expect(row?.byHand?.morning).toMatchObject({ due: 28, had: 26, only: null });
    expect(reasonsOf(row)).toEqual(["manual-reading-missing manual-readings 02-05~02-06"]);
  });

  test("are not asked for of a morning in which the unit came", () => {
    const since = (time: string) =>
      rowOf("2026-03-02", {
        words: [unit(at(time), { manual: true })],
        readings: [reading("2026-03-02 15:00")],
      });
    expect(reasonsOf(since("2026-03-02 00:00"))).toHaveLength(1);
    expect(reasonsOf(since("2026-03-02 00:01"))).toEqual([]);
  });
});
