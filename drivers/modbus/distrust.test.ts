import { expect, test } from "vitest";
import type { Reading } from "../driver.ts";
import { DrivenRun, until } from "../fixtures.ts";
import { profileOf, pymodbus } from "./fixtures.ts";
import { modbus } from "./modbus.ts";
import { modbusProfile } from "./profile.ts";

/** The first poll of a device whose temperature is worth nothing while `broken` is on. */
async function polled(port: number, broken: object): Promise<Readonly<Record<string, Reading>>> {
  const temperature = { address: 0, type: "int16", scale: 0.1, faultIf: ["broken"] };
  const profile = profileOf({ temperature, broken });
  await using run = DrivenRun.of(modbus, {
    connection: { type: "tcp", host: "127.0.0.1", port },
    devices: [{ id: "device-1", profile, unit: 1 }],
  });
  await until("a poll has come", () => run.of("reading").length > 0 || run.ended !== null);
  expect(run.ended).toBeNull();
  const { readings } = run.of("reading")[0];
  return Object.fromEntries(readings.map((reading) => [reading.point, reading]));
}

test("C7: a value is a fault while the device says so at another place", async () => {
  const word = (value: number) => ({ table: "holding", type: "uint16", value } as const);
  const at46 = { ...word(46), address: 0 };
  await using server = await pymodbus([at46, { ...word(0b10), address: 1 }], { coil: [false] });
  const on = await polled(server.port, { address: 1, type: "bool", bit: 1 });
  expect(on.temperature).toMatchObject({ value: null, quality: "fault" });
  expect(on.temperature.reason).toBe("the device says broken");
  const off = await polled(server.port, { address: 1, type: "bool", bit: 0 });
  expect(off.temperature).toMatchObject({ value: 4.6, quality: "good" });
});

test("C7: a value is uncertain while nobody knows whether it is a fault", async () => {
  const words = [{ table: "holding", address: 0, type: "uint16", value: 46 } as const];
  await using server = await pymodbus(words, { coil: [false] });
  const readings = await polled(server.port, { table: "coil", address: 5000, type: "bool" });
  expect(readings.broken.quality).toBe("fault");
  expect(readings.temperature).toMatchObject({ value: 4.6, quality: "uncertain" });
  expect(readings.temperature.reason).toBe("broken could not be read");
});

test("a switch that no point is, or that is none, is refused", () => {
  for (const name of ["nowhere", "temperature"]) {
    const temperature = { address: 0, type: "int16", faultIf: [name] };
    const found = modbusProfile.safeParse(profileOf({ temperature }));
    expect(found.error?.issues.map(({ message }) => message)).toEqual([
      `there is no bool named "${name}"`,
    ]);
  }
});

test("a switch that is read at other times than its value is refused", () => {
  const profile = profileOf({
    temperature: { address: 0, type: "int16", faultIf: ["broken"] },
    broken: { address: 1, type: "bool" },
  });
  const [temperature, broken] = profile.points;
  const points = [temperature, { ...broken, poll: "slow" }];
  expect(modbusProfile.safeParse(profile).success).toBe(true);
  const found = modbusProfile.safeParse({ ...profile, points });
  expect(found.error?.issues.map(({ message }) => message)).toEqual([
    '"broken" is read at other times: its poll is slow',
  ]);
});
