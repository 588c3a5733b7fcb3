import { expect, test } from "vitest";
import { decodePoint } from "./modbus/decode.ts";
import { encodeRegister } from "./modbus/encode.ts";
import { profileOf } from "./modbus/fixtures.ts";
import { modbusProfile } from "./modbus/profile.ts";
import { toldPoints } from "./profile.ts";
import { builtInProfiles, readProfiles } from "./profile_library.ts";
import { inStoredUnits, isUnit, UnitError } from "./units.ts";

/** A register in a device's own unit, read in another; and what UCUM says that it is. */
const CASES = [
  // 40.1 degrees Fahrenheit, the usual 4.5 degrees Celsius of a vaccine fridge.
  { from: "[degF]", to: "Cel", raw: 401, scale: 0.1, value: 4.5 },
  { from: "[degF]", to: "Cel", raw: -40, scale: 1, value: -40 },
  { from: "K", to: "Cel", raw: 27715, scale: 0.01, value: 4 },
  // 304.2 kPa absolute, saturation at 134 degrees (rule S4), from bar and from psi.
  { from: "bar", to: "kPa", raw: 3042, scale: 0.001, value: 304.2 },
  { from: "[psi]", to: "kPa", raw: 10, scale: 1, value: 68.9475729318 },
  { from: "W.h", to: "kW.h", raw: 15228, scale: 10, value: 152.28 },
  { from: "[lb_av]", to: "kg", raw: 100, scale: 0.1, value: 4.5359237 },
  { from: "mA", to: "A", raw: 432, scale: 1, value: 0.432 },
];

for (const { from, to, raw, scale, value } of CASES) {
  test(`${raw} × ${scale} ${from} are stored as ${value} ${to}, and written back as they came`, async () => {
    const register = { address: 0, type: "int32", scale };
    const parsed = modbusProfile.parse(profileOf({ value: register }));
    const [point] = parsed.points;
    const told = { ...parsed, points: [{ ...point, unit: to, deviceUnit: from }] };
    const profile = await inStoredUnits(told);
    if (profile.protocol !== "modbus") throw new Error("it was Modbus");
    const [converted] = profile.points;
    const bytes = new Uint8Array(new Int32Array([raw]).buffer).toReversed();
    const reading = decodePoint(converted, bytes);
    expect(reading).toMatchObject({ unit: to, quality: "good" });
    expect(reading.value).toBeCloseTo(value, 9);
    expect(encodeRegister(converted.register, Number(reading.value))).toEqual(bytes);
  });
}

test("units that are no UCUM, or of different kinds, are refused by name", async () => {
  const parsed = modbusProfile.parse(profileOf({ value: { address: 0, type: "int16" } }));
  for (const [deviceUnit, unit] of [["mV", "Cel"], ["°F", "Cel"], ["bar", "kpa"]]) {
    const told = { ...parsed, points: [{ ...parsed.points[0], unit, deviceUnit }] };
    const refusal = inStoredUnits(told);
    await expect(refusal).rejects.toThrow(UnitError);
    await expect(refusal).rejects.toThrow(`Cannot convert "${deviceUnit}" into "${unit}"`);
  }
});

test("a profile that converts nothing is as it was", async () => {
  for (const profile of readProfiles(builtInProfiles()).values()) {
    if (toldPoints(profile).some(({ deviceUnit }) => deviceUnit !== undefined)) continue;
    expect(await inStoredUnits(profile)).toEqual(profile);
  }
});

test("every unit of the profiles that come with the program is UCUM", async () => {
  const units = [...readProfiles(builtInProfiles()).values()].flatMap((profile) =>
    toldPoints(profile).flatMap(({ unit, deviceUnit = "" }) => [unit, deviceUnit])
  );
  for (const unit of new Set(units)) {
    if (unit !== "") expect([unit, await isUnit(unit)]).toEqual([unit, true]);
  }
});
