/**
 * Units of mass, volume and potency as they are written on Chinese prescriptions, and what each is
 * in whole numbers of the finest unit. `drivers/units.ts` converts by a library of UCUM, which
 * counts in floating point (0.1 mg are 100.00000000000001 µg to it) and knows no 克, 万单位 or 支.
 */
import { type Fraction, fraction, fractionOf, product } from "./fraction.ts";

/** Nanograms, microlitres, thousandths of an international unit. */
export const MEASURES = ["mass", "volume", "potency"] as const;
export type Measure = typeof MEASURES[number];

/** Of one kind, in its finest unit: nanograms, microlitres or mIU. */
export interface Measured {
  readonly measure: Measure;
  readonly amount: Fraction;
}

const KG = 1_000_000_000_000n;
const G = 1_000_000_000n;
const MG = 1_000_000n;
const UG = 1_000n;
const NG = 1n;
const L = 1_000_000n;
const ML = 1_000n;
const UL = 1n;
const IU = 1_000n;

/**
 * Each spelling is here as {@link spelling} leaves it. Sources: prefixes and the litre's two
 * letters: SI brochure, 9th edition, tables 7 and 8, and GB 3100-1993; capitals throughout (`MG`,
 * `ML`) are UCUM's symbols without case; `mcg` is what ISMP's list of error-prone
 * abbreviations wants for µg; 克, 毫克, 微克, 毫升, 国际单位(IU), 单位(U): 处方管理办法, article 7.
 *
 * Not here, because two things are written so: `Mg`, `MIU` and `mIU` (10^6 or 10^-3), `cc`, `γ`,
 * `gr` (grain or gram), 两, 钱. A county that knows what is meant says so in its list.
 */
const SPELLINGS: readonly (readonly [Measure, bigint, readonly string[]])[] = [
  ["mass", KG, ["kg", "KG", "千克", "公斤"]],
  ["mass", G, ["g", "G", "克"]],
  ["mass", MG, ["mg", "MG", "毫克"]],
  ["mass", UG, ["μg", "ug", "UG", "mcg", "MCG", "微克"]],
  ["mass", NG, ["ng", "NG", "纳克"]],
  ["volume", L, ["l", "L", "升"]],
  ["volume", ML, ["ml", "mL", "ML", "毫升"]],
  ["volume", UL, ["μl", "μL", "ul", "uL", "UL", "微升"]],
  ["potency", IU, ["IU", "iu", "U", "u", "单位", "国际单位"]],
  ["potency", 1_000n * IU, ["千单位"]],
  ["potency", 10_000n * IU, ["万单位", "万U", "万u", "万IU", "万国际单位"]],
  ["potency", 1_000_000n * IU, ["百万单位"]],
  ["potency", 100_000_000n * IU, ["亿单位"]],
];

export const UNITS: ReadonlyMap<string, Measured> = new Map(
  SPELLINGS.flatMap(([measure, finest, words]) =>
    words.map((word) => [word, { measure, amount: fraction(finest) }] as const)
  ),
);

/**
 * Full-width letters, `㎎`, `㎖`, both micro signs and other compatibility forms become the plain
 * ones (Unicode NFKC, UAX #15), and blanks around go. What only looks alike (a Cyrillic м) stays
 * what it is, and so is no known unit.
 */
export function spelling(text: string): string {
  return text.normalize("NFKC").trim();
}

/** A refusal that names the characters which are not what they look like: `U+043C`. */
export function noUnit(unit: string, what: string): string {
  const strange = [...spelling(unit)].filter((one) => !/[\x20-\x7e\u03bc\p{Script=Han}]/u.test(one))
    .map((one) => `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`);
  return `"${unit}" is no unit of ${what}${
    strange.length === 0 ? "" : ` (it has ${strange.join(" ")})`
  }`;
}

const WRITTEN = /^(\d{1,15}(?:\.\d{1,12})?) ?(\D.{0,31})$/u;

/** `"0.25 g"`, `"8 万单位"` as its number and its unit; `null` where it is not written so. */
export function numberAndUnit(text: string): { number: Fraction; unit: string } | null {
  const [, digits = "", unit = ""] = WRITTEN.exec(spelling(text)) ?? [];
  const number = fractionOf(digits);
  return number === null || unit === "" ? null : { number, unit: unit.trim() };
}

/** `"0.25 g"` as what it is; `null` where it is not written so, or nothing at all. */
export function measured(text: string): Measured | null {
  const written = numberAndUnit(text);
  const unit = UNITS.get(written?.unit ?? "");
  if (written === null || unit === undefined || written.number.over === 0n) return null;
  return { measure: unit.measure, amount: product(written.number, unit.amount) };
}
