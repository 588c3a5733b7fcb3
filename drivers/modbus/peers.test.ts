import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DeviceError } from "../driver.ts";
import { DrivenRun, freePort, Program, tool, until } from "../fixtures.ts";
import { ptyPair } from "../serial/fixtures.ts";
import { type ModbusBus, openBus } from "./bus.ts";
import { profileOf } from "./fixtures.ts";
import { identify } from "./identification.ts";
import { modbus } from "./modbus.ts";
import { modbusProfile, type Table } from "./profile.ts";
import type { Request } from "./request.ts";
import { connectionSchema } from "./settings.ts";
import { ModbusSimulator } from "./simulator.ts";

const BAUD = 19_200;
const folder = Deno.makeTempDirSync();
const SERVER = `${folder}/libmodbus_server`;

beforeAll(() => {
  const source = new URL("./libmodbus_server.c", import.meta.url).pathname;
  const { success, stderr } = new Deno.Command(tool("gcc", "gcc libc6-dev libmodbus-dev"), {
    args: ["-o", SERVER, source, "-lmodbus"],
  }).outputSync();
  if (!success) {
    const hint = "sudo apt-get install -y libmodbus-dev libc6-dev";
    throw new Error(`${hint}: ${new TextDecoder().decode(stderr)}`);
  }
});
afterAll(() => Deno.removeSync(folder, { recursive: true }));

interface Peer extends AsyncDisposable {
  readonly connection: object;
  readonly program: Program;
}

async function onPty(start: (port: string) => Program): Promise<Peer> {
  await using stack = new AsyncDisposableStack();
  const pair = stack.use(await ptyPair());
  const program = stack.use(start(pair.ports[1]));
  const opened = stack.move();
  const connection = { type: "serial", port: pair.ports[0], baud: BAUD };
  return { connection, program, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function libmodbusTcp(): Promise<Peer> {
  const port = freePort();
  const program = new Program(SERVER, ["tcp", String(port)]);
  await until("it is ready", () => program.printed("ready") > 0);
  const connection = { type: "tcp", host: "127.0.0.1", port };
  return { connection, program, [Symbol.asyncDispose]: () => program.kill() };
}

async function libmodbusRtu(): Promise<Peer> {
  const peer = await onPty((port) => new Program(SERVER, ["rtu", port, String(BAUD), "1"]));
  await until("it is ready", () => peer.program.printed("ready") > 0);
  return peer;
}

const PYMODBUS = new URL("./pymodbus_rtu_server.py", import.meta.url).pathname;
const pymodbusRtu = () =>
  onPty((port) => new Program(tool("python3", "python3"), [PYMODBUS, port, String(BAUD)]));

/** A cheap converter: socat between a TCP port and the serial line. */
async function converter(): Promise<Peer> {
  await using stack = new AsyncDisposableStack();
  const pair = stack.use(await ptyPair());
  stack.use(new Program(SERVER, ["rtu", pair.ports[1], String(BAUD), "1"]));
  const port = freePort();
  const ends = [`tcp-listen:${port},bind=127.0.0.1,reuseaddr`, `${pair.ports[0]},raw,echo=0`];
  const program = stack.use(new Program(tool("socat", "socat"), ["-dd", ...ends]));
  await until("it listens", () => program.printed("listening on") > 0);
  const opened = stack.move();
  const connection = { type: "rtu-over-tcp", host: "127.0.0.1", port, baud: BAUD };
  return { connection, program, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Asks until somebody is there who answers. */
async function ask(bus: ModbusBus, request: Request) {
  for (let tries = 0; tries < 100; tries++) {
    const { answer } = await bus.ask(1, request, { timeoutMs: 200 });
    if (answer.kind !== "failed") return answer;
  }
  throw new Error("nobody answers");
}

const read = (table: Table, start: number, count: number) =>
  ({ kind: "read", table, start, count }) as const;

const PEERS = { libmodbusTcp, libmodbusRtu, pymodbusRtu, converter } as const;

describe.each(Object.keys(PEERS))("with a server of others: %s", (name) => {
  const open = Object.entries(PEERS).find(([own]) => own === name)?.[1] ?? libmodbusTcp;

  test("all tables are read, and functions 5, 6, 15 and 16 read back", async () => {
    await using peer = await open();
    await using bus = await openBus(connectionSchema.parse(peer.connection));
    const words = (...values: number[]) => ({
      kind: "registers",
      bytes: Uint8Array.from(values.flatMap((value) => [value >> 8, value & 0xff])),
    });
    expect(await ask(bus, read("holding", 7, 3))).toEqual(words(1007, 1008, 1009));
    expect(await ask(bus, read("input", 100, 1))).toEqual(words(1100));
    const bits = (start: number) =>
      Array.from({ length: 11 }, (_, index) => (start + index) % 3 === 0);
    expect(await ask(bus, read("coil", 4, 11))).toEqual({ kind: "bits", bits: bits(4) });
    expect(await ask(bus, read("discrete", 9, 11))).toEqual({ kind: "bits", bits: bits(9) });

    const written = { kind: "written" };
    expect(await ask(bus, { kind: "write-register", start: 3, value: 0xabcd })).toEqual(written);
    const bytes = Uint8Array.of(1, 2, 3, 4);
    expect(await ask(bus, { kind: "write-registers", start: 4, bytes })).toEqual(written);
    expect(await ask(bus, read("holding", 3, 3))).toEqual(words(0xabcd, 0x0102, 0x0304));
    expect(await ask(bus, { kind: "write-coil", start: 0, on: false })).toEqual(written);
    const three = [true, true, false];
    expect(await ask(bus, { kind: "write-coils", start: 1, bits: three })).toEqual(written);
    const found = await ask(bus, read("coil", 0, 4));
    expect(found).toEqual({ kind: "bits", bits: [false, true, true, false] });
    expect(await ask(bus, read("holding", 199, 2))).toEqual({ kind: "exception", code: 2 });
    expect(bus.trace.of(1).at(-1)?.outcome).toBe("exception 2 (illegal data address)");
  });

  test("it says what it is, or that it does not say, in as few questions", async () => {
    await using peer = await open();
    await using bus = await openBus(connectionSchema.parse(peer.connection));
    await ask(bus, read("holding", 0, 1));
    const asked = bus.trace.of(1).length;
    // libmodbus hears nothing in a function that it does not know, on a serial line.
    const isSilent = name === "libmodbusRtu" || name === "converter";
    const identity = await identify(bus, 1, { timeoutMs: isSilent ? 500 : 30_000 });
    const questions = bus.trace.of(1).length - asked;
    if (name === "pymodbusRtu") {
      expect(identity.map(({ text }) => text)).toEqual(["Others", "OT-2", "3.0", "On a line"]);
      expect(questions).toBe(2);
    } else {
      expect(identity).toEqual([]);
      expect(questions).toBe(1);
      expect(bus.trace.of(1).at(-1)?.outcome)
        .toBe(isSilent ? "no answer" : "exception 1 (illegal function)");
    }
    expect(await ask(bus, read("holding", 7, 1))).toMatchObject({ kind: "registers" });
  });

  test("the driver polls it", async () => {
    await using peer = await open();
    const profile = profileOf({
      low: { address: 0, type: "uint16" },
      high: { address: 150, type: "uint32" },
      third: { table: "discrete", address: 3, type: "bool" },
    }, { latenessMs: 50 });
    const devices = [{ id: "device-1", profile }];
    await using run = DrivenRun.of(modbus, { connection: peer.connection, devices });
    await until("polls have come", () => run.of("reading").length > 3 || run.ended !== null);
    expect(run.of("reading").at(-1)?.readings.map(({ value }) => value))
      .toEqual([1000, 1150 * 65_536 + 1151, true]);
  });
});

test("mbpoll reads our simulator", async () => {
  const registers = {
    a: { address: 0, type: "int16" },
    b: { address: 1, type: "int16" },
  };
  const profile = modbusProfile.parse(profileOf(registers));
  const values = { a: 412, b: -7 };
  const simulation = { profile, model: () => values, host: "127.0.0.1", port: 0 };
  await using simulator = await ModbusSimulator.start(simulation);
  const args = ["-m", "tcp", "-p", String(simulator.port), "-0", "-r", "0", "-c", "2", "-1"];
  const { stdout } = await new Deno.Command(tool("mbpoll", "mbpoll"), {
    args: [...args, "-t", "4", "127.0.0.1"],
  }).output();
  const text = new TextDecoder().decode(stdout);
  expect(text).toMatch(/\[0\]:\s+412\b/);
  expect(text).toMatch(/\[1\]:\s+65529 \(-7\)/);
});

test("a line that is cut ends the run, and the next run goes on where it is plugged in", async () => {
  const place = Deno.makeTempDirSync();
  const profile = profileOf({ value: { address: 5, type: "uint16" } }, { latenessMs: 50 });
  const connection = { type: "serial", port: `${place}/a`, baud: BAUD };
  const settings = { connection, devices: [{ id: "device-1", profile }] };
  for (let round = 0; round < 2; round++) {
    await using pair = await ptyPair(place);
    await using _server = new Program(SERVER, ["rtu", pair.ports[1], String(BAUD), "1"]);
    await using run = DrivenRun.of(modbus, settings);
    await until("polls have come", () => run.of("reading").length > 2 || run.ended !== null);
    expect(run.of("reading").flatMap(({ readings }) => readings.map(({ value }) => value)))
      .toEqual(run.of("reading").map(() => 1005));
    await pair.unplug();
    await until("the run has ended", () => run.ended !== null);
    expect(run.ended?.error).toBeInstanceOf(DeviceError);
    expect(String(run.ended?.error)).toContain(pair.ports[0]);
  }
});
