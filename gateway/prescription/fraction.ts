/**
 * Fractions of whole numbers of any size, for what must not be rounded: no step goes through
 * floating point. None is negative. They are not reduced: what is counted here has few factors.
 */
export interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

export const ZERO: Fraction = { over: 0n, under: 1n };

/** Throws where it would be negative, or divided by nothing: both are mistakes in our code. */
export function fraction(over: bigint, under = 1n): Fraction {
  if (over < 0n || under <= 0n) throw new RangeError(`Cannot make a fraction: ${over}/${under}`);
  return { over, under };
}

const DECIMAL = /^(\d{1,15})(?:\.(\d{1,12}))?$/;

/** `"0.25"` is 25/100; `null` where it is no plain decimal number of ASCII digits. */
export function fractionOf(decimal: string): Fraction | null {
  const [, whole, part = ""] = DECIMAL.exec(decimal) ?? [];
  if (whole === undefined) return null;
  return { over: BigInt(whole + part), under: 10n ** BigInt(part.length) };
}

export function product(one: Fraction, other: Fraction): Fraction {
  return { over: one.over * other.over, under: one.under * other.under };
}

/** Throws where it would be divided by nothing. */
export function quotient(one: Fraction, other: Fraction): Fraction {
  return fraction(one.over * other.under, one.under * other.over);
}

export function sum(one: Fraction, other: Fraction): Fraction {
  const over = one.over * other.under + other.over * one.under;
  return { over, under: one.under * other.under };
}

/** The same in its smallest whole numbers. */
export function reduced({ over, under }: Fraction): Fraction {
  let [one, other] = [under, over];
  while (other !== 0n) [one, other] = [other, one % other];
  return { over: over / one, under: under / one };
}

/** Negative, zero or positive, as `one` is less than, equal to or more than `other`. */
export function compare(one: Fraction, other: Fraction): number {
  const difference = one.over * other.under - other.over * one.under;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

function safe(value: bigint): number | null {
  return value <= SAFE_MAX ? Number(value) : null;
}

/** The number that it is; `null` where it is no whole one, or 2^53 or more. */
export function whole({ over, under }: Fraction): number | null {
  return over % under === 0n ? safe(over / under) : null;
}

/** The whole number that it is, or the next above; `null` where that is 2^53 or more. */
export function ceiling({ over, under }: Fraction): number | null {
  return safe((over + under - 1n) / under);
}

/** The whole number that it is, or the next below; `null` where that is 2^53 or more. */
export function floor({ over, under }: Fraction): number | null {
  return safe(over / under);
}
