/** What registers may mean: read as every type in every order, and what of it is plausible. */
import { bytesOf, type Order, ordered, ORDERS, unpackNumber, unpackText } from "../packed_value.ts";

/** Types that registers are tried as. */
export const TRIED_TYPES = [
  "int16",
  "uint16",
  "int32",
  "uint32",
  "float32",
  "int64",
  "float64",
] as const;
export type TriedType = typeof TRIED_TYPES[number];

/** Registers from this place on, read as one type in one order. */
export interface Interpretation {
  readonly type: TriedType;
  readonly order: Order;
  readonly value: number | bigint;
}

/** What is likely, and why; the higher the score, the likelier. */
export interface Hint {
  /** `4.2 °C as float32 CDAB`. */
  readonly text: string;
  readonly score: number;
}

/** Quantities as sites have them; the first that fits is named. Narrow ones come first. */
const QUANTITIES = [
  { unit: "Hz", from: 49, to: 51 },
  { unit: "V", from: 200, to: 250 },
  { unit: "°C", from: -90, to: 150 },
] as const;

/** Beyond these a measured value is seldom told without a prefix to its unit. */
const MEASURED_MIN = 1e-3;
const MEASURED_MAX = 1e5;
/** So many digits at most look like a measurement, not like bits of something else. */
const FEW_DIGITS = 5;
/** A meter's count has no more than this in its first decades. */
const COUNT_MAX = 1e8;
const TEXT_CHARACTERS_MIN = 4;

/** Values that devices tell where they have none. */
const SENTINELS: Readonly<Record<string, readonly number[]>> = {
  int16: [-32_768, 32_767, -9999, 9999],
  uint16: [65_535],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [4_294_967_295],
};

/** All readings of the registers that begin here; `bytes` as they came, highest first. */
export function interpretations(bytes: Uint8Array): Interpretation[] {
  return TRIED_TYPES.filter((type) => bytesOf(type) <= bytes.length).flatMap((type) => {
    const own = bytes.subarray(0, bytesOf(type));
    return ordersOf(type).map((order) => ({
      type,
      order,
      value: unpackNumber(ordered(own, order), type),
    }));
  });
}

/** One register has no words to be swapped. */
function ordersOf(type: TriedType): readonly Order[] {
  return bytesOf(type) === 2 ? ["ABCD", "BADC"] : ORDERS;
}

/** What tells that there is no value; `null` where it is a value like any other. */
export function sentinelText({ type, order, value }: Interpretation): string | null {
  const how = `as ${type} ${order}`;
  if (Number.isNaN(value)) return `NaN ${how}: what many devices say where there is no value`;
  if (!SENTINELS[type]?.includes(Number(value))) return null;
  return `${value} ${how}: what many devices say where there is no sensor or no value`;
}

/** The plausible meanings of the registers that begin here, the likeliest first. */
export function plausible(bytes: Uint8Array): Hint[] {
  const words = textOf(bytes);
  // Nothing can be told from zeros: they are zero in every type.
  if (bytes.subarray(0, 8).every((byte) => byte === 0)) return [];
  const hints = interpretations(bytes).flatMap(hintsOf);
  // What signed and unsigned read alike is said once.
  const once = hints.filter(({ text }, at) =>
    !text.includes(" uint") ||
    !hints.slice(0, at).some((other) => other.text === text.replace(" uint", " int"))
  );
  return [...words, ...once].toSorted((one, two) => two.score - one.score);
}

/** Text that fills at least two registers, in either order of a register's bytes. */
function textOf(bytes: Uint8Array): Hint[] {
  return (["ABCD", "BADC"] as const).flatMap((order) => {
    const text = unpackText(ordered(bytes, order));
    const isText = text.length >= TEXT_CHARACTERS_MIN && /^[\x20-\x7e]*$/.test(text);
    return isText ? [{ text: `"${text}" as text ${order}`, score: textScore(text) }] : [];
  });
}

/** Words and numbers in it; bytes that happen to be printable have neither. */
function textScore(text: string): number {
  const isWord = /^[A-Za-z0-9][A-Za-z0-9 ._:/-]*$/.test(text);
  return isWord ? Math.min(7, text.length - 1) : 0;
}

function hintsOf(read: Interpretation): Hint[] {
  const sentinel = sentinelText(read);
  if (sentinel !== null) return read.order === "ABCD" ? [{ text: sentinel, score: 4 }] : [];
  return read.type.startsWith("float") ? floatHints(read) : integerHints(read);
}

function floatHints({ type, order, value }: Interpretation): Hint[] {
  const number = Number(value);
  const size = Math.abs(number);
  if (!(size >= MEASURED_MIN && size <= MEASURED_MAX)) return [];
  const isShort = digitsOf(number) <= FEW_DIGITS;
  const unit = unitOf(number);
  const score = (isShort ? 4 + (unit === "" ? 0 : 2) : 0.5) - (size < 0.1 ? 1 : 0);
  return [{ text: `${number}${unit} as ${type} ${order}`, score: score - strangeness(order) / 2 }];
}

/** Integers count tenths or hundredths of a unit, or whole units. */
function integerHints({ type, order, value }: Interpretation): Hint[] {
  const number = Number(value);
  if (number === 0) return [];
  const how = `as ${type} ${order}`;
  const isLong = bytesOf(type) > 2;
  // A long integer that its low half says as well needs no more than that half.
  const isNeeded = !isLong || number > 65_535 || number < -32_768;
  const scored = [
    { by: 10, score: 4 },
    { by: 100, score: 2 },
    { by: 1, score: 1 },
  ].flatMap(({ by, score }) => {
    const scaled = number / by;
    const unit = unitOf(scaled);
    const size = Math.abs(scaled);
    // Tenths of almost nothing are no tenths.
    if (unit === "" || isLong || size < 1) return [];
    const note = by === 1 ? how : `${how}, divided by ${by}`;
    return [{ text: `${scaled}${unit} ${note}`, score: score - 1.5 * strangeness(order) }];
  });
  const isCount = isLong && isNeeded && number > 0 && number < COUNT_MAX;
  const count = { text: `${number}, a count, ${how}`, score: 1 - strangeness(order) / 2 };
  return isCount ? [...scored, count] : scored;
}

/** How far from the standard an order is. */
function strangeness(order: Order): number {
  return { ABCD: 0, CDAB: 0.5, BADC: 1, DCBA: 1 }[order];
}

function unitOf(value: number): string {
  const found = QUANTITIES.find(({ from, to }) => value >= from && value <= to);
  return found === undefined ? "" : ` ${found.unit}`;
}

function digitsOf(value: number): number {
  return value.toExponential().replace(/e.*/, "").replace(/[-.]/g, "").length;
}
