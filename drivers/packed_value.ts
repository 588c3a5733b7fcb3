/** Values packed into bytes: in registers, and in binary payloads. */

/** Bytes that each type of number takes. */
const NUMBER_BYTES = {
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  float64: 8,
} as const;

export type NumberType = keyof typeof NUMBER_BYTES;

/**
 * Where the bytes of a value, A being the highest, stand in its words of two: `ABCD` as the
 * standard has it, `CDAB` with the words the other way round, `BADC` with the bytes of each word
 * the other way round, `DCBA` with both. Longer values follow the same rule.
 */
export const ORDERS = ["ABCD", "CDAB", "BADC", "DCBA"] as const;
export type Order = typeof ORDERS[number];

export function bytesOf(type: NumberType): number {
  return NUMBER_BYTES[type];
}

/** The bytes as the standard would have sent them, highest first. */
export function ordered(bytes: Uint8Array, order: Order): Uint8Array {
  const result = new Uint8Array(bytes.length);
  const swapWords = order === "CDAB" || order === "DCBA";
  const swapBytes = order === "BADC" || order === "DCBA";
  for (let at = 0; at < bytes.length; at += 2) {
    const from = swapWords ? bytes.length - 2 - at : at;
    result[at] = bytes[swapBytes ? from + 1 : from];
    result[at + 1] = bytes[swapBytes ? from : from + 1];
  }
  return result;
}

/** A number from its bytes, highest first; a count beyond 2^53 as a bigint: it is not rounded. */
export function unpackNumber(bytes: Uint8Array, type: NumberType): number | bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case "int16":
      return view.getInt16(0);
    case "uint16":
      return view.getUint16(0);
    case "int32":
      return view.getInt32(0);
    case "uint32":
      return view.getUint32(0);
    case "float32":
      return shortest(view.getFloat32(0));
    case "float64":
      return view.getFloat64(0);
    case "int64": {
      const value = view.getBigInt64(0);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
  }
}

/** The shortest decimal that is this float32: 4.2, not 4.199999809265137. */
export function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

const decoder = new TextDecoder("gb18030");

/** Text up to the first NUL, without the spaces that fill it up; ASCII is a part of GB 18030. */
export function unpackText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end)).trim();
}
