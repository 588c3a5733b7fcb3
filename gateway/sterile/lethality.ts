/**
 * What heat did to spores, as minutes at 121.1 °C (S2): F0 = Σ 10^((T − 121.1 °C) / 10 K) · Δt,
 * with z = 10 K (ISO 17665, European Pharmacopoeia 5.1.5).
 */

/** Reference temperature, °C, and the rise that makes heat ten times as deadly, K. */
export const REFERENCE_CEL = 121.1;
export const Z_KELVIN = 10;

const MINUTE_MS = 60_000;

/** Minutes at 121.1 °C that one minute at this temperature, °C, is worth. */
export function lethalRate(temperatureCel: number): number {
  return 10 ** ((temperatureCel - REFERENCE_CEL) / Z_KELVIN);
}

/** A temperature, °C, that was seen at a moment of a boot's own clock, milliseconds. */
export interface HeatSample {
  readonly bootId: string;
  readonly bootMs: number;
  readonly temperatureCel: number;
}

export interface Lethality {
  /** Minutes; what nobody saw adds nothing, so that it is never more than was proved. */
  readonly f0Minutes: number;
  /** Pauses that were too long to tell, and added nothing. */
  readonly gaps: number;
}

/**
 * F0 of samples in their order. Between two of them the temperature goes in a straight line, of
 * which the mean rate is exact; the mean of both rates would count four times too much where a
 * minute lies between 98 and 134 °C. Where they are further apart than `gapMs`, or the clock did
 * not go on, nothing counts.
 */
export function lethalityOf(samples: readonly HeatSample[], gapMs: number): Lethality {
  let f0Ms = 0;
  let gaps = 0;
  for (let index = 1; index < samples.length; index++) {
    const [before, now] = [samples[index - 1], samples[index]];
    const elapsedMs = now.bootMs - before.bootMs;
    if (now.bootId !== before.bootId || elapsedMs < 0 || elapsedMs > gapMs) {
      gaps++;
      continue;
    }
    f0Ms += meanRate(before.temperatureCel, now.temperatureCel) * elapsedMs;
  }
  return { f0Minutes: f0Ms / MINUTE_MS, gaps };
}

/** Below it, K, both ends have one rate, and the quotient would be noise. */
const LEVEL_KELVIN = 1e-6;

/** Mean of the rates along a straight line from one temperature to another. */
function meanRate(fromCel: number, toCel: number): number {
  const rise = toCel - fromCel;
  if (Math.abs(rise) < LEVEL_KELVIN) return lethalRate(fromCel);
  return (lethalRate(toCel) - lethalRate(fromCel)) * Z_KELVIN / (Math.LN10 * rise);
}
