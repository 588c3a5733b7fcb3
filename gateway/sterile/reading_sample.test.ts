import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Reading } from "../../drivers/driver.ts";
import { toldPoints } from "../../drivers/profile.ts";
import { builtInProfiles, readProfiles } from "../../drivers/profile_library.ts";
import { BOOT } from "./fixture_cycle.ts";
import { pointMapSchema, sampleOf } from "./reading_sample.ts";

/** As the Enbio profile has its points. */
const MAP = pointMapSchema.parse({
  temperatures: { chamber: "temperature" },
  pressure: { point: "pressure", unit: "bar", kind: "gauge" },
  barometer: { point: "pressure-ambient", unit: "bar" },
  phase: { point: "phase", means: { "0": "idle", "2": "air-removal", "8": "hold" } },
});
const PLACE = {
  life: 3,
  seq: 17,
  time: { wallMs: 5, bootId: BOOT, bootMs: 7, clock: "trusted" },
} as const;
const good = (point: string, value: Reading["value"]): Reading => ({
  point,
  value,
  unit: "",
  quality: "good",
});

describe("S6 readings of a Modbus steriliser", () => {
  test("S6 S4 become a sample, its pressure absolute by the device's own barometer", () => {
    const readings = [
      good("temperature", 134.2),
      good("pressure", 2.1),
      good("pressure-ambient", 0.65),
      good("phase", 8),
    ];
    expect(sampleOf(readings, MAP, PLACE, 101)).toEqual({
      life: 3,
      seq: 17,
      bootId: BOOT,
      bootMs: 7,
      wallMs: 5,
      temperaturesCel: { chamber: 134.2 },
      pressureKPa: 275,
      phase: "hold",
    });
    expect(sampleOf(readings.slice(0, 2), MAP, PLACE, 101).pressureKPa).toBe(311);
  });

  test("S3 a fault, what is uncertain and what was not told were not seen", () => {
    const faulty: Reading[] = [
      { ...good("temperature", null), quality: "fault" },
      { ...good("pressure", 2.1), quality: "uncertain" },
      good("phase", "constructor"),
    ];
    const blind = { temperaturesCel: { chamber: null }, pressureKPa: null, phase: null };
    expect(sampleOf(faulty, MAP, PLACE, 101)).toMatchObject(blind);
    expect(sampleOf([], MAP, PLACE, 101)).toMatchObject(blind);
  });

  const folder = new URL("./point_maps/", import.meta.url);
  const maps = [...Deno.readDirSync(folder)].map(({ name }) => name);

  test.each(maps)("S6 the map %s names points of its profile, and each of its phases", (file) => {
    const map = pointMapSchema.parse(parse(Deno.readTextFileSync(new URL(file, folder))));
    const profile = readProfiles(builtInProfiles()).get(file.replace(".yaml", ""));
    const points = new Map(
      (profile === undefined ? [] : toldPoints(profile)).map((point) => [point.point, point]),
    );
    const named = [
      ...Object.values(map.temperatures),
      ...[map.pressure, map.barometer, map.phase].flatMap((one) => one?.point ?? []),
    ];
    expect(named.filter((point) => !points.has(point))).toEqual([]);
    const labels = points.get(map.phase?.point ?? "")?.labels ?? {};
    expect(Object.keys(map.phase?.means ?? {}).sort()).toEqual(Object.keys(labels).sort());
    expect(Object.values(map.phase?.means ?? {})).toContain("hold");
  });
});
