import { describe, expect, test } from "vitest";
import { describeDriver } from "../conformance.ts";
import type { Reading } from "../driver.ts";
import { DrivenRun, freePort, until } from "../fixtures.ts";
import { builtInProfiles, readProfiles } from "../profile_library.ts";
import { exampleModel } from "../simulation.ts";
import { answerTo, badServer, type PackedValue, profileOf, pymodbus } from "./fixtures.ts";
import { modbus } from "./modbus.ts";
import { ORDERS } from "../packed_value.ts";
import { modbusProfile, TYPES } from "./profile.ts";
import { ModbusSimulator } from "./simulator.ts";

function settings(port: number, profile: object, more: object = {}) {
  return {
    connection: { type: "tcp", host: "127.0.0.1", port },
    devices: [{ id: "device-1", profile, unit: 1, ...more }],
  };
}

/** Of a device that never answers: it is not waited for long. */
const SILENT = { timeoutMs: 50 };

async function firstReadings(given: unknown): Promise<readonly Reading[]> {
  await using run = DrivenRun.of(modbus, given);
  await until("a poll has come", () => run.of("reading").length > 0 || run.ended !== null);
  expect(run.ended).toBeNull();
  return run.of("reading")[0].readings;
}

describeDriver(modbus, async () => {
  const server = await pymodbus([{ table: "holding", address: 0, type: "int16", value: 42 }]);
  return {
    settings: settings(server.port, profileOf({ value: { address: 0, type: "int16" } })),
    device: "device-1",
    say: () => null,
    exchange: () => Promise.resolve(),
    breakLine: () => server.program.kill(),
    [Symbol.asyncDispose]: () => server.program.kill(),
  };
});

const NUMBERS: Readonly<Record<string, readonly (number | string)[]>> = {
  int16: [0, 1, -1, 32767, -32768, 291],
  uint16: [0, 1, 65535, 40000],
  int32: [0, -1, 2147483647, -2147483648, 19088743],
  uint32: [0, 4294967295, 3735928559],
  float32: [0, 4.2, -18.5, 1e-10, 3.4e38],
  // Beyond 2^53 a value is text, digit by digit.
  int64: [0, -1, 9007199254740991, -9007199254740991, "81985529216486895", "-9223372036854775808"],
  float64: [0, 4.2, -1e300, 2.2250738585072014e-308],
};

test("every type in every byte and word order reads as Python's struct packed it", async () => {
  const cases = TYPES.flatMap((type) =>
    ORDERS.flatMap((order) => (NUMBERS[type] ?? []).map((value) => ({ type, order, value })))
  );
  expect(cases.length).toBe(132);
  const values = cases.map((one, index): PackedValue => ({
    table: index % 2 === 0 ? "holding" : "input",
    address: 4 * index,
    ...one,
  }));
  await using server = await pymodbus(values);
  const registers = values.map(({ value: _, ...register }, index) => [`p${index}`, register]);
  const profile = profileOf(Object.fromEntries(registers));
  const readings = await firstReadings(settings(server.port, profile));
  const found = Object.fromEntries(readings.map(({ point, value }) => [point, value]));
  expect(found).toEqual(Object.fromEntries(values.map(({ value }, index) => [`p${index}`, value])));
  expect(readings.every(({ quality }) => quality === "good")).toBe(true);
});

test("text is read up to its end, in UTF-8's ASCII and in GB 18030, in every order", async () => {
  const values = ORDERS.flatMap((order, index): PackedValue[] => [
    { table: "holding", address: 40 * index, type: "string", order, value: "FRIDGE-17\0" },
    {
      table: "holding",
      address: 40 * index + 20,
      type: "string",
      order,
      value: "冷藏箱二",
      encoding: "gb18030",
    },
  ]);
  await using server = await pymodbus(values);
  const registers = values.map(({ value: _, encoding: __, ...register }, index) => [
    `p${index}`,
    { ...register, length: index % 2 === 0 ? 5 : 4 },
  ]);
  const readings = await firstReadings(
    settings(server.port, profileOf(Object.fromEntries(registers))),
  );
  expect(readings.map(({ value }) => value)).toEqual(
    ORDERS.flatMap(() => ["FRIDGE-17", "冷藏箱二"]),
  );
});

test("functions 1 to 4 read their own tables, and bits within a register", async () => {
  const bits = (on: number) => Array.from({ length: 100 }, (_, index) => index === on);
  await using server = await pymodbus(
    [
      { table: "holding", address: 7, type: "uint16", value: 0b1000_0000_0000_0100 },
      { table: "input", address: 7, type: "uint16", value: 9 },
    ],
    { coil: bits(3), discrete: bits(13) },
  );
  const readings = await firstReadings(settings(
    server.port,
    profileOf({
      "coil-2": { table: "coil", address: 2, type: "bool" },
      "coil-3": { table: "coil", address: 3, type: "bool" },
      "discrete-13": { table: "discrete", address: 13, type: "bool" },
      "discrete-14": { table: "discrete", address: 14, type: "bool" },
      "bit-1": { table: "holding", address: 7, type: "bool", bit: 1 },
      "bit-2": { table: "holding", address: 7, type: "bool", bit: 2 },
      "bit-15": { table: "holding", address: 7, type: "bool", bit: 15 },
      // With its bytes the other way round the word is 0000_0100_1000_0000.
      "bit-2-swapped": { table: "holding", address: 7, type: "bool", bit: 2, order: "BADC" },
      "bit-7-swapped": { table: "holding", address: 7, type: "bool", bit: 7, order: "BADC" },
      "bit-10-swapped": { table: "holding", address: 7, type: "bool", bit: 10, order: "DCBA" },
      "bit-10-plain": { table: "holding", address: 7, type: "bool", bit: 10, order: "CDAB" },
      input: { table: "input", address: 7, type: "uint16" },
    }),
  ));
  expect(Object.fromEntries(readings.map(({ point, value }) => [point, value]))).toEqual({
    "coil-2": false,
    "coil-3": true,
    "discrete-13": true,
    "discrete-14": false,
    "bit-1": false,
    "bit-2": true,
    "bit-15": true,
    "bit-2-swapped": false,
    "bit-7-swapped": true,
    "bit-10-swapped": true,
    "bit-10-plain": false,
    input: 9,
  });
});

test("scale, offset, ranges, fault values and NaN: a fault is never a number", async () => {
  await using server = await pymodbus([
    { table: "holding", address: 0, type: "int16", value: 412 },
    { table: "holding", address: 1, type: "int16", value: 32767 },
    { table: "holding", address: 2, type: "int16", value: 900 },
    { table: "holding", address: 4, type: "float32", hex: "7fc00000" },
    { table: "holding", address: 6, type: "float32", hex: "ff800000" },
  ]);
  const celsius = { type: "int16", scale: 0.1, faults: [32767, -32768] };
  const profile = profileOf({
    good: { address: 0, ...celsius },
    fault: { address: 1, ...celsius },
    shifted: { address: 0, type: "int16", scale: 0.1, offset: -40 },
    high: { address: 2, ...celsius },
    nan: { address: 4, type: "float32" },
    infinite: { address: 6, type: "float32" },
  });
  const points = profile.points.map((point) => ({ ...point, max: 60 }));
  const readings = await firstReadings(settings(server.port, { ...profile, points }));
  const found = Object.fromEntries(readings.map((reading) => [reading.point, reading]));
  expect(found.good).toMatchObject({ value: 41.2, quality: "good" });
  expect(found.shifted).toMatchObject({ value: 1.2, quality: "good" });
  const fault = (reason: string) => ({ value: null, quality: "fault", reason });
  expect(found.fault).toMatchObject(fault("32767 tells a fault"));
  expect(found.high).toMatchObject(fault("90 is above 60"));
  expect(found.nan).toMatchObject(fault("NaN is no number"));
  expect(found.infinite).toMatchObject(fault("-Infinity is no number"));
});

test("a manual that counts from 1 is followed", async () => {
  await using server = await pymodbus([
    { table: "holding", address: 0, type: "int16", value: 11 },
    { table: "holding", address: 1, type: "int16", value: 12 },
  ]);
  const profile = profileOf({ value: { address: 1, type: "int16" } }, { addressBase: 1 });
  const [reading] = await firstReadings(settings(server.port, profile));
  expect(reading.value).toBe(11);
});

test("an exception marks the points of its block, and the others stay good", async () => {
  await using server = await pymodbus([{ table: "holding", address: 5, type: "int16", value: 42 }]);
  const profile = profileOf({
    there: { address: 5, type: "int16" },
    beyond: { address: 5000, type: "int16" },
  });
  await using run = DrivenRun.of(modbus, settings(server.port, profile));
  await until("a poll has come", () => run.of("reading").length > 0);
  expect(run.of("reading")[0].readings).toEqual([
    { point: "there", value: 42, unit: "1", quality: "good" },
    {
      point: "beyond",
      value: null,
      unit: "1",
      quality: "fault",
      reason: "exception 2 (illegal data address)",
    },
  ]);
  expect(run.of("state")[0]).toMatchObject({
    state: "degraded",
    reason: "exception 2 (illegal data address)",
  });
});

describe("a device that misbehaves never yields a value", () => {
  const registers = { a: { address: 0, type: "int16" }, b: { address: 1, type: "int16" } };
  const patient = profileOf(registers);
  const hasty = profileOf(registers, SILENT);

  test.each<[string, (request: Buffer) => Buffer | null, RegExp]>([
    ["fewer registers", (r) => answerTo(r, [3, 2, 0, 42]), /2 bytes to a question for 4/],
    ["more registers", (r) => answerTo(r, [3, 6, 0, 1, 0, 2, 0, 3]), /6 bytes to a question for 4/],
    ["another function", (r) => answerTo(r, [4, 4, 0, 1, 0, 2]), /do not match|does not match/],
    ["another unit", (r) => {
      const answer = answerTo(r, [3, 4, 0, 1, 0, 2]);
      answer[6] = 9;
      return answer;
    }, /no answer/],
    ["another transaction", (r) => {
      const answer = answerTo(r, [3, 4, 0, 1, 0, 2]);
      answer[0] ^= 0xff;
      return answer;
    }, /no answer/],
    ["half an answer", (r) => answerTo(r, [3, 4, 0, 1, 0, 2]).subarray(0, 9), /no answer/],
    ["noise", () => Buffer.from("\xff\x00garbage\xff"), /no answer|match|version/i],
    ["nothing", () => null, /no answer/],
  ])("%s", async (_what, answer, reason) => {
    await using server = await badServer(answer);
    const profile = reason.test("no answer") ? hasty : patient;
    await using run = DrivenRun.of(modbus, settings(server.port, profile));
    await until("it is offline", () => run.of("state").length > 0);
    expect(run.of("state")[0]).toMatchObject({ state: "offline" });
    expect(run.of("state")[0].reason).toMatch(reason);
    await until("the run ends, to open the line anew", () => run.ended !== null);
    expect(run.of("reading")).toEqual([]);
  });

  test("a flood of bytes that are no answers is discarded, and the answer in it is found", async () => {
    const flood = Buffer.alloc(200_000, 0xff);
    await using server = await badServer((request) =>
      Buffer.concat([flood, answerTo(request, [3, 4, 0, 1, 0, 2]), flood])
    );
    await using run = DrivenRun.of(modbus, settings(server.port, patient));
    await until("polls have come", () => run.of("reading").length > 2);
    expect(run.of("reading")[2].readings.map(({ value }) => value)).toEqual([1, 2]);
    expect(run.ended).toBeNull();
  });
});

test("a unit that is silent behind a gateway does not stop the others", async () => {
  let polled = 0;
  await using server = await badServer((request) => {
    if (request[6] === 2) return null;
    polled++;
    return answerTo(request, [3, 2, 0, polled & 0xff]);
  });
  const registers = { a: { address: 0, type: "int16" } };
  const devices = [{}, SILENT].map((more, index) => ({
    id: `device-${index + 1}`,
    profile: profileOf(registers, more),
    unit: index + 1,
  }));
  const connection = { type: "tcp", host: "127.0.0.1", port: server.port };
  await using run = DrivenRun.of(modbus, { connection, devices });
  await until("20 polls have come", () => run.of("reading").length >= 20);
  const silent = server.requests - polled;
  expect(run.of("reading").every(({ device }) => device === "device-1")).toBe(true);
  expect(run.of("state").map(({ device, state }) => [device, state])).toEqual(
    expect.arrayContaining([["device-1", "online"], ["device-2", "offline"]]),
  );
  // It is asked less and less often: at most one probe an interval, doubling from there.
  expect(silent).toBeLessThan(polled / 2);
});

test("a device that comes back is online again by itself", async () => {
  // A gateway says so where a device behind it is silent; two polls, before the line is given up.
  let asked = 0;
  await using server = await badServer((request) =>
    answerTo(request, ++asked > 2 ? [3, 2, 0, 7] : [0x83, 11])
  );
  const profile = profileOf({ a: { address: 0, type: "int16" } });
  await using run = DrivenRun.of(modbus, settings(server.port, profile));
  await until("it is online", () => run.of("state").length === 2);
  expect(run.of("state").map(({ state }) => state)).toEqual(["offline", "online"]);
});

test("a switch in a register of any byte order reads back as the simulator wrote it", async () => {
  const registers = ORDERS.flatMap((order, index) => [
    [`on-${index}`, { address: index, type: "bool", bit: 3, order }],
    [`off-${index}`, { address: index, type: "bool", bit: 11, order }],
  ]);
  const profile = modbusProfile.parse(profileOf(Object.fromEntries(registers)));
  const values = Object.fromEntries(
    profile.points.map(({ point }) => [point, point.startsWith("on")]),
  );
  const simulation = { profile, model: () => values, host: "127.0.0.1", port: 0 };
  await using simulator = await ModbusSimulator.start(simulation);
  const readings = await firstReadings(settings(simulator.port, profile));
  expect(Object.fromEntries(readings.map(({ point, value }) => [point, value]))).toEqual(values);
});

test("nobody at the address ends the run with the address in the error", async () => {
  const port = freePort();
  const profile = profileOf({ a: { address: 0, type: "int16" } });
  await using run = DrivenRun.of(modbus, settings(port, profile));
  await until("the run has ended", () => run.ended !== null);
  expect(String(run.ended?.error)).toContain(`tcp://127.0.0.1:${port}`);
});

test("the simulated fridge reads back as its model says", async () => {
  const profile = readProfiles(builtInProfiles()).get("vaccine-fridge");
  if (profile?.protocol !== "modbus") throw new Error("no such profile");
  const model = exampleModel(profile.points);
  const values = model(0);
  const simulation = { profile, model: () => values, host: "127.0.0.1", port: 0 };
  await using simulator = await ModbusSimulator.start(simulation);
  const readings = await firstReadings(settings(simulator.port, profile));
  for (const { point, value } of readings) {
    if (typeof value === "number") expect(value, point).toBeCloseTo(Number(values[point]), 1);
    else expect(value, point).toBe(values[point]);
  }
  expect(readings).toHaveLength(profile.points.length);
});
