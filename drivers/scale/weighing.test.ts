import { describe, expect, test } from "vitest";
import * as z from "zod";
import { profileOf } from "./fixtures.ts";
import { type Frame, type Weight, WEIGHT_UNITS } from "./frame.ts";
import { LineHealth } from "./line_health.ts";
import { type ScaleProfile, scaleProfile } from "./profile.ts";
import { Weighing } from "./weighing.ts";
import { inUnit } from "./weight_units.ts";

const BASE = profileOf("mettler-toledo-continuous");

const weight = (value: number, more: Partial<Weight> = {}): Weight => ({
  kind: "weight",
  value,
  unit: "kg",
  net: false,
  tare: 0,
  motion: false,
  ...more,
});

/** What a point shows after so many of the same frame, ten a second. */
function shows(frame: Frame, point: string, profile: ScaleProfile = BASE, count = 6) {
  const weighing = new Weighing(profile);
  const taken = Array.from({ length: count }, (_, index) => weighing.take(frame, index * 100));
  const reading = weighing.readings(0).find((one) => one.point === point);
  return { taken, value: reading?.value, quality: reading?.quality, reason: reading?.reason };
}

describe("W2: what a scale shows", () => {
  test("is a weight once, when it becomes stable", () => {
    const { taken, value, quality } = shows(weight(4.14), "weight");
    expect(taken).toEqual(
      ["displayed", "displayed", "displayed", "displayed", "weighed", "displayed"],
    );
    expect({ value, quality }).toEqual({ value: 4.14, quality: "good" });
  });

  test.each<[string, Frame, object]>([
    ["next to nothing", weight(0.08), { value: null, quality: "uncertain" }],
    ["less than nothing", weight(-2), { value: null, quality: "uncertain" }],
    ["in motion", weight(4.14, { motion: true }), { value: null, quality: "uncertain" }],
    ["more than it can weigh", weight(300.02), { value: null, quality: "fault" }],
    ["an overload", { kind: "trouble", trouble: "overload" }, { value: null, quality: "fault" }],
    ["not zeroed", { kind: "trouble", trouble: "not-zeroed" }, { value: null, quality: "fault" }],
  ])("is no weight: %s", (_what, frame, expected) => {
    const found = shows(frame, "weight");
    expect(found).toMatchObject(expected);
    expect(found.reason).toBeTruthy();
    expect(found.taken).not.toContain("weighed");
  });

  test.each(
    [
      ["[lb_av]", 9.1, 4.127690567],
      ["g", 4140, 4.14],
      ["t", 0.2, 200],
    ] as const,
  )("in %s is told in the unit of its profile", (unit, value, expected) => {
    expect(shows(weight(value, { unit }), "weight").value).toBe(expected);
    expect(shows(weight(value, { unit, tare: value }), "tare").value).toBe(expected);
  });

  test("that it cannot show is no frame of it, and changes nothing", () => {
    const profile = { ...BASE, division: 0.02 };
    expect(shows(weight(4.15), "weight", profile)).toMatchObject({
      taken: Array.from({ length: 6 }, () => "implausible"),
      value: undefined,
    });
    expect(shows(weight(4.16), "weight", profile).value).toBe(4.16);
    expect(shows(weight(0.14), "weight", profile).value).toBe(0.14);
    // Steps of pounds are no steps of kilograms.
    expect(shows(weight(9.11, { unit: "[lb_av]" }), "weight", profile).quality).toBe("good");
  });
});

test("factors between units of weight are those of UCUM", async () => {
  const { default: library } = await import("@lhncbc/ucum-lhc");
  const ucum = library.UcumLhcUtils.getInstance();
  const converted = z.object({ toVal: z.number() });
  for (const from of WEIGHT_UNITS) {
    for (const to of WEIGHT_UNITS) {
      const { toVal } = converted.parse(ucum.convertUnitTo(from, 123.4, to));
      expect(inUnit(123.4, from, to) / toVal, `${from} to ${to}`).toBeCloseTo(1, 10);
    }
  }
});

describe("a scale's health", () => {
  test("is nothing known at first, then online with the first frame, offline without any", () => {
    const health = new LineHealth(3000, 0);
    expect(health.at(1000)).toBeNull();
    expect(health.at(3001)?.state).toBe("offline");
    health.came({ frames: 1, wrong: 0 }, 4000);
    expect(health.at(4100)?.state).toBe("online");
    expect(health.at(7001)?.state).toBe("offline");
  });

  test("is degraded while bytes come that hold no frame", () => {
    const health = new LineHealth(3000, 0);
    for (let ms = 0; ms <= 4000; ms += 100) health.came({ frames: 0, wrong: 1 }, ms);
    expect(health.at(4001)).toMatchObject({ state: "degraded" });
  });

  test("is degraded while more than one frame of twenty is wrong, and no longer", () => {
    const health = new LineHealth(3000, 0);
    const second = (from: number, wrong: number) => {
      for (let ms = from; ms < from + 1000; ms += 100) health.came({ frames: 1, wrong: 0 }, ms);
      health.came({ frames: 0, wrong }, from + 999);
      return health.at(from + 1000)?.state;
    };
    expect(second(0, 0)).toBe("online");
    expect(second(1000, 1)).toBe("online");
    expect(second(2000, 4)).toBe("degraded");
    const later = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((from) => second(from * 1000, 0));
    expect(later.at(-1)).toBe("online");
  });
});

describe("a profile of a scale is refused", () => {
  test.each<[string, object, string]>([
    ["a minimum above the maximum", { minimum: 400 }, "want less than the maximum of 300"],
    ["questions too seldom for five answers a second", {
      format: { name: "yaohua-reply" },
      request: { hex: "02 41", everyMs: 300 },
    }, "want 250 or less"],
    ["an answer without a question", { format: { name: "yaohua-reply" } }, "answers a request"],
    ["questions for a format that needs the next frame", {
      format: { name: "equals" },
      request: { hex: "52" },
    }, "ends where the next one begins"],
    ["fewer frames than W2 asks for", { stable: { frames: 4 } }, "5"],
    ["a unit that is not the scale's", {
      points: [{ ...BASE.points[0], unit: "g" }],
    }, 'want "kg" for weight'],
    ["two points of one field", {
      points: [BASE.points[0], { ...BASE.points[0], point: "again" }],
    }, "another point shows the weight already"],
  ])("with %s", (_what, wrong, message) => {
    const result = scaleProfile.safeParse({ ...BASE, ...wrong });
    const messages = result.error?.issues.map((issue) => issue.message) ?? [];
    expect(messages.join("; ")).toContain(message);
  });
});
