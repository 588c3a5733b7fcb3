/** Amounts as people read them: what the HIS wrote, and the base units that rules see. */
import type { Language } from "../../console/text.ts";
import type { BaseAmount, BaseUnit } from "../facts.ts";

/** A base unit's own name, and larger ones that people read, each so many base units. */
const UNITS: Readonly<Record<BaseUnit, readonly (readonly [name: string, base: number])[]>> = {
  ug: [["g", 1_000_000], ["mg", 1000], ["µg", 1]],
  ng: [["mg", 1_000_000], ["µg", 1000], ["ng", 1]],
  ul: [["l", 1_000_000], ["ml", 1000], ["µl", 1]],
  mIU: [["IU", 1000], ["mIU", 1]],
  mpcs: [["", 1000], ["‰", 1]],
};

/** `500 mg`: in the largest unit in which it is not below one, exactly. */
export function baseText({ value, unit }: BaseAmount): string {
  const units = UNITS[unit];
  const [name, base] = units.find(([, base]) => value >= base) ?? units[units.length - 1];
  return `${decimalText(value, base)}${name === "" ? "" : ` ${name}`}`;
}

/** `500,000 µg`: the whole number that rules see. */
export function wholeText({ value, unit }: BaseAmount): string {
  const [name] = UNITS[unit][UNITS[unit].length - 1];
  return `${value.toLocaleString("en-US")} ${name}`;
}

/** A whole number divided by a power of ten, without floating point. */
export function decimalText(value: number, base: number): string {
  const digits = String(base).length - 1;
  const text = String(value).padStart(digits + 1, "0");
  const whole = digits === 0 ? text : text.slice(0, -digits);
  const behind = digits === 0 ? "" : text.slice(-digits).replace(/0+$/, "");
  return behind === "" ? whole : `${whole}.${behind}`;
}

/** A code and what it reads as, the code alone where it has no words. */
export function codedText({ code, text }: { readonly code: string; readonly text?: string }) {
  return text === undefined ? code : `${text} (${code})`;
}

/** Between the members of a list. */
export function listed(language: Language, members: readonly string[]): string {
  return members.join(language === "zh" ? "、" : ", ");
}
