/** Numbers from devices: scaled without noise, and checked against what they can mean. */

/** Scales of counts of decimal parts, and how many of those make one. */
const PARTS: ReadonlyMap<number, number> = new Map(
  Array.from({ length: 9 }, (_, at) => [Number(`1e-${at + 1}`), 10 ** (at + 1)]),
);
/** Digits beyond are noise. */
const DIGITS = 12;

/** Scales without the noise of binary fractions: 412 × 0.1 is 41.2. */
export function scaled(raw: number, scale: number, offset: number): number {
  if (scale === 1 && offset === 0) return raw;
  const parts = offset === 0 && Math.abs(raw) < 10 ** DIGITS ? PARTS.get(scale) : undefined;
  // A quotient of whole numbers is rounded once: it is what its digits write, without a text.
  if (parts !== undefined && Number.isInteger(raw)) return raw / parts;
  const value = raw * scale + offset;
  return Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : value;
}

/** Why a number is no value of a point, or `null`. */
export function outOfRange(
  value: number,
  { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
): string | null {
  if (!Number.isFinite(value)) return `${value} is no number`;
  if (min !== undefined && value < min) return `${value} is below ${min}`;
  if (max !== undefined && value > max) return `${value} is above ${max}`;
  return null;
}
