/** Where a value stands in a binary payload, as profiles say it. */
import * as z from "zod";
import {
  bytesOf,
  NUMBER_TYPES,
  type NumberType,
  ordered,
  ORDERS,
  packNumber,
  unpackNumber,
  unpackText,
} from "../packed_value.ts";

export const packedSchema = z.strictObject({
  offset: z.number().int().min(0).max(65_535).describe("Bytes before it"),
  type: z.enum([...NUMBER_TYPES, "bool", "string"]).describe("How the bytes are to be read"),
  order: z.enum(ORDERS).default("ABCD").describe("Order of bytes: ABCD highest first, DCBA lowest"),
  bit: z.number().int().min(0).max(7).optional().describe("For bool: which bit of the byte"),
  length: z.number().int().min(1).max(1024).optional().describe("For string: how many bytes"),
}).superRefine(({ type, order, length }, context) => {
  const complain = (field: string, message: string) =>
    context.addIssue({ code: "custom", path: [field], message });
  if (type === "string" && length === undefined) complain("length", "a string needs its length");
  const even = isNumber(type) && bytesOf(type) % 2 === 0;
  if (!even && (order === "CDAB" || order === "BADC")) {
    complain("order", `a ${type} has no words that could be swapped; want ABCD or DCBA`);
  }
});
export type PackedPlace = z.infer<typeof packedSchema>;

/** Bytes that a payload has at least when it has this value. */
export function endOf({ offset, type, length }: PackedPlace): number {
  return offset + (isNumber(type) ? bytesOf(type) : type === "string" ? length ?? 1 : 1);
}

/**
 * The raw value; the bytes have to reach to {@link endOf}. Throws a TypeError where a text is not
 * in the decoder's character set and that is fatal to it.
 */
export function unpack(
  bytes: Uint8Array,
  place: PackedPlace,
  decoder: TextDecoder,
): number | bigint | boolean | string {
  const { offset, type, order, bit = 0 } = place;
  const own = ordered(bytes.subarray(offset, endOf(place)), order);
  if (type === "bool") return (own[0] >> bit & 1) === 1;
  return type === "string" ? unpackText(own, decoder) : unpackNumber(own, type);
}

function isNumber(type: PackedPlace["type"]): type is NumberType {
  return type !== "bool" && type !== "string";
}

/** Writes what {@link unpack} reads, for simulated devices. */
export function pack(
  bytes: Uint8Array,
  place: PackedPlace,
  value: number | boolean | Uint8Array,
): void {
  const { offset, type, order, bit = 0 } = place;
  if (type === "bool") {
    if (value === true || value === 1) bytes[offset] |= 1 << bit;
    return;
  }
  const text = value instanceof Uint8Array ? value.subarray(0, place.length) : new Uint8Array();
  const own = isNumber(type) ? packNumber(Number(value), type) : new Uint8Array(place.length ?? 1);
  if (!isNumber(type)) own.set(text);
  bytes.set(ordered(own, order), offset);
}
