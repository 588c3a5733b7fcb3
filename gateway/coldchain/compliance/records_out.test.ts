import { describe, expect, test } from "vitest";
import type { AnyPoint } from "../../../drivers/profile.ts";
import { Keeping } from "../../values/keeping.ts";
import { rulesOf } from "../series/fixture_series.ts";
import { loggerSample, type Sample } from "../series/sample.ts";
import { at, LONG_AGO, reasonsOf, rowOf, unit } from "./fixture_compliance.ts";

const MIDNIGHT = at("2026-03-02 00:00");
const DAY_SECONDS = 86_400;

/** A value so many seconds after midnight. */
const value = (seconds: number, celsius: number | null): Sample =>
  loggerSample(MIDNIGHT + seconds * 1000, celsius);

/** From one second of the day on, up to another. */
const each = (apart: number, celsius: number, from = 0, to = DAY_SECONDS): Sample[] =>
  Array.from(
    { length: Math.ceil((to - from) / apart) },
    (_, n) => value(from + n * apart, celsius),
  );

/** Rules under which no time of a day is an alarm: what is left is how close records are. */
const rules = rulesOf("platform").map((rule) => ({ ...rule, holdMinutes: 6000 }));
const reasons = (samples: readonly Sample[], intervalSeconds = 1800) =>
  reasonsOf(rowOf("2026-03-02", { words: [unit(LONG_AGO, { rules, intervalSeconds })], samples }));

const APART = ["records-apart-out c1-record-out 03-02"];

describe("C1: records out of range", () => {
  test("half an hour apart are too few, and in range enough", () => {
    expect(reasons(each(1800, 9))).toEqual(APART);
    expect(reasons(each(1800, 1))).toEqual(APART);
    expect(reasons(each(1800, 8))).toEqual([]);
  });

  test.each([[120, []], [130, []], [131, APART]])(
    "one that follows after %i seconds: %j",
    (seconds, wanted) => {
      const hour = 3600;
      const samples = [
        ...each(1800, 5, 0, hour),
        ...[value(hour, 9), value(hour + seconds, 5)],
        ...each(1800, 5, 2 * hour),
      ];
      expect(reasons(samples)).toEqual(wanted);
    },
  );

  test("the last of a day is followed by the first of the next", () => {
    const samples = [...each(1800, 5, 0, DAY_SECONDS - 1800), ...each(60, 5, DAY_SECONDS - 1800)];
    const last = value(DAY_SECONDS - 1, 9);
    expect(reasons([...samples, last, value(DAY_SECONDS + 119, 5)])).toEqual([]);
    expect(reasons([...samples, last, value(DAY_SECONDS + 1200, 5)])).toEqual(APART);
  });

  test("each minute need not be looked at: what is farther apart is missing (C7)", () => {
    expect(reasons([...each(60, 9, 0, 3600), ...each(60, 9, 7200)], 60))
      .toEqual(["gap c7-no-data 03-02"]);
  });

  test.each<[string, object, readonly string[]]>([
    ["outside of it each", { heartbeatSeconds: 900, inside: { min: 2, max: 8 } }, []],
    ["again after two minutes", { heartbeatSeconds: 120 }, []],
    ["again after fifteen", { heartbeatSeconds: 900 }, APART],
  ])("of a point whose changes are stored, %s", (_, keep, wanted) => {
    const title = { zh: "温度", en: "Temperature" };
    const point: AnyPoint = {
      ...{ point: "t", title, unit: "Cel" },
      keep: { on: "change", deadband: 0.2, heartbeatSeconds: 900, ...keep },
    };
    const keeping = new Keeping([point], () => 3_600_000);
    const polled = [...each(60, 5, 0, 7200), ...each(60, 9, 7200, 10_800), ...each(60, 5, 10_800)];
    const stored = polled.filter(({ wallMs, celsius }) => {
      const reading = { point: "t", value: celsius, unit: "Cel", quality: "good" } as const;
      const item = {
        ...{ kind: "reading", device: "d", readings: [reading], receivedMs: wallMs } as const,
        ...{ deviceMs: null, identity: null, possibleDuplicate: false },
      };
      const isNews = keeping.isNews(item);
      if (isNews) keeping.stored(item);
      return isNews;
    });
    expect(stored.length).toBeLessThan(polled.length);
    expect(reasons(stored, 900)).toEqual(wanted);
  });
});
