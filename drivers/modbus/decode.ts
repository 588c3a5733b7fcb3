/** Registers into values. */
import type { Reading } from "../driver.ts";
import { outOfRange, scaled } from "../numbers.ts";
import type { ModbusPoint, Order, ValueType } from "./profile.ts";

/** Reads a point from its registers, given as the bytes that came over the wire. */
export function decodePoint(point: ModbusPoint, bytes: Uint8Array): Reading {
  const { register } = point;
  if (register.type === "string") return good(point, text(ordered(bytes, register.order)));
  if (register.type === "bool") {
    const word = new DataView(ordered(bytes, register.order).buffer).getUint16(0);
    return good(point, (word >> (register.bit ?? 0) & 1) === 1);
  }
  const raw = numberIn(ordered(bytes, register.order), register.type);
  if (register.faults.includes(Number(raw))) return fault(point, `${raw} tells a fault`);
  if (typeof raw === "bigint") {
    // A count beyond 2^53 would be rounded as a number: it is kept as text, digit by digit.
    if (register.scale === 1 && register.offset === 0) return good(point, String(raw));
  }
  const value = scaled(Number(raw), register.scale, register.offset);
  const reason = outOfRange(value, point);
  return reason === null ? good(point, value) : fault(point, reason);
}

/** A point that was read as a single bit. */
export function decodeBit(point: ModbusPoint, bit: boolean): Reading {
  return good(point, bit);
}

export function fault(point: ModbusPoint, reason: string): Reading {
  return { point: point.point, value: null, unit: point.unit, quality: "fault", reason };
}

function good(point: ModbusPoint, value: number | string | boolean): Reading {
  return { point: point.point, value, unit: point.unit, quality: "good" };
}

/** The bytes as the standard would have sent them, highest first. */
function ordered(bytes: Uint8Array, order: Order): Uint8Array {
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

function numberIn(bytes: Uint8Array, type: Exclude<ValueType, "string" | "bool">): number | bigint {
  const view = new DataView(bytes.buffer);
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
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

const decoder = new TextDecoder("gb18030");

/** Text up to the first NUL, without the spaces that fill it up; ASCII is a part of GB 18030. */
function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end)).trim();
}
