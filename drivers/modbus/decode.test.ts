import { expect, test } from "vitest";
import { decodePoint } from "./decode.ts";
import { profileOf } from "./fixtures.ts";
import { modbusProfile } from "./profile.ts";

/** What a point of an int64 makes of these eight bytes. */
function read(hex: string, more: object, limits: object = {}) {
  const register = { address: 0, type: "int64", ...more };
  const [point] = modbusProfile.parse(profileOf({ count: register })).points;
  return decodePoint({ ...point, ...limits }, Uint8Array.fromHex(hex));
}

const LARGEST = "7fffffffffffffff";

test.each<[object, object, string]>([
  [{}, { max: 1e9 }, "9223372036854775807 is above 1000000000"],
  [{ scale: 0.001 }, { max: 1e9 }, "is above 1000000000"],
  [{}, { min: 1e19 }, "9223372036854775807 is below 10000000000000000000"],
  [{ faults: [9223372036854775807] }, {}, "9223372036854775807 tells a fault"],
])("C7: a count beyond 2^53 that the device cannot mean is a fault: %j %j", (more, limits, why) => {
  const reading = read(LARGEST, more, limits);
  expect(reading).toMatchObject({ value: null, quality: "fault" });
  expect(reading.reason).toContain(why);
});

test("a count beyond 2^53 is text, digit by digit; scaled it is a number of 12 digits", () => {
  expect(read(LARGEST, {})).toMatchObject({ value: "9223372036854775807", quality: "good" });
  expect(read(LARGEST, { scale: 0.001 }).value).toBe(9223372036850000);
});
