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
 * F0 of samples in their order. Between two of them the mean of both rates counts (trapezoid rule:
 * below 0.1 % off the closed form at 10 K a minute and a sample a second). Where they are further
 * apart than `gapMs`, or the clock did not go on, nothing does.
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
    const rates = lethalRate(before.temperatureCel) + lethalRate(now.temperatureCel);
    f0Ms += rates / 2 * elapsedMs;
  }
  return { f0Minutes: f0Ms / MINUTE_MS, gaps };
}
