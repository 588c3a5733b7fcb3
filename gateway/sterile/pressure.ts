/** Pressures as devices tell them, and as steam knows them: absolute, in kPa. */

/** kPa in one of each. */
const UNIT_KPA = {
  "kPa": 1,
  "Pa": 0.001,
  "hPa": 0.1,
  "MPa": 1000,
  "bar": 100,
  "mbar": 0.1,
  /** Pounds-force on a square inch (NIST SP 811, appendix B.8). */
  "psi": 6.894757,
  /** Inches and millimetres of mercury at 0 °C (NIST SP 811, appendix B.8). */
  "inHg": 3.38638,
  "mmHg": 0.133322,
} as const;
export type PressureUnit = keyof typeof UNIT_KPA;
export const PRESSURE_UNITS = [
  "kPa",
  "Pa",
  "hPa",
  "MPa",
  "bar",
  "mbar",
  "psi",
  "inHg",
  "mmHg",
] as const satisfies readonly PressureUnit[];

/** `gauge`: above the air around; `vacuum`: below it, as a number of its own. */
export const PRESSURE_KINDS = ["absolute", "gauge", "vacuum"] as const;
export type PressureKind = typeof PRESSURE_KINDS[number];

/** Of the standard atmosphere at sea level (ISO 2533). */
const SEA_LEVEL_KPA = 101.325;
/** Lapse of temperature over its value at sea level, and the exponent g / (R · lapse). */
const LAPSE_PER_METRE = 0.0065 / 288.15;
const EXPONENT = 5.25588;

/**
 * Pressure of the air, kPa, at an altitude, metres, in the standard atmosphere (ISO 2533, up to
 * 11,000 m). Weather moves it by some 3 kPa, which is 0.4 K of steam at 121 °C: a barometer, where
 * there is one, is better.
 */
export function atmosphereKPa(altitudeMetres: number): number {
  return SEA_LEVEL_KPA * (1 - LAPSE_PER_METRE * altitudeMetres) ** EXPONENT;
}

/** What a device told as absolute kPa; `aroundKPa` is the air around it. */
export function absoluteKPa(
  value: number,
  unit: PressureUnit,
  kind: PressureKind,
  aroundKPa: number,
): number {
  const told = value * UNIT_KPA[unit];
  if (kind === "absolute") return told;
  return kind === "gauge" ? aroundKPa + told : aroundKPa - told;
}
