/** Amounts and ages as people write them in a pack, as whole numbers of base units. */
import type { BaseAmount, BaseUnit } from "../facts.ts";

/** Units of a pack, each as a power of ten of its base unit. */
const UNITS: Readonly<Record<string, { readonly base: BaseUnit; readonly power: number }>> = {
  ng: { base: "ng", power: 0 },
  ug: { base: "ug", power: 0 },
  mg: { base: "ug", power: 3 },
  g: { base: "ug", power: 6 },
  kg: { base: "ug", power: 9 },
  ul: { base: "ul", power: 0 },
  ml: { base: "ul", power: 3 },
  l: { base: "ul", power: 6 },
  mIU: { base: "mIU", power: 0 },
  IU: { base: "mIU", power: 3 },
  kIU: { base: "mIU", power: 6 },
  MIU: { base: "mIU", power: 9 },
  pcs: { base: "mpcs", power: 3 },
};

/**
 * The most of an ingredient that a dose or a day can have, in base units: a tonne, a thousand
 * million units. Above it a number is a mistake, and below it products of two stay within the 64
 * bits of a CEL integer.
 */
export const AMOUNT_MAX = 1_000_000_000_000;

export const AMOUNT_WANTED = `want a number and one of ${Object.keys(UNITS).join(", ")}: "1.5 g"`;

/** `"1.5 g"` as `{value: 1500000, unit: "ug"}`; `null` where it is no whole number of them. */
export function parseAmount(text: string): BaseAmount | null {
  const [, whole, fraction = "", unit = ""] =
    /^(\d{1,12})(?:\.(\d{1,9}))? ?([a-zA-Z]+)$/.exec(text) ??
      [];
  const known = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (whole === undefined || known === undefined) return null;
  const digits = fraction.replace(/0+$/, "");
  if (digits.length > known.power) return null;
  const value = Number(whole + digits.padEnd(known.power, "0"));
  return value <= AMOUNT_MAX ? { value, unit: known.base } : null;
}

/** Largest first: what an amount is shown in. */
const SHOWN: Readonly<Record<BaseUnit, readonly (readonly [unit: string, power: number])[]>> = {
  ng: [["µg", 3], ["ng", 0]],
  ug: [["g", 6], ["mg", 3], ["µg", 0]],
  ul: [["l", 6], ["ml", 3], ["µl", 0]],
  mIU: [["IU", 3], ["mIU", 0]],
  mpcs: [["", 3]],
};

/** `1.5 g`: exact, in the largest unit of which there is one or more. */
export function amountText({ value, unit }: BaseAmount): string {
  const units = SHOWN[unit];
  const [name, power] = units.find(([, power]) => value >= 10 ** power) ?? units[units.length - 1];
  return `${shifted(value, power)} ${name}`.trimEnd();
}

/** A whole number of thousandths and the like as a decimal: `shifted(1500, 3)` is `1.5`. */
export function shifted(value: number, power: number): string {
  if (power === 0) return String(value);
  const digits = String(Math.abs(value)).padStart(power + 1, "0");
  const fraction = digits.slice(-power).replace(/0+$/, "");
  const whole = `${value < 0 ? "-" : ""}${digits.slice(0, -power)}`;
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** Months are those of a calendar: three years end on the third birthday, in leap years too. */
export interface Age {
  readonly count: number;
  readonly of: "days" | "months";
}

const AGES: Readonly<Record<string, Age>> = {
  d: { count: 1, of: "days" },
  wk: { count: 7, of: "days" },
  mo: { count: 1, of: "months" },
  a: { count: 12, of: "months" },
};

export const AGE_WANTED = 'want a whole number and d, wk, mo or a: "3 a"';

/** `"3 a"` as 36 months; `null` where it is no age. */
export function parseAge(text: string): Age | null {
  const [, count, unit] = /^(\d{1,5}) ?(d|wk|mo|a)$/.exec(text) ?? [];
  return unit === undefined ? null : { count: Number(count) * AGES[unit].count, of: AGES[unit].of };
}

/** An amount in another unit, where that is the same unit and the result a whole number. */
export function amountIn({ value, unit }: BaseAmount, wanted: BaseUnit | null): number | null {
  if (unit === wanted) return value;
  if (unit === "ug" && wanted === "ng") return value * 1000;
  return unit === "ng" && wanted === "ug" && value % 1000 === 0 ? value / 1000 : null;
}
