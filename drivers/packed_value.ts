/** Values packed into bytes: in registers, and in binary payloads. */

/** Bytes that each type of number takes. */
const NUMBER_BYTES = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int24: 3,
  uint24: 3,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
} as const;

export type NumberType = keyof typeof NUMBER_BYTES;
export const NUMBER_TYPES = [
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int24",
  "uint24",
  "int32",
  "uint32",
  "float32",
  "int64",
  "uint64",
  "float64",
] as const satisfies readonly NumberType[];

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

/**
 * The bytes as the standard would have sent them, highest first; the same change either way. They
 * are these themselves where they stand so already.
 */
export function ordered(bytes: Uint8Array, order: Order): Uint8Array {
  if (order === "ABCD") return bytes;
  // One byte, or three, stand in no words: there is one way and the other.
  if (bytes.length % 2 > 0) return order === "DCBA" ? bytes.toReversed() : bytes.slice();
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
    case "int8":
      return view.getInt8(0);
    case "uint8":
      return view.getUint8(0);
    case "int24":
      return view.getInt16(0) * 256 + view.getUint8(2);
    case "uint24":
      return view.getUint16(0) * 256 + view.getUint8(2);
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
    case "int64":
      return exact(view.getBigInt64(0));
    case "uint64":
      return exact(view.getBigUint64(0));
  }
}

/** As a number where that says the same. */
export function exact(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** The shortest decimal that is this float32: 4.2, not 4.199999809265137. */
export function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

const gb18030 = new TextDecoder("gb18030");

/** Text up to the first NUL, without the spaces that fill it up; ASCII is a part of GB 18030. */
export function unpackText(bytes: Uint8Array, decoder = gb18030): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end)).trim();
}

/** What {@link unpackNumber} reads, for simulated devices. */
export function packNumber(value: number, type: NumberType): Uint8Array {
  const bytes = new Uint8Array(bytesOf(type));
  const view = new DataView(bytes.buffer);
  if (type === "float32") view.setFloat32(0, value);
  else if (type === "float64") view.setFloat64(0, value);
  else {
    const whole = BigInt.asUintN(64, BigInt(Math.round(value)));
    bytes.forEach((_, index) => {
      bytes[index] = Number(whole >> BigInt(8 * (bytes.length - 1 - index)) & 0xffn);
    });
  }
  return bytes;
}
