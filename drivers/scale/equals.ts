/**
 * The `=` formats of many indicators, which have no checksum: `=`, then the weight as displayed,
 * with its point, from the highest place on or, reversed, from the lowest. A26 manual, pages 10
 * and 11, of 3.000 and -1.00: reversed `=000.3000` and `=00.1000-`, else `=0003.000` and
 * `=-0001.00`; the A23p manual alike. In the older D2+ way (DS3 manual, note 2) it is one shorter.
 *
 * Since only its shape vouches for such a frame, it counts when the next one, or a line's end,
 * follows it: a byte too many or too few makes it none.
 */
import { ascii, bytesOf, type FrameFormat, parseWeight } from "./frame.ts";

const EQUALS = 0x3d;
const FOLLOWING = [EQUALS, 0x0d, 0x0a];

export interface EqualsOptions {
  /** Behind the `=`. */
  readonly characters: number;
  readonly reversed: boolean;
}

export function equals({ characters, reversed }: EqualsOptions): FrameFormat {
  return {
    window: characters + 2,
    length: characters + 1,
    begins: (byte) => byte === EQUALS,
    read(bytes) {
      if (!FOLLOWING.includes(bytes[characters + 1])) return null;
      const text = ascii(bytes.subarray(1, characters + 1));
      const value = parseWeight(reversed ? backwards(text) : text);
      if (value === null) return null;
      return { kind: "weight", value, unit: null, net: null, tare: null, motion: null };
    },
    write({ value, decimals, trouble }) {
      const digits = Math.abs(value).toFixed(decimals).padStart(characters, "0");
      const room = value < 0 ? digits.replace(/^0/, "-") : digits;
      if (trouble !== null || room.length > characters) return null;
      if (value < 0 && !room.startsWith("-")) return null;
      return bytesOf(`=${reversed ? backwards(room) : room}`);
    },
  };
}

function backwards(text: string): string {
  return [...text].reverse().join("");
}
