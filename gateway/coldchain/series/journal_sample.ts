/** Readings of the journal as samples of a probe. */
import type { Reading } from "../../../drivers/driver.ts";
import type { Stamp } from "../../../sync/entry.ts";
import type { Sample } from "./sample.ts";

/** UCUM's code of degrees Celsius. */
export const CELSIUS_UNIT = "Cel";

/**
 * What a box read itself. `place`: of its entry, by life and number, and the place in it where one
 * entry has several. A value that is no number of °C is a fault (C7), as is one of bad quality.
 */
export function readSample(
  place: readonly number[],
  { wallMs, bootId, bootMs, clock }: Stamp,
  reading: Reading,
): Sample {
  return {
    place,
    wallMs,
    boot: { id: bootId, ms: bootMs },
    trusted: clock !== "untrusted",
    celsius: celsiusOf(reading),
  };
}

/**
 * What a device told late, as of its own clock: it lies behind `before`, the last sample of the box
 * that is not later.
 */
export function lateSample(before: Sample | null, deviceMs: number, reading: Reading): Sample {
  return {
    place: [...before?.place.slice(0, 2) ?? [0, 0], deviceMs],
    wallMs: deviceMs,
    boot: null,
    trusted: true,
    celsius: celsiusOf(reading),
  };
}

function celsiusOf({ value, unit, quality }: Reading): number | null {
  const isCelsius = typeof value === "number" && Number.isFinite(value) && unit === CELSIUS_UNIT;
  return isCelsius && quality !== "fault" ? value : null;
}
