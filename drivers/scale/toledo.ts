/**
 * Mettler Toledo's continuous output: STX, three status bytes, 6 digits of weight, 6 of tare, CR
 * and, where it is switched on, a checksum. Bits and checksum: METTLER TOLEDO WILDCAT Scale
 * Technical Manual E15609900A, tables 6-8 to 6-11; tonnes and blanks in the place of insignificant
 * zeros: what users report of their terminals' manuals, cnblogs.com/dirgo/p/21366370 and
 * cncal.com/article/39022.
 */
import {
  ascii,
  bytesOf,
  type Frame,
  type FrameFormat,
  parseWeight,
  type Shown,
  type Trouble,
  type WeightUnit,
} from "./frame.ts";

const STX = 0x02;
const CR = 0x0d;
/** Without checksum. */
const LENGTH = 17;

/** Of the second status byte. */
const NET = 0x01;
const NEGATIVE = 0x02;
const OUT_OF_RANGE = 0x04;
const MOTION = 0x08;
const KG = 0x10;
const NOT_ZEROED = 0x40;
/** Of the third. */
const EXPANDED = 0x10;
/** Set in all three, so that each is a character that can be printed. */
const ALWAYS = 0x20;
/** Of the first: an increment of 1. */
const BY_ONE = 0x08;
/** Of the first, bits 0 to 2: `XXXX00` is 0, `XXXXX0` 1, `XXXXXX` 2, `XXXXX.X` 3, and so on. */
const NO_DECIMALS = 2;

export interface ToledoOptions {
  /** Two's complement of the sum's low 7 bits (the manual's) or low 8. */
  readonly checksum: "7-bit" | "8-bit" | "none";
  /** Bit 6 of the second status byte means "not zeroed since power-up"; some set it always. */
  readonly tellsZeroed: boolean;
}

export function toledo({ checksum, tellsZeroed }: ToledoOptions): FrameFormat {
  const length = checksum === "none" ? LENGTH : LENGTH + 1;
  const mask = checksum === "8-bit" ? 0xff : 0x7f;
  return {
    window: length,
    length,
    begins: (byte) => byte === STX,
    read(bytes) {
      if (bytes[LENGTH - 1] !== CR) return null;
      if (checksum !== "none") {
        if (bytes[LENGTH] > mask || (sum(bytes) & mask) !== 0) return null;
      }
      return frameOf(bytes, tellsZeroed);
    },
    write(shown) {
      const frame = bytesOfShown(shown);
      if (frame === null || checksum === "none") return frame;
      return Uint8Array.of(...frame, -sum(frame) & mask);
    },
  };
}

function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, byte) => total + byte, 0);
}

function frameOf(bytes: Uint8Array, tellsZeroed: boolean): Frame | null {
  const [, a, b, c] = bytes;
  if ([a, b, c].some((status) => status < ALWAYS || status > 0x7f)) return null;
  // Out of range, the digits may be blank, or stripes.
  const trouble = troubleOf(b, c, tellsZeroed);
  if (trouble !== null) return { kind: "trouble", trouble };
  const unit = unitOf(b, c);
  if (unit === null) return { kind: "trouble", trouble: "unknown-unit" };
  const value = digits(bytes.subarray(4, 10), a);
  const tare = digits(bytes.subarray(10, 16), a);
  if (value === null || tare === null) return null;
  const signed = (b & NEGATIVE) !== 0 && value !== 0 ? -value : value;
  const motion = (b & MOTION) !== 0;
  return { kind: "weight", value: signed, unit, net: (b & NET) !== 0, tare, motion };
}

function troubleOf(b: number, c: number, tellsZeroed: boolean): Trouble | null {
  if ((b & OUT_OF_RANGE) !== 0) return (b & NEGATIVE) === 0 ? "overload" : "underload";
  if (tellsZeroed && (b & NOT_ZEROED) !== 0) return "not-zeroed";
  return (c & EXPANDED) === 0 ? null : "expanded";
}

function unitOf(b: number, c: number): WeightUnit | null {
  const units = [(b & KG) === 0 ? "[lb_av]" : "kg", "g", "t"] as const;
  return units[c & 0x07] ?? null;
}

/** Insignificant zeros may be blank. */
function digits(bytes: Uint8Array, a: number): number | null {
  const text = ascii(bytes);
  if (!/^ *\d+$/.test(text)) return null;
  const whole = text.trimStart();
  const places = (a & 0x07) - NO_DECIMALS;
  if (places <= 0) return parseWeight(whole + "0".repeat(-places));
  const padded = whole.padStart(places + 1, "0");
  return parseWeight(`${padded.slice(0, -places)}.${padded.slice(-places)}`);
}

function bytesOfShown(shown: Shown): Uint8Array | null {
  const { value, decimals, unit, net, tare, motion, trouble } = shown;
  const field = (number: number) => String(Math.round(Math.abs(number) * 10 ** decimals));
  const [weight, tared] = [field(value).padStart(6, "0"), field(tare).padStart(6, "0")];
  if (weight.length > 6 || tared.length > 6 || decimals > 5) return null;
  const negative = trouble === "underload" || (trouble === null && value < 0);
  const b = ALWAYS | (net ? NET : 0) | (negative ? NEGATIVE : 0) | (motion ? MOTION : 0) |
    (trouble === null ? 0 : OUT_OF_RANGE) | (unit === "[lb_av]" ? 0 : KG);
  const c = ALWAYS | (unit === "g" ? 1 : unit === "t" ? 2 : 0);
  const status = [ALWAYS | BY_ONE | (decimals + NO_DECIMALS), b, c];
  return Uint8Array.of(STX, ...status, ...bytesOf(weight + tared), CR);
}
