import * as net from "node:net";
import * as jsmodbus from "jsmodbus";
import { describe, expect, test } from "vitest";
import { tool } from "../fixtures.ts";
import { builtInProfiles, ProfileLibrary } from "../profile_library.ts";
import { openSimulatedPort } from "../serial/pty_pair.ts";
import { type ModbusBus, openBus } from "./bus.ts";
import { profileOf } from "./fixtures.ts";
import { type ModbusProfile, modbusProfile } from "./profile.ts";
import type { Request } from "./request.ts";
import { connectionSchema } from "./settings.ts";
import { ModbusSimulator } from "./simulator.ts";

const HOST = "127.0.0.1";
const SPEED = { baud: 19_200, dataBits: 8, parity: "none", stopBits: 1 } as const;

function builtIn(name: string): ModbusProfile {
  const profile = new ProfileLibrary(builtInProfiles()).get(name);
  if (profile?.protocol !== "modbus") throw new Error(`"${name}" is no Modbus profile`);
  return profile;
}

/** What mbpoll prints: values by the number of their register. */
async function mbpoll(...args: string[]): Promise<Record<string, string>> {
  const { stdout } = await new Deno.Command(tool("mbpoll", "mbpoll"), {
    args: ["-1", "-0", "-a", "1", ...args],
  }).output();
  const lines = new TextDecoder().decode(stdout).matchAll(/^\[(\d+)\]:\s+(.*)$/gm);
  return Object.fromEntries(Array.from(lines, ([, number, value]) => [number, value]));
}

function start(profile: ModbusProfile, more: object = {}): Promise<ModbusSimulator> {
  const values = Object.fromEntries(profile.points.map(({ point, example }) => [point, example]));
  return ModbusSimulator.start({ profile, model: () => values, host: HOST, port: 0, ...more });
}

describe("mbpoll reads", () => {
  test("registers of a simulated fridge over TCP", async () => {
    const profile = builtIn("vaccine-fridge");
    const { register, example } = profile.points[0];
    const raw = Math.round((Number(example) - register.offset) / register.scale);
    await using simulator = await start(profile);
    const table = register.table === "input" ? "3" : "4";
    const place = ["-t", table, "-r", String(register.address - profile.addressBase)];
    const found = await mbpoll("-m", "tcp", "-p", String(simulator.port), ...place, HOST);
    expect(Object.values(found)).toEqual([String(raw)]);
  });

  test("floating point values of a simulated meter over TCP", async () => {
    const profile = builtIn("eastron-sdm630");
    await using simulator = await start(profile);
    const place = ["-t", "3:float", "-B", "-r", "0", "-c", "3"];
    const found = await mbpoll("-m", "tcp", "-p", String(simulator.port), ...place, HOST);
    const wanted = [0, 2, 4].map((address) => {
      const at = profile.points.find(({ register }) => register.address === address);
      return [String(address), String(at?.example)];
    });
    expect(found).toEqual(Object.fromEntries(wanted));
  });

  test("a simulated transmitter in RTU, on a pseudo terminal", async () => {
    const profile = builtIn("xy-md02");
    const values = { temperature: 23.4, humidity: 45.6 };
    await using place = await openSimulatedPort(null);
    await using _ = ModbusSimulator.onLine({ profile, model: () => values }, place.line, SPEED);
    const line = ["-m", "rtu", "-b", String(SPEED.baud), "-P", "none"];
    const found = await mbpoll(...line, "-t", "3", "-r", "1", "-c", "2", place.port);
    expect(found).toEqual({ "1": "234", "2": "456" });
  });
});

test("jsmodbus writes and reads, and what it wrote is not overwritten", async () => {
  const profile = modbusProfile.parse(profileOf({
    setpoint: { address: 3, type: "int16" },
    on: { table: "coil", address: 9, type: "bool" },
  }));
  await using simulator = await start(profile, { stepMs: 0 });
  const socket = new net.Socket();
  using _end = { [Symbol.dispose]: () => void socket.destroy() };
  const client = new jsmodbus.client.TCP(socket, 1);
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.connect(simulator.port, HOST, resolve);
  await promise;
  await client.writeSingleRegister(3, 45);
  await client.writeMultipleRegisters(20, [7, 8]);
  await client.writeSingleCoil(9, true);
  await client.writeMultipleCoils(10, [true, false, true]);
  const words = async (start: number, count: number) =>
    (await client.readHoldingRegisters(start, count)).response.body.valuesAsArray;
  expect(await words(3, 1)).toEqual([45]);
  expect(await words(19, 4)).toEqual([0, 7, 8, 0]);
  const bits = (await client.readCoils(8, 6)).response.body.valuesAsArray;
  expect(Array.from(bits).slice(0, 6)).toEqual([0, 1, 1, 0, 1, 0]);
});

describe("what a device would not answer, this one does not", () => {
  const profile = modbusProfile.parse(profileOf({ a: { address: 11, type: "int16" } }, {
    addressBase: 1,
    forbidden: [{ from: 21, to: 30 }],
  }));
  const read = (start: number, count: number): Request => (
    { kind: "read", table: "holding", start, count }
  );
  const ask = async (bus: ModbusBus, unit: number, request: Request) =>
    (await bus.ask(unit, request, { timeoutMs: 100 })).answer;

  test.each([["tcp", undefined], ["rtu-over-tcp", SPEED]] as const)("%s", async (type, rtu) => {
    await using simulator = await start(profile, { unit: 5, rtu });
    const connection = connectionSchema.parse({ type, host: HOST, port: simulator.port });
    await using bus = await openBus(connection);
    const refused = (code: number) => ({ kind: "exception", code });
    expect(await ask(bus, 5, read(10, 1))).toMatchObject({ kind: "registers" });
    expect(await ask(bus, 5, read(15, 5))).toMatchObject({ kind: "registers" });
    expect(await ask(bus, 5, read(15, 6))).toEqual(refused(2));
    expect(await ask(bus, 5, read(30, 5))).toMatchObject({ kind: "registers" });
    expect(await ask(bus, 5, read(65_535, 2))).toEqual(refused(2));
    expect(await ask(bus, 5, read(40, 126))).toEqual(refused(3));
    expect(await ask(bus, 5, { kind: "identify", category: "basic", object: 0 })).toEqual(
      refused(1),
    );
    expect(await ask(bus, 6, read(10, 1))).toMatchObject({ kind: "failed", code: "timeout" });
  });
});
