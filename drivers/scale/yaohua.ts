/**
 * Yaohua XK3190: the 12 bytes that are sent all the time (A9+ manual, serial method tF=0; DS3,
 * DS1, A23p, A26 and others alike), and the 14 that answer a command (tF=1).
 */
import { ascii, bytesOf, type Frame, type FrameFormat, parseWeight, type Shown } from "./frame.ts";
import { isXorOf, xorDigits } from "./xor_checksum.ts";

const START = 0x02;
const END = 0x03;
const DECIMALS_MAX = 4;

/** `02`, sign, 6 digits, decimals, checksum of bytes 2 to 9, `03`; gross or net is not told. */
export const yaohuaContinuous: FrameFormat = {
  window: 12,
  length: 12,
  begins: (byte) => byte === START,
  read(bytes) {
    if (bytes[11] !== END || !isXorOf(bytes.subarray(9, 11), bytes.subarray(1, 9))) return null;
    return weightOf(bytes.subarray(1, 9), null);
  },
  write(shown) {
    const body = bodyOf(shown);
    return body === null ? null : framed(body);
  },
};

/** `02`, address, command, then as above, checksum from byte 2 on: B is gross, D net weight. */
export function yaohuaReply(address: string): FrameFormat {
  return {
    window: 14,
    length: 14,
    begins: (byte) => byte === START,
    read(bytes) {
      const command = String.fromCharCode(bytes[2]);
      if (bytes[1] !== address.charCodeAt(0) || (command !== "B" && command !== "D")) return null;
      if (bytes[13] !== END || !isXorOf(bytes.subarray(11, 13), bytes.subarray(1, 11))) return null;
      return weightOf(bytes.subarray(3, 11), command === "D");
    },
    write(shown) {
      const body = bodyOf(shown);
      return body === null ? null : framed(`${address}${shown.net ? "D" : "B"}${body}`);
    },
  };
}

/** Sign, 6 digits and the number of decimals. */
function weightOf(bytes: Uint8Array, net: boolean | null): Frame | null {
  const text = ascii(bytes);
  if (!/^[+-]\d{6}[0-4]$/.test(text)) return null;
  const decimals = Number(text[7]);
  const digits = `${text.slice(1, 7 - decimals)}.${text.slice(7 - decimals, 7)}0`;
  const value = parseWeight(text[0] === "-" ? `-${digits}` : digits);
  if (value === null) return null;
  return { kind: "weight", value, unit: null, net, tare: null, motion: null };
}

/** Overload has no frame of its own in the manuals: such an indicator shows what it shows. */
function bodyOf({ value, decimals, trouble }: Shown): string | null {
  if (trouble !== null || decimals > DECIMALS_MAX) return null;
  const digits = String(Math.round(Math.abs(value) * 10 ** decimals)).padStart(6, "0");
  return digits.length > 6 ? null : `${value < 0 ? "-" : "+"}${digits}${decimals}`;
}

function framed(body: string): Uint8Array {
  return bytesOf(`\x02${body}${xorDigits(bytesOf(body))}\x03`);
}
