/** Registers into values. */
import type { Reading } from "../driver.ts";
import { outOfRange, scaled } from "../numbers.ts";
import { ordered, unpackNumber, unpackText } from "../packed_value.ts";
import type { ModbusPoint } from "./profile.ts";

/** Reads a point from its registers, given as the bytes that came over the wire. */
export function decodePoint(point: ModbusPoint, bytes: Uint8Array): Reading {
  const { register } = point;
  if (register.type === "string") return good(point, unpackText(ordered(bytes, register.order)));
  if (register.type === "bool") {
    const word = Number(unpackNumber(ordered(bytes, register.order), "uint16"));
    return good(point, (word >> (register.bit ?? 0) & 1) === 1);
  }
  const raw = unpackNumber(ordered(bytes, register.order), register.type);
  if (register.faults.includes(Number(raw))) return fault(point, `${raw} tells a fault`);
  const value = scaled(raw, register.scale, register.offset);
  const reason = outOfRange(value, point);
  if (reason !== null) return fault(point, reason);
  // A count beyond 2^53 would be rounded as a number: it is kept as text, digit by digit.
  return good(point, typeof value === "bigint" ? String(value) : value);
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
