/** Numbers from devices: scaled without noise, and checked against what they can mean. */

/** Scales without the noise of binary fractions: 412 × 0.1 is 41.2. */
export function scaled(raw: number, scale: number, offset: number): number {
  if (scale === 1 && offset === 0) return raw;
  const value = raw * scale + offset;
  return Number.isFinite(value) ? Number(value.toPrecision(12)) : value;
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
