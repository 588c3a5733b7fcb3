/** Values into registers: what decode.ts reads, for simulated devices. */
import type { Order } from "../packed_value.ts";
import { type Register, registersOf } from "./profile.ts";

/** The bytes of a value's registers as they go over the wire; bits are words of 0 or 1. */
export function encodeRegister(register: Register, value: number | boolean | string): Uint8Array {
  const bytes = new Uint8Array(registersOf(register) * 2);
  const view = new DataView(bytes.buffer);
  if (register.type === "string") {
    new TextEncoder().encodeInto(String(value), bytes);
    return ordered(bytes, register.order);
  }
  if (register.type === "bool") {
    view.setUint16(0, value ? 1 << (register.bit ?? 0) : 0);
    return ordered(bytes, register.order);
  }
  const raw = (Number(value) - register.offset) / register.scale;
  switch (register.type) {
    case "int16":
      view.setInt16(0, Math.round(raw));
      break;
    case "uint16":
      view.setUint16(0, Math.round(raw));
      break;
    case "int32":
      view.setInt32(0, Math.round(raw));
      break;
    case "uint32":
      view.setUint32(0, Math.round(raw));
      break;
    case "float32":
      view.setFloat32(0, raw);
      break;
    case "float64":
      view.setFloat64(0, raw);
      break;
    case "int64":
      view.setBigInt64(0, BigInt(Math.round(raw)));
      break;
  }
  return ordered(bytes, register.order);
}

/** Bytes, highest first, in the order of the device: the same change either way. */
function ordered(bytes: Uint8Array, order: Order): Uint8Array {
  if (order === "CDAB" || order === "DCBA") {
    const words = bytes.slice();
    for (let at = 0; at < bytes.length; at += 2) {
      bytes.set(words.subarray(words.length - 2 - at, words.length - at), at);
    }
  }
  if (order === "BADC" || order === "DCBA") {
    for (let at = 0; at < bytes.length; at += 2) bytes.subarray(at, at + 2).reverse();
  }
  return bytes;
}
