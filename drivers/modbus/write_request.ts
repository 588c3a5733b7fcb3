/** The request that writes a value to a point, as far as its profile lets it. */
import { decodePoint } from "./decode.ts";
import { encodeRegister } from "./encode.ts";
import { functionToWrite, type ModbusPoint, type ModbusProfile } from "./profile.ts";
import type { WriteRequest } from "./request.ts";

/** On or off for a coil, else a number in the point's unit. */
export type WriteValue = number | boolean;

/** Text says why the value may not be written. */
export function writeRequest(
  point: ModbusPoint,
  { addressBase }: Pick<ModbusProfile, "addressBase">,
  value: WriteValue,
): WriteRequest | string {
  const { register, write } = point;
  if (write === undefined) return "its profile does not declare it as writable";
  const start = register.address - addressBase;
  const code = write.function ?? functionToWrite(register);
  if (register.type === "bool") {
    if (typeof value !== "boolean") return "want true or false";
    return code === 15
      ? { kind: "write-coils", start, bits: [value] }
      : { kind: "write-coil", start, on: value };
  }
  if (typeof value !== "number" || !Number.isFinite(value)) return "want a number";
  const fault = notAllowed(point, value);
  if (fault !== null) return fault;
  const bytes = encodeRegister(register, value);
  // What the device would hold then: a step of its own, a limit of its type, a sign of a fault.
  const held = decodePoint(point, bytes);
  if (held.quality !== "good") return `its registers would say: ${held.reason}`;
  if (held.value !== value) return `its registers cannot hold it: they would say ${held.value}`;
  return code === 6
    ? { kind: "write-register", start, value: bytes[0] << 8 | bytes[1] }
    : { kind: "write-registers", start, bytes };
}

function notAllowed({ unit, labels = {}, write }: ModbusPoint, value: number): string | null {
  const { values, min = -Infinity, max = Infinity } = write ?? {};
  if (values !== undefined) {
    const known = values.map((one) => `${one} (${labels[String(one)]?.en ?? ""})`);
    return values.includes(value) ? null : `want ${known.join(" or ")}`;
  }
  return value >= min && value <= max ? null : `want ${min} to ${max} ${unit}`.trimEnd();
}
