import { describe, expect, test } from "vitest";
import type { Reading } from "./driver.ts";
import { DrivenRun, until } from "./fixtures.ts";
import { modbus } from "./modbus/modbus.ts";
import { type ModbusProfile, registersOf } from "./modbus/profile.ts";
import { ModbusSimulator } from "./modbus/simulator.ts";
import { mqttBroker } from "./mqtt/broker.ts";
import { brokerOf, PASSWORD, PASSWORD_HASH } from "./mqtt/fixtures.ts";
import { type MqttPoint, type MqttProfile, pointsOf } from "./mqtt/profile.ts";
import { MqttSimulator } from "./mqtt/simulator.ts";
import { builtInProfiles, readProfiles } from "./profile_library.ts";
import { scale } from "./scale/scale.ts";
import { ScaleSimulator, shownAt } from "./scale/simulator.ts";
import { inUnit } from "./scale/weight_units.ts";
import { exampleModel, type Values } from "./simulation.ts";
import { modbusInStoredUnits, mqttInStoredUnits } from "./units.ts";

const profiles = [...readProfiles(builtInProfiles()).values()];
const HOST = "127.0.0.1";
/** Long enough after its start that every number has left its example. */
const SOME_MS = 25_000;

/** Of a value in 32 bits, and where that is 0. */
const FLOAT_STEP = 1e-6;
const ZERO_STEP = 1e-12;

/** That a device told this value, as finely as its profile lets it. */
function expectTold(reading: Reading | undefined, wanted: Values[string], step: number): void {
  const most = step + FLOAT_STEP * Math.abs(Number(wanted)) + ZERO_STEP;
  // Close to so many digits is closer than half of the last one.
  const close = typeof wanted === "number" ? expect.closeTo(wanted, -Math.log10(2 * most)) : wanted;
  expect(reading).toMatchObject({ value: close, quality: "good" });
}

const modbusProfiles = profiles.filter((one) => one.protocol === "modbus");
const BAUD = { baud: 115_200, dataBits: 8, parity: "none", stopBits: 1 } as const;

async function readsBack(named: ModbusProfile, isSerial: boolean): Promise<void> {
  const profile = await modbusInStoredUnits(named);
  const values = exampleModel(profile.points, profile.computed)(SOME_MS);
  const rtu = isSerial ? BAUD : undefined;
  const own = { profile, model: () => values, host: HOST, port: 0 };
  await using simulator = await ModbusSimulator.start({ ...own, rtu });
  const { port } = simulator;
  const connection = isSerial
    ? { type: "rtu-over-tcp", host: HOST, port, baud: BAUD.baud }
    : { type: "tcp", host: HOST, port };
  await using run = DrivenRun.of(modbus, { connection, devices: [{ id: "device-1", profile }] });
  await until("a poll has come", () => run.of("reading").length > 0 || run.ended !== null);
  const { readings } = run.of("reading")[0];
  expect(readings).toHaveLength(profile.points.length);
  for (const { point, register } of profile.points) {
    const step = register.type.startsWith("float") ? 0 : Math.abs(register.scale) / 2;
    expectTold(readings.find((one) => one.point === point), values[point], step);
  }
  expect(run.of("state")).toMatchObject([{ state: "online" }]);
}

describe("a simulated device of every built-in Modbus profile is read back as it tells", () => {
  test.each(modbusProfiles.map((one) => [one.profile, one] as const))(
    "%s over TCP",
    (_, profile) => readsBack(profile, false),
  );

  test.each(modbusProfiles.map((one) => [one.profile, one] as const))(
    "%s in RTU",
    (_, profile) => readsBack(profile, true),
  );
});

test("every built-in MQTT profile is read back as its simulated device tells", async () => {
  const named = profiles.filter((one) => one.protocol === "mqtt");
  const all: MqttProfile[] = await Promise.all(named.map(mqttInStoredUnits));
  const devices = all.map((profile) => ({ id: profile.profile, profile }));
  const clients = devices.map((device) => ({
    username: device.id,
    passwordHash: PASSWORD_HASH,
    devices: [device],
  }));
  await using broker = DrivenRun.of(mqttBroker, brokerOf([], { clients }));
  await until("the broker listens", () => broker.of("line").length > 0);
  await using stack = new AsyncDisposableStack();
  for (const device of devices) {
    const { messages, computed } = device.profile;
    const values = exampleModel(pointsOf(device.profile), computed)(SOME_MS);
    const simulation = { device, model: () => values, intervalMs: 60_000, password: PASSWORD };
    const url = `mqtt://${HOST}:${broker.port}`;
    stack.use(new MqttSimulator({ ...simulation, url, username: device.id }));
    const told = () => broker.of("reading").filter((one) => one.device === device.id);
    await until(`all of ${device.id} has come`, () => told().length >= messages.length);
    const readings = told().flatMap((one) => one.readings);
    for (const point of messages.flatMap((one) => one.points)) {
      expectTold(
        readings.find((one) => one.point === point.point),
        values[point.point],
        stepOf(point),
      );
    }
    const state = () => broker.of("state").findLast((one) => one.device === device.id)?.state;
    await until(`${device.id} is online`, () => state() === "online");
  }
  expect(broker.of("unreadable")).toEqual([]);
  expect(broker.of("refusal")).toEqual([]);
});

/** Numbers in text have two decimals, those in bytes are whole or of 32 bits. */
function stepOf({ packed, scale: factor }: MqttPoint): number {
  return Math.abs(factor) / (packed === undefined ? 200 : 2);
}

describe("a simulated scale of every built-in profile is read back as it shows", () => {
  const scales = profiles.filter((one) => one.protocol === "scale");
  test.each(scales.map((one) => [one.profile, one] as const))("%s", async (_, profile) => {
    const simulation = { profile, model: () => ({ live: 4.14, tare: 0 }) };
    const shown = shownAt(simulation, 0);
    await using simulator = await ScaleSimulator.listen({ ...simulation, host: HOST, port: 0 });
    const connection = { type: "socket", host: HOST, port: simulator.port };
    const devices = [{ id: "scale-1", profile, intervalSeconds: 0.1 }];
    await using run = DrivenRun.of(scale, { connection, devices });
    const told = () => run.of("reading").flatMap(({ readings }) => readings);
    const weights = () => told().filter(({ value, point }) => point === "weight" && value !== null);
    await until("a weight is told", () => weights().length > 0 || run.ended !== null);
    const wanted = inUnit(shown.value, shown.unit, profile.unit);
    expect(weights()[0]).toMatchObject({ value: wanted, quality: "good", unit: profile.unit });
    expect(told().filter(({ quality }) => quality === "fault")).toEqual([]);
    await until("it is online", () => run.of("state").length > 0);
    expect(run.of("state")).toMatchObject([{ state: "online" }]);
  });
});

describe("a simulated device", () => {
  test("has numbers that wander, counters that go up, and all else as it is", () => {
    const points = [
      { point: "temperature", example: 4, unit: "Cel", min: 2, max: 4.1 },
      { point: "mode", example: 3, unit: "1", labels: { "3": {} } },
      { point: "energy", example: 100, unit: "kW.h" },
      { point: "pulses", example: 100, unit: "1" },
      { point: "door-open", example: false },
    ];
    const model = exampleModel(points, [{ rule: "difference", of: "pulses" }]);
    const [first, later, restarted] = [model(0), model(600_000), model(600_000, 1)];
    expect(first).toMatchObject({ energy: 100, pulses: 100, "door-open": false });
    expect(later).toMatchObject({ mode: 3, energy: 110, pulses: 110, "door-open": false });
    expect(restarted).toMatchObject({ mode: 3, energy: 10, pulses: 10, "door-open": false });
    const temperatures = Array.from({ length: 100 }, (_, step) => model(step * 10_000).temperature);
    expect(new Set(temperatures).size).toBeGreaterThan(50);
    expect(temperatures.every((one) => Number(one) >= 2 && Number(one) <= 4.1)).toBe(true);
  });
});

test("every point of a profile has registers of its own, or shares them as a switch", () => {
  for (const { profile, points } of modbusProfiles) {
    const taken = new Set<string>();
    for (const { register } of points) {
      for (let at = 0; at < registersOf(register); at++) {
        const bit = register.type === "bool" ? `.${register.bit ?? 0}` : "";
        const place = `${profile} ${register.table} ${register.address + at}${bit}`;
        expect(taken.has(place) ? place : "").toBe("");
        taken.add(place);
      }
    }
  }
});
