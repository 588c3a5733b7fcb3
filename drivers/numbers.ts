/** Numbers from devices: scaled without noise, and checked against what they can mean. */

import { exact } from "./packed_value.ts";

/** A whole number of so many digits that it may be beyond 2^53. */
const WHOLE = /^[+-]?\d{16,}$/;
/** Scales of counts of decimal parts, and how many of those make one. */
const PARTS: ReadonlyMap<number, number> = new Map(
  Array.from({ length: 9 }, (_, at) => [Number(`1e-${at + 1}`), 10 ** (at + 1)]),
);
/** Digits beyond are noise. */
const DIGITS = 12;

/**
 * Scales without the noise of binary fractions: 412 × 0.1 is 41.2. A bigint stays one where there
 * is nothing to scale, else it has 12 digits as every number has.
 */
export function scaled(raw: number, scale: number, offset: number): number;
export function scaled(raw: number | bigint, scale: number, offset: number): number | bigint;
export function scaled(told: number | bigint, scale: number, offset: number): number | bigint {
  if (scale === 1 && offset === 0) return told;
  const raw = Number(told);
  const parts = offset === 0 && Math.abs(raw) < 10 ** DIGITS ? PARTS.get(scale) : undefined;
  // A quotient of whole numbers is rounded once: it is what its digits write, without a text.
  if (parts !== undefined && Number.isInteger(raw)) return raw / parts;
  const value = raw * scale + offset;
  return Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : value;
}

/** A number as it is written, `NaN` for none; a whole one beyond 2^53 as a bigint. */
export function numberIn(text: string): number | bigint {
  const written = text.trim();
  if (WHOLE.test(written)) return exact(BigInt(written));
  return Number(written === "" ? NaN : written);
}

/** Why a number is no value of a point, or `null`. */
export function outOfRange(
  value: number | bigint,
  { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
): string | null {
  if (!Number.isFinite(Number(value))) return `${value} is no number`;
  if (min !== undefined && value < min) return `${value} is below ${min}`;
  if (max !== undefined && value > max) return `${value} is above ${max}`;
  return null;
}
