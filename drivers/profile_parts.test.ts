import { describe, expect, test } from "vitest";
import { profileSchema } from "./profile.ts";

const title = { zh: "温度", en: "Temperature" };
const point = { point: "temperature", title, unit: "Cel", example: 4.5 };
const head = { profile: "probe", title, source: "a test", intervalSeconds: 30 };

/** One point in the profiles of all protocols that can tell a temperature. */
function profilesWith(more: object): [string, object][] {
  const one = { ...point, ...more };
  const register = { table: "holding", address: 1, type: "int16" };
  return [
    ["points.0.keep", { ...head, protocol: "modbus", points: [{ ...one, register }] }],
    ["messages.0.points.0.keep", {
      ...head,
      protocol: "mqtt",
      messages: [{ topic: "t", points: [{ ...one, path: "t" }] }],
    }],
    ["metrics.0.keep", { ...head, protocol: "mqtt", metrics: [{ ...one, metric: "t" }] }],
  ];
}

function faultsOf(profile: object): string[] {
  const issues = profileSchema.safeParse(profile).error?.issues ?? [];
  return issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("C1: a temperature of which changes are stored", () => {
  const inside = { min: 2, max: 8 };

  test.each([
    ["the heartbeat of 15 minutes that is there by default", {}],
    ["a heartbeat over 120 s", { heartbeatSeconds: 121 }],
  ])("needs its range for %s", (_what, keep) => {
    for (const [path, profile] of profilesWith({ keep: { on: "change", ...keep } })) {
      expect(faultsOf(profile)).toEqual([
        `${path}: want inside: { min, max }, or heartbeatSeconds of 120 or less: ` +
        "a temperature out of range is stored every 2 minutes (rule C1)",
      ]);
    }
  });

  test.each([
    ["with a range, the default", { keep: { on: "change", inside } }],
    ["with a range, 30 minutes", { keep: { on: "change", inside, heartbeatSeconds: 1800 } }],
    ["without one, a heartbeat up to 120 s", { keep: { on: "change", heartbeatSeconds: 120 } }],
    ["stored each time", { keep: { on: "each" } }],
    ["a point that is none", { unit: "%", keep: { on: "change" } }],
  ])("takes: %s", (_what, more) => {
    for (const [, profile] of profilesWith(more)) expect(faultsOf(profile)).toEqual([]);
  });

  test("in Fahrenheit is one, too", () => {
    const [[, profile]] = profilesWith({ unit: "[degF]", keep: { on: "change" } });
    expect(faultsOf(profile)).toHaveLength(1);
  });

  test("has a range that is one", () => {
    const [[, profile]] = profilesWith({ keep: { on: "change", inside: { min: 8, max: 2 } } });
    expect(faultsOf(profile)).toEqual(["points.0.keep.inside.min: want no more than max"]);
  });
});
