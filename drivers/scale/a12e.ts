/**
 * Yaohua XK3190-A12(E), manual page 12: 15 bytes such as `WG004.139kg3D`, CR, LF. `OL` and `LO`
 * at the right of blanks say that the load is above or below what the scale weighs.
 */
import { ascii, bytesOf, type Frame, type FrameFormat, parseWeight } from "./frame.ts";
import { isXorOf, xorDigits } from "./xor_checksum.ts";

const CR = 0x0d;
const LF = 0x0a;
const W = 0x57;
const SPACE = 0x20;
const CHECKED = 11;
/** Places of the weight, with its point; without one the last is blank. */
const PLACES = 7;

export const a12e: FrameFormat = {
  window: 15,
  length: 15,
  begins: (byte) => byte === W || byte === SPACE,
  read(bytes) {
    if (bytes[13] !== CR || bytes[14] !== LF) return null;
    const body = bytes.subarray(0, CHECKED);
    return isXorOf(bytes.subarray(CHECKED, 13), body) ? frameOf(ascii(body)) : null;
  },
  write({ value, decimals, unit, net, trouble }) {
    if (trouble !== null) return framed(trouble === "overload" ? "OL" : "LO");
    const digits = Math.abs(value).toFixed(decimals) + (decimals === 0 ? " " : "");
    const places = digits.padStart(PLACES, "0");
    const text = value < 0 ? `-${places.slice(1)}` : places;
    const name = unit === "kg" ? "kg" : unit === "[lb_av]" ? "lb" : null;
    const room = value < 0 ? PLACES - 1 : PLACES;
    if (name === null || digits.length > room) return null;
    return framed(`W${net ? "N" : "G"}${text}${name}`);
  },
};

function frameOf(body: string): Frame | null {
  if (body === "OL".padStart(CHECKED)) return { kind: "trouble", trouble: "overload" };
  if (body === "LO".padStart(CHECKED)) return { kind: "trouble", trouble: "underload" };
  const [, mode, digits, blank, name] = /^W([GN])([\d.-]+)( ?)(kg|lb)$/.exec(body) ?? [];
  if (digits === undefined || (blank === " ") === digits.includes(".")) return null;
  const value = parseWeight(digits);
  if (value === null) return null;
  const unit = name === "lb" ? "[lb_av]" : "kg";
  return { kind: "weight", value, unit, net: mode === "N", tare: null, motion: null };
}

function framed(text: string): Uint8Array {
  const body = text.padStart(CHECKED);
  return bytesOf(`${body}${xorDigits(bytesOf(body))}\r\n`);
}
