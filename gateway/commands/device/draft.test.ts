import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DrivenRun, freePort, Program, until } from "../../../drivers/fixtures.ts";
import { pymodbus } from "../../../drivers/modbus/fixtures.ts";
import { modbus } from "../../../drivers/modbus/modbus.ts";
import { decodeExample } from "../../../drivers/profile_example.ts";
import { parseProfile, readProfiles } from "../../../drivers/profile_library.ts";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { NodeProcess } from "../../fixtures.ts";
import { testedProgram } from "../../fixture_program.ts";
import { modbusLine } from "../../whole_way/fixtures.ts";

async function probe(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [program, all] = testedProgram("device", "probe", ...args);
  const { code, stdout, stderr } = await new Deno.Command(program, { args: all }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const REGISTERS = ["--table", "input", "--address", "10", "--count", "4"];
const POINTS = [
  ["--point", "10:float32:CDAB:temperature:Cel"],
  ["--point", "12:int16/10:ABCD:outside:Cel"],
  ["--point", "13:bool.1:ABCD:door-open"],
].flat();
const VALUES = { temperature: 4.2, outside: -18.5, "door-open": true };

/** pymodbus as the device that nobody knows, and the line to it. */
async function unknownDevice() {
  const server = await pymodbus([
    { table: "input", address: 10, type: "float32", order: "CDAB", value: 4.2 },
    { table: "input", address: 12, type: "int16", value: -185 },
    { table: "input", address: 13, type: "uint16", value: 2 },
  ], { identity: { "0": "Acme", "1": "TH-2" } });
  const line = ["--tcp", `127.0.0.1:${server.port}`, "--timeout", "30", ...REGISTERS];
  return { server, line };
}

describe("a device that was probed becomes a profile in one step, which", () => {
  test("goes to standard output alone, and is a profile", async () => {
    const { server, line } = await unknownDevice();
    await using _server = server;
    const { code, stdout, stderr } = await probe(...line, "--profile", "ward-fridge", ...POINTS);
    expect([code, stderr]).toEqual([0, ""]);
    const profile = parseProfile(stdout, "ward-fridge.yaml");
    if (profile.protocol !== "modbus") throw new Error("it is no profile of Modbus");
    expect(Object.fromEntries(profile.points.map(({ point, example }) => [point, example])))
      .toEqual(VALUES);
    expect(profile.title.en).toBe("Acme TH-2 device");
  });

  test("is written with its example, simulated, checked, and read by the driver", async () => {
    using folder = new TemporaryFolder();
    const profilesDir = join(folder.path, "profiles");
    const { server, line } = await unknownDevice();
    await using _server = server;
    const write = ["--profile", "ward-fridge", ...POINTS, "--write", profilesDir];
    const { code, stdout } = await probe(...line, ...write);
    const file = join(profilesDir, "ward-fridge.yaml");
    expect(stdout).toContain(`tributary device simulate ${file} --tcp 5020`);
    expect(code).toBe(0);

    const profile = readProfiles(profilesDir).get("ward-fridge");
    if (profile?.protocol !== "modbus") throw new Error("it is no profile of Modbus");
    const [{ readings, wanted }] = decodeExample(profile, join(profilesDir, "examples"));
    expect(wanted).toEqual(VALUES);
    expect(Object.fromEntries(readings.map(({ point, value }) => [point, value]))).toEqual(VALUES);

    const [program, args] = testedProgram("device", "simulate", file, "--tcp", "0");
    await using device = new Program(program, args);
    const address = /answers Modbus TCP on 127\.0\.0\.1:(\d+)/;
    await until("it listens", () => address.test(device.output));
    const port = Number(address.exec(device.output)?.[1]);
    const connection = { type: "tcp", host: "127.0.0.1", port };
    const settings = { connection, devices: [{ id: "fridge-1", profile }] };
    await using run = DrivenRun.of(modbus, settings);
    await until("a reading", () => run.of("reading").length > 0);
    const told = run.of("reading")[0].readings;
    expect(told.map(({ point, quality }) => [point, quality])).toEqual(
      Object.keys(VALUES).map((point) => [point, "good"]),
    );

    const sources = [modbusLine("fridge-1", port, "ward-fridge")];
    const node = new NodeProcess(folder.path, {
      name: "site-1",
      role: "site",
      more: { profilesDir, sources },
    });
    const { printed } = await node.run("check");
    expect(printed).toMatch(/^✓ line fridge-1 \(modbus\)/m);
    expect(printed).not.toContain("✕");

    const again = await probe(...line, ...write);
    expect(again.stderr).toContain(`--write "${file}" cannot be written: it is there already`);
    expect(again.code).toBe(1);
  });

  test("is not made from what is no value now: exit 1, with what to do", async () => {
    const { server, line } = await unknownDevice();
    await using _server = server;
    await using other = await pymodbus([
      { table: "input", address: 10, type: "int16", value: 32_767 },
    ]);
    const [, , ...rest] = line;
    const absent = ["--tcp", `127.0.0.1:${other.port}`, ...rest];
    const point = "10:int16/10:ABCD:probe:Cel";
    const { code, stderr } = await probe(...absent, "--profile", "a", "--point", point);
    expect(stderr).toContain(`--point "${point}" has no value to be an example: 32767 as int16`);
    expect(stderr).toContain("connect its sensor and probe again");
    expect(code).toBe(1);
  });
});

describe("exit 2 before anybody is asked, naming option and fix:", () => {
  test.each([
    [["--profile", "a"], "A profile needs points: give --point"],
    [["--point", "10:int16:ABCD:a"], "are of a profile: give --profile NAME"],
    [["--write", "x"], "are of a profile: give --profile NAME"],
    [["--profile", "A b", "--point", "10:int16:ABCD:a"], '--profile "A b": want lower-case'],
    [
      ["--profile", "a", "--point", "10:int:ABCD:a"],
      '--point "10:int:ABCD:a": type "int": want one of int16',
    ],
    [
      ["--profile", "a", "--point", "14:int16:ABCD:a"],
      '--point "14:int16:ABCD:a": input 14 is not read; give --address and --count',
    ],
  ])("%j", async (args, message) => {
    const { code, stderr } = await probe("--tcp", `127.0.0.1:${freePort()}`, ...REGISTERS, ...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
