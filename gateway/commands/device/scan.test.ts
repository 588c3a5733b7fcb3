import { describe, expect, test } from "vitest";
import { freePort, Program, tool } from "../../../drivers/fixtures.ts";
import { badServer, pymodbus } from "../../../drivers/modbus/fixtures.ts";
import { ptyPair } from "../../../drivers/serial/fixtures.ts";
import { until } from "../../../sync/fixtures.ts";
import { testedProgram } from "../../fixture_program.ts";
import { unitsOf } from "./scan.ts";

async function scan(...args: string[]): Promise<{ code: number; output: string }> {
  const [program, all] = testedProgram("device", "scan", ...args);
  const { code, stdout, stderr } = await new Deno.Command(program, { args: all }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

const VALUES = [{ table: "holding", address: 3, type: "uint16", value: 42 }] as const;

describe("who answers is listed:", () => {
  test("units of hosts that were named, also behind one that is not there", async () => {
    const identity = { "0": "Acme", "1": "TH-2", "2": "V1.4" };
    await using first = await pymodbus(VALUES, { identity });
    await using second = await pymodbus(VALUES);
    const gone = `127.0.0.1:${freePort()}`;
    const hosts = [`127.0.0.1:${first.port}`, gone, `127.0.0.1:${second.port}`];
    const how = ["--units", "1-2,9", "--address", "3", "--timeout", "5"];
    const { code, output } = await scan("--tcp", hosts.join(","), ...how);
    expect(output).toMatch(new RegExp(`${first.port}: 2 of 3 units answer\n`));
    expect(output).toMatch(new RegExp(`${second.port}: 2 of 3 units answer\n`));
    expect(output.match(/^[12] +holding 3 is 0x002a, in \d+ ms +Acme, TH-2, V1\.4$/gm))
      .toHaveLength(2);
    expect(output.match(/^[12] +holding 3 is 0x002a, in \d+ ms$/gm)).toHaveLength(2);
    expect(output).toContain(gone);
    expect(code).toBe(1);
  });

  test("a unit of a serial line, among silence", async () => {
    await using pair = await ptyPair();
    const script = new URL("../../../drivers/modbus/pymodbus_rtu_server.py", import.meta.url);
    const args = [script.pathname, pair.ports[1], "19200"];
    await using _server = new Program(tool("python3", "python3"), args);
    const line = ["--serial", pair.ports[0], "--baud", "19200", "--timeout", "5"];
    await until("it is ready", async () => (await scan(...line, "--units", "1")).code === 0);
    const { code, output } = await scan(...line, "--units", "2-3");
    expect(output).toContain(": 1 of 2 units answer\n");
    expect(output).toMatch(/^2 +holding 0 is 0x03e8, in \d+ ms +Others, OT-2, 3\.0, On a line$/m);
    expect(code).toBe(0);
  });

  test("a unit that has not this register is there all the same", async () => {
    await using device = await badServer((request) =>
      Buffer.from([request[0], request[1], 0, 0, 0, 3, request[6], 0x83, 2])
    );
    const line = ["--tcp", `127.0.0.1:${device.port}`, "--units", "1-3"];
    const { code, output } = await scan(...line);
    expect(output).toMatch(
      /^3 +is there, but has no holding 0: exception 2 \(illegal data address\)/m,
    );
    expect(output).toContain("it may be one device that looks at none");
    // One register, and one question what it is.
    expect(device.requests).toBe(6);
    expect(code).toBe(0);
    await scan(...line, "--no-identity");
    expect(device.requests).toBe(9);
  });
});

test("nobody, or a gateway that says so: exit 1, with what to try", async () => {
  await using gateway = await badServer((request) =>
    Buffer.from([request[0], request[1], 0, 0, 0, 3, request[6], 0x83, 11])
  );
  const { code, output } = await scan("--tcp", `127.0.0.1:${gateway.port}`, "--units", "1-3");
  expect(output).toContain(": 0 of 3 units answer\nNobody answers; try --baud");
  expect(code).toBe(1);
});

test("units are ranges and numbers, each asked once", () => {
  expect(unitsOf("1-3,2,9", [1, 247])).toEqual([1, 2, 3, 9]);
});

describe("exit 2, naming option and fix:", () => {
  const want = "want units from 1 to 247 such as 1-32 or 1,5,9";
  test.each([
    [["--tcp", "a"], "required option '--units <units>' not specified"],
    [["--units", "1"], "Give one line: --tcp"],
    [["--serial", "/dev/x", "--units", "0-3"], `--units "0-3": ${want}`],
    [["--serial", "/dev/x", "--units", "9-3"], `--units "9-3": ${want}`],
    [["--serial", "/dev/x", "--units", "all"], `--units "all": ${want}`],
    [["--tcp", "a,b c", "--units", "1"], '--tcp "b c" is no address'],
    [["--tcp", "10.0.0.0/24", "--units", "1"], '--tcp "10.0.0.0/24" is no address'],
    [["--tcp", Array(65).fill("a").join(), "--units", "1"], "--tcp names 65 hosts: want 64"],
  ])("%j", async (args, message) => {
    const { code, output } = await scan(...args);
    expect(output).toContain(message);
    expect(code).toBe(2);
  });
});
