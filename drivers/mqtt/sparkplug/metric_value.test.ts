import * as tahu from "sparkplug-payload";
import { expect, test } from "vitest";
import { momentOf, qualityOf, valueOf } from "./metric_value.ts";
import { decodeSparkplug } from "./wire.ts";

type Encoder = NonNullable<ReturnType<typeof tahu.get>>;
type TahuMetric = NonNullable<Parameters<Encoder["encodePayload"]>[0]["metrics"]>[number];

/** A metric that Eclipse Tahu's library has packed, by the official protobuf. */
function packed(metric: TahuMetric) {
  const bytes = tahu.get("spBv1.0")?.encodePayload({ timestamp: 1, metrics: [metric] });
  const payload = decodeSparkplug(bytes ?? new Uint8Array());
  if ("reason" in payload) throw new Error(payload.reason);
  const [read] = payload.metrics;
  return { metric: read, datatype: read.datatype ?? 0 };
}

const ms = 1_795_328_852_123;

test.each<[TahuMetric["type"], TahuMetric["value"], unknown]>([
  ["Int8", -128, -128],
  ["Int8", 127, 127],
  ["Int16", -32_768, -32_768],
  ["Int32", -2_147_483_648, -2_147_483_648],
  ["Int32", 0, 0],
  ["Int64", -1_234_567_890_123, -1_234_567_890_123],
  ["UInt8", 255, 255],
  ["UInt16", 65_535, 65_535],
  ["UInt32", 4_294_967_295, 4_294_967_295],
  ["UInt64", 9_007_199_254_740_991, 9_007_199_254_740_991],
  ["Float", 4.2, 4.2],
  ["Double", -271.828, -271.828],
  ["Boolean", false, false],
  ["Boolean", true, true],
  ["String", "冷藏箱二", "冷藏箱二"],
  ["Text", "", ""],
  ["UUID", "550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"],
  ["DateTime", ms, new Date(ms).toISOString()],
  ["Int32", null, null],
  ["Float", NaN, NaN],
  ["Double", -Infinity, -Infinity],
])("a metric of the type %s that says %j is read as that", (type, value, expected) => {
  const { metric, datatype } = packed({ name: "m", type, value });
  expect(valueOf(metric, datatype)).toEqual({ kind: "value", raw: expected });
});

test.each<[string, object, number]>([
  ["a DataSet", {}, 16],
  ["Bytes", {}, 17],
  ["an Int16Array", {}, 23],
  ["no type of the specification", { intValue: 1 }, 99],
  ["an Int8 beyond it", { intValue: 0x1ff }, 1],
  ["a UInt8 beyond it", { intValue: 256 }, 5],
  ["an Int32 beyond it", { longValue: 1n << 40n }, 3],
  ["a Float in the field of another type", { doubleValue: 1 }, 9],
  ["a DateTime that is none", { longValue: 1n << 63n }, 13],
])("C7: %s is a fault", (_what, value, datatype) => {
  expect(valueOf({ isHistorical: false, isNull: false, ...value }, datatype).kind).toBe("fault");
});

test.each<[object, number, number]>([
  [{ intValue: 0xff }, 1, -1],
  [{ intValue: 0xffff_ffff }, 1, -1],
  [{ longValue: 0xffff_ffff_ffff_fffdn }, 3, -3],
  [{ longValue: 5n }, 7, 5],
])("two's complement of any width is read: case %#", (value, datatype, expected) => {
  const metric = { isHistorical: false, isNull: false, ...value };
  expect(valueOf(metric, datatype)).toEqual({ kind: "value", raw: expected });
});

test("a count beyond 2^53 is not rounded", () => {
  const metric = { isHistorical: false, isNull: false, longValue: (1n << 64n) - 1n };
  expect(valueOf(metric, 8)).toEqual({ kind: "value", raw: (1n << 64n) - 1n });
});

test("G7: a timestamp of zero or beyond all dates is none", () => {
  expect([0n, 1n << 63n, undefined].map(momentOf)).toEqual([null, null, null]);
  expect(momentOf(BigInt(ms))).toBe(ms);
});

test("G7: a quality that nobody knows is not good", () => {
  const properties = { Quality: { type: "Int32" as const, value: 64 } };
  const { metric } = packed({ name: "m", type: "Int32", value: 1, properties });
  expect(qualityOf(metric)).toEqual({
    isBad: false,
    reason: "its edge node gives it the quality 64",
  });
});
