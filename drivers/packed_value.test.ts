import { expect, test } from "vitest";
import { bytesOf, ordered, packNumber, unpackNumber, unpackText } from "./packed_value.ts";
import type { NumberType, Order } from "./packed_value.ts";

/** Packed by Python's struct; its bytes put into the order of the second column by hand. */
const PACKED: readonly [NumberType, Order, string, number][] = [
  ["int8", "ABCD", "fb", -5],
  ["int8", "DCBA", "fb", -5],
  ["uint8", "ABCD", "c8", 200],
  ["uint8", "DCBA", "c8", 200],
  ["int16", "ABCD", "fb2e", -1234],
  ["int16", "CDAB", "fb2e", -1234],
  ["int16", "BADC", "2efb", -1234],
  ["int16", "DCBA", "2efb", -1234],
  ["uint16", "ABCD", "d431", 54321],
  ["uint16", "CDAB", "d431", 54321],
  ["uint16", "BADC", "31d4", 54321],
  ["uint16", "DCBA", "31d4", 54321],
  ["int32", "ABCD", "f8a432eb", -123456789],
  ["int32", "CDAB", "32ebf8a4", -123456789],
  ["int32", "BADC", "a4f8eb32", -123456789],
  ["int32", "DCBA", "eb32a4f8", -123456789],
  ["uint32", "ABCD", "ba2c2b15", 3123456789],
  ["uint32", "CDAB", "2b15ba2c", 3123456789],
  ["uint32", "BADC", "2cba152b", 3123456789],
  ["uint32", "DCBA", "152b2cba", 3123456789],
  ["float32", "ABCD", "40866666", 4.2],
  ["float32", "CDAB", "66664086", 4.2],
  ["float32", "BADC", "86406666", 4.2],
  ["float32", "DCBA", "66668640", 4.2],
  ["int64", "ABCD", "fffffee08e04fb35", -1234567890123],
  ["int64", "CDAB", "fb358e04fee0ffff", -1234567890123],
  ["int64", "BADC", "ffffe0fe048e35fb", -1234567890123],
  ["int64", "DCBA", "35fb048ee0feffff", -1234567890123],
  ["uint64", "ABCD", "0000011f71fb04cb", 1234567890123],
  ["uint64", "CDAB", "04cb71fb011f0000", 1234567890123],
  ["uint64", "BADC", "00001f01fb71cb04", 1234567890123],
  ["uint64", "DCBA", "cb04fb711f010000", 1234567890123],
  ["float64", "ABCD", "c070fd3f7ced9168", -271.828],
  ["float64", "CDAB", "91687cedfd3fc070", -271.828],
  ["float64", "BADC", "70c03ffded7c6891", -271.828],
  ["float64", "DCBA", "6891ed7c3ffd70c0", -271.828],
  ["int24", "ABCD", "feee90", -70000],
  ["int24", "DCBA", "90eefe", -70000],
  ["uint24", "ABCD", "f42400", 16000000],
  ["uint24", "DCBA", "0024f4", 16000000],
];

test.each(PACKED)("a %s in the order %s is read from %s as %d", (type, order, hex, value) => {
  const bytes = Uint8Array.fromHex(hex);
  expect(bytes.length).toBe(bytesOf(type));
  expect(unpackNumber(ordered(bytes, order), type)).toBe(value);
  expect(ordered(packNumber(value, type), order).toHex()).toBe(hex);
});

test("a count beyond 2^53 is not rounded", () => {
  const bytes = Uint8Array.fromHex("fffffffffffffffe");
  expect(unpackNumber(bytes, "uint64")).toBe(18_446_744_073_709_551_614n);
  expect(unpackNumber(bytes, "int64")).toBe(-2);
});

test("a text ends at its first NUL, and is trimmed", () => {
  const bytes = new Uint8Array([0x20, 0xc0, 0xe4, 0xb2, 0xd8, 0x20, 0x00, 0x41]);
  expect(unpackText(bytes)).toBe("冷藏");
});
