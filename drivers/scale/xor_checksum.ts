/**
 * The checksum of Yaohua's indicators: exclusive or of the bytes, as two hexadecimal digits, high
 * one first (XK3190-A9+ manual, note 1: a half up to 9 gets 30h added, a larger one 37h).
 */
import { bytesOf } from "./frame.ts";

export function xorDigits(bytes: Uint8Array): string {
  const xor = bytes.reduce((sum, byte) => sum ^ byte, 0);
  return xor.toString(16).toUpperCase().padStart(2, "0");
}

/** Whether the two bytes are the digits of the others. */
export function isXorOf(digits: Uint8Array, bytes: Uint8Array): boolean {
  const [high, low] = bytesOf(xorDigits(bytes));
  return digits[0] === high && digits[1] === low;
}
