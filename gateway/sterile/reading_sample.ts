/** A steriliser's readings as a sample: which point is what is data. */
import * as z from "zod";
import type { Reading } from "../../drivers/driver.ts";
import type { Stamp } from "../../sync/entry.ts";
import { type Phase, PHASES } from "./phase.ts";
import { absoluteKPa, PRESSURE_KINDS, PRESSURE_UNITS } from "./pressure.ts";
import type { Sample } from "./sample.ts";

const CODE_LENGTH_MAX = 64;
const code = z.string().min(1).max(CODE_LENGTH_MAX);

/** What the points of a profile mean. */
export const pointMapSchema = z.strictObject({
  /** Name of a temperature, and its point in °C. */
  temperatures: z.record(code, code),
  pressure: z.strictObject({
    point: code,
    unit: z.enum(PRESSURE_UNITS),
    kind: z.enum(PRESSURE_KINDS),
  }).optional(),
  /** Air around it, absolute, where the device has a barometer. */
  barometer: z.strictObject({ point: code, unit: z.enum(PRESSURE_UNITS) }).optional(),
  /** The point of the phase, and what its values mean; a value that is not named is no phase. */
  phase: z.strictObject({ point: code, means: z.record(code, z.enum(PHASES)) }).optional(),
  /** The point that tells the program, by one of its names. */
  program: code.optional(),
});
export type PointMap = z.infer<typeof pointMapSchema>;

/** Only what is good counts: a fault, or what is uncertain, was not seen. */
export function sampleOf(
  readings: readonly Reading[],
  map: PointMap,
  place: { readonly life: number; readonly seq: number; readonly time: Stamp },
  aroundKPa: number,
): Sample {
  const valueOf = (point: string) =>
    readings.find((reading) => reading.point === point && reading.quality === "good")?.value ??
      null;
  const numberOf = (point: string) => {
    const value = valueOf(point);
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  };
  const { temperatures, pressure, barometer, phase } = map;
  const air = barometer === undefined ? null : numberOf(barometer.point);
  const around = air === null || barometer === undefined
    ? aroundKPa
    : absoluteKPa(air, barometer.unit, "absolute", 0);
  const told = pressure === undefined ? null : numberOf(pressure.point);
  const named = phase === undefined ? null : valueOf(phase.point);
  const { wallMs, bootId, bootMs } = place.time;
  return {
    life: place.life,
    seq: place.seq,
    bootId,
    bootMs,
    wallMs,
    temperaturesCel: Object.fromEntries(
      Object.entries(temperatures).map(([name, point]) => [name, numberOf(point)]),
    ),
    pressureKPa: told === null || pressure === undefined
      ? null
      : absoluteKPa(told, pressure.unit, pressure.kind, around),
    phase: phase === undefined || named === null ? null : meantBy(phase.means, String(named)),
  };
}

function meantBy(means: Readonly<Record<string, Phase>>, named: string): Phase | null {
  return Object.hasOwn(means, named) ? means[named] : null;
}
