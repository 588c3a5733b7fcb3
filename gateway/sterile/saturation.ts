/**
 * Saturated steam: IAPWS-IF97, region 4 (IAPWS R7-97(2012), equations 30 and 31). Ten coefficients
 * and two quadratics; there is no kept package of it.
 */

/** Coefficients n1 to n10 of table 34. */
const N = [
  0.11670521452767e4,
  -0.72421316703206e6,
  -0.17073846940092e2,
  0.12020824702470e5,
  -0.32325550322333e7,
  0.14915108613530e2,
  -0.48232657361591e4,
  0.40511340542057e6,
  -0.23855557567849,
  0.65017534844798e3,
] as const;

const KELVIN = 273.15;
const KPA_PER_MPA = 1000;
/** Where the equations hold: from the freezing to the critical point. */
const PRESSURE_KPA = { min: 0.611213, max: 22_064 } as const;
const TEMPERATURE_CEL = { min: 0, max: 373.946 } as const;

/**
 * Temperature of saturated steam, °C, at an absolute pressure, kPa; `null` where there is no such
 * steam: below 0.611 kPa, beyond the critical point, or for what is no number.
 */
export function saturationCel(absoluteKPa: number): number | null {
  if (!(absoluteKPa >= PRESSURE_KPA.min && absoluteKPa <= PRESSURE_KPA.max)) return null;
  const beta = (absoluteKPa / KPA_PER_MPA) ** 0.25;
  const e = beta * beta + N[2] * beta + N[5];
  const f = N[0] * beta * beta + N[3] * beta + N[6];
  const g = N[1] * beta * beta + N[4] * beta + N[7];
  const d = 2 * g / (-f - Math.sqrt(f * f - 4 * e * g));
  const sum = N[9] + d;
  return (sum - Math.sqrt(sum * sum - 4 * (N[8] + N[9] * d))) / 2 - KELVIN;
}

/** Absolute pressure, kPa, of saturated steam at a temperature, °C; `null` outside 0–373.946 °C. */
export function saturationKPa(temperatureCel: number): number | null {
  if (!(temperatureCel >= TEMPERATURE_CEL.min && temperatureCel <= TEMPERATURE_CEL.max)) {
    return null;
  }
  const kelvin = temperatureCel + KELVIN;
  const theta = kelvin + N[8] / (kelvin - N[9]);
  const a = theta * theta + N[0] * theta + N[1];
  const b = N[2] * theta * theta + N[3] * theta + N[4];
  const c = N[5] * theta * theta + N[6] * theta + N[7];
  return (2 * c / (-b + Math.sqrt(b * b - 4 * a * c))) ** 4 * KPA_PER_MPA;
}

/**
 * By how much steam is hotter, K, than its pressure says; less than 0: colder, as with air in the
 * chamber (S4). `null` where the pressure is none of saturated steam.
 */
export function offSaturationKelvin(temperatureCel: number, absoluteKPa: number): number | null {
  const saturated = saturationCel(absoluteKPa);
  return saturated === null ? null : temperatureCel - saturated;
}
