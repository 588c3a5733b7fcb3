import { describe, expect, test } from "vitest";
import { type NumberType, type Order, ordered, packNumber } from "../packed_value.ts";
import { interpretations, plausible } from "./interpretation.ts";

function packed(value: number, type: NumberType, order: Order = "ABCD"): Uint8Array {
  return ordered(packNumber(value, type), order);
}

describe("what is most plausible:", () => {
  test.each<[number, NumberType, Order, string]>([
    [4.2, "float32", "CDAB", "4.2 °C as float32 CDAB"],
    [4.2, "float32", "ABCD", "4.2 °C as float32 ABCD"],
    [-78.5, "float32", "BADC", "-78.5 °C as float32 BADC"],
    [36.6, "float32", "DCBA", "36.6 °C as float32 DCBA"],
    [230.1, "float32", "ABCD", "230.1 V as float32 ABCD"],
    [50.02, "float32", "CDAB", "50.02 Hz as float32 CDAB"],
    [5.25, "float64", "ABCD", "5.25 °C as float64 ABCD"],
    [42, "int16", "ABCD", "4.2 °C as int16 ABCD, divided by 10"],
    [-185, "int16", "ABCD", "-18.5 °C as int16 ABCD, divided by 10"],
    [2304, "uint16", "ABCD", "230.4 V as int16 ABCD, divided by 10"],
  ])("%d, sent as %s %s", (value, type, order, text) => {
    expect(plausible(packed(value, type, order)).at(0)?.text).toBe(text);
  });

  test("hundredths are named too, behind tenths", () => {
    const texts = plausible(packed(420, "int16")).map(({ text }) => text);
    expect(texts.indexOf("42 °C as int16 ABCD, divided by 10")).toBe(0);
    expect(texts).toContain("4.2 °C as int16 ABCD, divided by 100");
  });

  test("a meter's count is named among what else it may be", () => {
    const texts = plausible(packed(123_456, "uint32", "CDAB")).map(({ text }) => text);
    expect(texts).toContain("123456, a count, as int32 CDAB");
  });

  test("text; in which order its bytes stand a person sees", () => {
    const name = new TextEncoder().encode("XR75CX-1");
    expect(plausible(name)[0].text).toBe('"XR75CX-1" as text ABCD');
    const swapped = plausible(ordered(name, "BADC")).slice(0, 2).map(({ text }) => text);
    expect(swapped).toContain('"XR75CX-1" as text BADC');
  });
});

describe("what is no value is named:", () => {
  test.each<[string, Uint8Array, string]>([
    ["NaN", packed(NaN, "float32"), "NaN as float32 ABCD"],
    ["the largest int16", packed(0x7fff, "uint16"), "32767 as int16 ABCD"],
    ["the smallest int16", packed(0x8000, "uint16"), "-32768 as int16 ABCD"],
    ["all ones", packed(0xffff, "uint16"), "65535 as uint16 ABCD"],
    ["-9999", packed(-9999, "int16"), "-9999 as int16 ABCD"],
  ])("%s", (_, bytes, text) => {
    const hint = plausible(bytes).find((hint) => hint.text.startsWith(`${text}: `));
    expect(hint?.text).toMatch(/many devices say where there is no/);
  });
});

test("zeros hint at nothing: they are zero in every type", () => {
  expect(plausible(new Uint8Array(8))).toEqual([]);
});

test("each type is read in each order that it has, as far as the registers go", () => {
  const count = (registers: number) => interpretations(new Uint8Array(2 * registers)).length;
  expect([0, 1, 2, 3, 4].map(count)).toEqual([0, 4, 16, 16, 24]);
});
