import { describe, expect, test } from "vitest";
import { pymodbus } from "../../../drivers/modbus/fixtures.ts";
import { freePort } from "../../../drivers/fixtures.ts";
import { testedProgram } from "../../fixture_program.ts";

async function probe(...args: string[]): Promise<{ code: number; output: string }> {
  const [program, all] = testedProgram("device", "probe", ...args);
  const { code, stdout, stderr } = await new Deno.Command(program, { args: all }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

describe("a device that pymodbus plays", () => {
  test("is read as every type and order, and what is plausible is named", async () => {
    await using server = await pymodbus([
      { table: "input", address: 10, type: "float32", order: "CDAB", value: 4.2 },
      { table: "input", address: 12, type: "int16", value: -185 },
    ], { identity: { "0": "Acme", "1": "TH-2", "5": "Two probes" } });
    const line = ["--tcp", `127.0.0.1:${server.port}`, "--unit", "2", "--timeout", "30"];
    const what = ["--table", "input", "--address", "10", "--count", "4"];
    const { code, output } = await probe(...line, ...what);
    expect(output).toContain("input 10 to 13, answered in");
    expect(output).toMatch(/: 6666 4086 ff47 0000\n {2}VendorName: Acme\n {2}ProductCode: TH-2\n/);
    expect(output).toContain("\n  ModelName: Two probes\n\nADDRESS");
    expect(output).toMatch(/^10 +float32 +\S+ +4\.2 /m);
    expect(output).toMatch(/^12 +int16 +-185 /m);
    expect(output).toMatch(/^10 +float64( +\S+){4}$/m);
    expect(output).toContain("  10: 4.2 °C as float32 CDAB\n");
    expect(output).toContain("  12: -18.5 °C as int16 ABCD, divided by 10\n");
    expect(code).toBe(0);
  });

  test("tells bits as bits", async () => {
    await using server = await pymodbus([], { coil: [true, false, true, false] });
    const line = ["--tcp", `127.0.0.1:${server.port}`, "--timeout", "30"];
    const { code, output } = await probe(...line, "--table", "coil", "--count", "3");
    expect(output).toMatch(/\n0 +1\n1 +0\n2 +1\n$/);
    expect(code).toBe(0);
  });

  test("refuses registers that it has not: exit 1, with what to try", async () => {
    await using server = await pymodbus([]);
    const line = ["--tcp", `127.0.0.1:${server.port}`, "--timeout", "30"];
    const { code, output } = await probe(...line, "--address", "2000");
    expect(output).toContain("exception 2 (illegal data address); try another --address");
    expect(output.trimEnd().split("\n")).toHaveLength(1);
    expect(code).toBe(1);
  });
});

test("nobody there: exit 1, in one line", async () => {
  const address = `127.0.0.1:${freePort()}`;
  const { code, output } = await probe("--tcp", address);
  expect(output).toContain(address);
  expect(output.trimEnd().split("\n")).toHaveLength(1);
  expect(code).toBe(1);
});

describe("exit 2, naming option and fix:", () => {
  test.each([
    [[], "Give one line: --tcp HOST[:PORT], --serial DEVICE or --rtu-tcp HOST:PORT"],
    [["--tcp", "a", "--serial", "/dev/ttyS0"], "Give one line: --tcp"],
    [["--tcp", "a:b"], '--tcp "a:b" is no address: want HOST:PORT, or [IPV6]:PORT'],
    [["--rtu-tcp", "10.0.0.5"], "--rtu-tcp is no line: port: "],
    [["--serial", "ttyS0"], "--serial is no line: port: want a device such as /dev/ttyUSB0"],
    [["--tcp", "a", "--unit", "256"], "--unit 256: want a whole number from 0 to 255"],
    [["--serial", "/dev/x", "--unit", "0"], "--unit 0: want a whole number from 1 to 247"],
    [["--tcp", "a", "--count", "126"], "--count 126: want a whole number from 1 to 125"],
    [["--tcp", "a", "--address", "65535"], "--count 4: want a whole number from 1 to 1"],
    [["--tcp", "a", "--timeout", "0"], "--timeout 0: want seconds up to 60, above 0"],
    [["--tcp", "a", "--table", "register"], "Allowed choices are coil, discrete, holding, input"],
  ])("%j", async (args, message) => {
    const { code, output } = await probe(...args);
    expect(output).toContain(message);
    expect(code).toBe(2);
  });
});
