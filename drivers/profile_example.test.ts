import { expect, test } from "vitest";
import type { Reading } from "./driver.ts";
import { decodeBit, decodePoint } from "./modbus/decode.ts";
import { encodeRegister } from "./modbus/encode.ts";
import { type ModbusProfile, TABLES } from "./modbus/profile.ts";
import { encodePayload } from "./mqtt/encode.ts";
import { decodePayload } from "./mqtt/payload.ts";
import { type MqttProfile, pointsOf } from "./mqtt/profile.ts";
import { toldPoints } from "./profile.ts";
import { decodeExample, exampleNames } from "./profile_example.ts";
import { builtInProfiles, readProfiles } from "./profile_library.ts";
import type { Values } from "./simulation.ts";
import { modbusInStoredUnits, mqttInStoredUnits } from "./units.ts";

const profiles = readProfiles(builtInProfiles());

/** What we have made up ourselves is no device of somebody else. */
const OWN = "Tributary's own definition";
const real = [...profiles.values()].filter(({ source }) => !source.startsWith(OWN));
type Exampled = ModbusProfile | MqttProfile;
/** A scale's frames are in scale/examples, and read there; printed lines are read nowhere here. */
const exampled = real.filter((profile): profile is Exampled =>
  profile.protocol !== "scale" && profile.protocol !== "printer"
);

function inUnits(profile: Exampled): Promise<Exampled> {
  return profile.protocol === "modbus" ? modbusInStoredUnits(profile) : mqttInStoredUnits(profile);
}

for (const profile of exampled) {
  test(`${profile.profile} reads its example, every point of it`, async () => {
    const stored = await inUnits(profile);
    const seen = new Set<string>();
    for (const { readings, wanted, ...told } of decodeExample(stored)) {
      expect(told.unreadable).toBe(told.wantedUnreadable);
      expect(Object.fromEntries(readings.map(({ point, value }) => [point, value]))).toEqual(
        wanted,
      );
      for (const { point, value, quality } of readings) {
        expect([point, quality]).toEqual([point, value === null ? "fault" : "good"]);
        if (value !== null) seen.add(point);
      }
      expect(told.id).toBe(told.wantedId);
      expect(told.deviceMs).toBe(told.wantedMs);
    }
    expect([...seen].sort()).toEqual(toldPoints(stored).map(({ point }) => point).sort());
  });
}

test("every profile of a real device says where to look it up", () => {
  for (const { profile, source } of real) {
    expect([profile, source]).toEqual([profile, expect.stringMatching(/https?:\/\/\S+\.\S+/)]);
  }
});

test("every profile has its titles in both languages, the Chinese one in Chinese", () => {
  for (const profile of profiles.values()) {
    for (const { zh, en } of [profile, ...toldPoints(profile)].map(({ title }) => title)) {
      expect([profile.profile, zh]).toEqual([
        profile.profile,
        expect.stringMatching(/\p{Script=Han}/u),
      ]);
      expect([profile.profile, en]).not.toEqual([
        profile.profile,
        expect.stringMatching(/\p{Script=Han}/u),
      ]);
    }
  }
});

test("no example is without its profile", () => {
  expect(exampleNames().filter((name) => !profiles.has(name))).toEqual([]);
});

test("a point's usual value is one that its profile takes for good", () => {
  for (const profile of exampled) {
    for (const { point, example, min = -Infinity, max = Infinity } of placed(profile)) {
      if (typeof example !== "number") continue;
      expect([profile.profile, point, min <= example && example <= max])
        .toEqual([profile.profile, point, true]);
    }
  }
});

/** The points that have a place in what the device says. */
function placed(profile: Exampled) {
  return profile.protocol === "modbus" ? profile.points : pointsOf(profile);
}

/** What the drivers read of a simulated device that tells these values. */
function played(profile: Exampled, values: Values): readonly Reading[] {
  if (profile.protocol === "modbus") {
    return profile.points.map((point) => {
      const bytes = encodeRegister(point.register, values[point.point]);
      const bit = TABLES[point.register.table] <= TABLES.discrete;
      return bit ? decodeBit(point, values[point.point] === true) : decodePoint(point, bytes);
    });
  }
  return profile.messages.flatMap((message) =>
    decodePayload(encodePayload(message, values, { id: "7", ms: 0 }), message).flatMap((decoded) =>
      decoded.kind === "unreadable" ? [] : decoded.readings
    )
  );
}

for (const profile of exampled) {
  test(`a simulated ${profile.profile} is read as it was told`, async () => {
    const stored = await inUnits(profile);
    const values = Object.fromEntries(
      placed(stored).map(({ point, example }) => [point, example]),
    );
    const readings = played(stored, values);
    expect(readings.map(({ point }) => point).sort()).toEqual(Object.keys(values).sort());
    for (const { point, value, quality } of readings) {
      const wanted = values[point];
      const close = typeof wanted === "number"
        ? expect.closeTo(wanted, Math.abs(wanted) < 1 ? 2 : 1)
        : wanted;
      expect([point, value, quality]).toEqual([point, close, "good"]);
    }
  });
}
