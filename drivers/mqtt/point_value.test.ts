import { describe, expect, test } from "vitest";
import { decodePayload } from "./payload.ts";
import { madeUpDevice, madeUpPoint } from "./fixtures.ts";
import { readValue } from "./point_value.ts";
import { mqttProfile } from "./profile.ts";

const point = { point: "energy", unit: "kW.h", scale: 1, offset: 0, faults: [] };
/** What a UInt64 of all ones is. */
const ONES = 18446744073709551615n;

describe("C7: a count beyond 2^53", () => {
  test.each<[string, object, string]>([
    // As YAML reads it, it is rounded to 2^64.
    ["told as a number", { faults: [18446744073709551615] }, "tells a fault"],
    ["told as text", { faults: ["18446744073709551615"] }, "tells a fault"],
    ["above max", { max: 1e9 }, "is above 1000000000"],
    ["above max and scaled", { max: 1e9, scale: 0.001 }, "is above 1000000000"],
    ["below min", { min: 2e19 }, "is below 20000000000000000000"],
  ])("that is a sentinel, or what the device cannot mean, is a fault: %s", (_what, more, why) => {
    const reading = readValue(ONES, { ...point, ...more });
    expect(reading).toMatchObject({ value: null, quality: "fault" });
    expect(reading.reason).toContain(why);
  });

  test("that is no number of a computer is a fault", () => {
    expect(readValue(10n ** 400n, point)).toMatchObject({ value: null, quality: "fault" });
  });

  test("is text, digit by digit; scaled it is a number of 12 digits", () => {
    expect(readValue(ONES, point)).toMatchObject({ value: String(ONES), quality: "good" });
    expect(readValue(ONES, { ...point, scale: 0.001 }).value).toBe(18446744073700000);
  });

  test.each([
    ["json", "18446744073709551615", { path: "v" }],
    ["json", '"18446744073709551615"', { path: "v" }],
    ["number", "18446744073709551615", {}],
  ])("keeps its digits in a payload of %s: %s", (payload, written, where) => {
    const points = [madeUpPoint("energy", { unit: "kW.h", ...where })];
    const profile = { messages: [{ topic: "t", payload, points }] };
    const { messages: [message] } = mqttProfile.parse(madeUpDevice("d", profile).profile);
    const text = payload === "json" ? `{"v":${written}}` : written;
    const [decoded] = decodePayload(new TextEncoder().encode(text), message);
    expect(decoded).toMatchObject({ readings: [{ value: String(ONES), quality: "good" }] });
  });
});
