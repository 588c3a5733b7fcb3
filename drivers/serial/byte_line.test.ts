import * as net from "node:net";
import { describe, expect, test } from "vitest";
import { DeviceError } from "../driver.ts";
import { freePort, Program, tool, until } from "../fixtures.ts";
import { type ByteLine, CHUNK_BYTES_MAX } from "./byte_line.ts";
import { gathered, ptyPair } from "./fixtures.ts";
import { openByteLine } from "./open_byte_line.ts";
import { rawArguments } from "./serial_port.ts";
import { characterMs, serialSettings, socketSettings } from "./settings.ts";

const serial = (port: string, more: object = {}) =>
  openByteLine(serialSettings.parse({ type: "serial", port, ...more }));

async function failureOf(line: ByteLine): Promise<unknown> {
  return await line.broken.catch((error) => error);
}

function set(port: string, ...args: readonly string[]): void {
  const { success } = new Deno.Command("stty", { args: ["-F", port, ...args] }).outputSync();
  expect(success).toBe(true);
}

function flagsOf(port: string): string[] {
  const { stdout } = new Deno.Command("stty", { args: ["-F", port, "-a"] }).outputSync();
  return new TextDecoder().decode(stdout).split(/[\s;]+/);
}

describe("a serial port", () => {
  test("every byte value goes both ways at once, unchanged", async () => {
    await using pair = await ptyPair();
    await using a = await serial(pair.ports[0]);
    await using b = await serial(pair.ports[1]);
    const [atA, atB] = [gathered(a), gathered(b)];
    const all = Uint8Array.from({ length: 256 }, (_, value) => value);
    for (let round = 0; round < 20; round++) await Promise.all([a.write(all), b.write(all)]);
    await until("all came", () => atA.bytes.length >= 5120 && atB.bytes.length >= 5120);
    for (const { bytes } of [atA, atB]) {
      expect(bytes).toEqual(Array.from({ length: 20 }, () => [...all]).flat());
    }
  });

  test("a write does not wait for the read that is waiting, and writes keep their order", async () => {
    await using pair = await ptyPair();
    await using a = await serial(pair.ports[0]);
    await using b = await serial(pair.ports[1]);
    gathered(a);
    const atB = gathered(b);
    void a.write(new TextEncoder().encode("first "));
    await a.write(new TextEncoder().encode("second"));
    await until("both came", () => atB.text === "first second");
  });

  test("while one has it open, another is refused, by whatever path", async () => {
    await using pair = await ptyPair();
    await using _a = await serial(pair.ports[0]);
    const other = Deno.makeTempFileSync();
    Deno.removeSync(other);
    Deno.symlinkSync(pair.ports[0], other);
    for (const port of [pair.ports[0], Deno.realPathSync(other)]) {
      await expect(serial(port)).rejects.toThrow(
        new DeviceError(`Cannot open the serial port "${port}": another program has it open`),
      );
    }
  });

  test("that takes no bytes any more is broken, and can be closed", async () => {
    await using pair = await ptyPair();
    const line = await serial(pair.ports[0], { baud: 921_600 });
    // Nobody reads at the other end: its buffers fill, as an adapter's do that hangs.
    await expect(line.write(new Uint8Array(1 << 20))).rejects.toThrow(/takes no bytes/);
    expect(await failureOf(line)).toBeInstanceOf(DeviceError);
    await line[Symbol.asyncDispose]();
  });

  test("one who is refused leaves it set as it is", async () => {
    await using pair = await ptyPair();
    await using _a = await serial(pair.ports[0], { baud: 19_200 });
    await expect(serial(pair.ports[0], { baud: 1200 })).rejects.toThrow(DeviceError);
    const output = new Deno.Command("stty", { args: ["-F", pair.ports[0], "speed"] }).outputSync();
    expect(new TextDecoder().decode(output.stdout).trim()).toBe("19200");
  });

  test("unplugged, it does not take along a program that leads a session, as services do", async () => {
    await using pair = await ptyPair();
    const script = new URL("./fixture_session_leader.ts", import.meta.url).pathname;
    const args = [Deno.execPath(), "run", "-A", "-q", script, pair.ports[0]];
    await using leader = new Program(tool("setsid", "util-linux"), args);
    await until("it is open", () => leader.printed("open") > 0 || leader.ended);
    await pair.unplug();
    await until("it has ended", () => leader.ended);
    // All that it printed is read by then.
    await leader.kill();
    expect(leader.output).toContain("the port is gone");
  });

  test("what comes after it was closed is left to the next one to open it", async () => {
    await using pair = await ptyPair();
    await using b = await serial(pair.ports[1]);
    {
      await using a = await serial(pair.ports[0]);
      const first = gathered(a);
      await b.write(new TextEncoder().encode("one"));
      await until("it came", () => first.text === "one");
    }
    await using again = await serial(pair.ports[0]);
    await b.write(new TextEncoder().encode("two"));
    const second = gathered(again);
    await until("it came", () => second.text === "two");
  });

  test("unplugged, the line breaks with a DeviceError that names it; plugged in, it opens", async () => {
    const folder = Deno.makeTempDirSync();
    await using pair = await ptyPair(folder);
    await using line = await serial(pair.ports[0]);
    gathered(line);
    const failing = failureOf(line);
    await pair.unplug();
    const error = await failing;
    expect(error).toBeInstanceOf(DeviceError);
    expect(String(error)).toContain(`${pair.ports[0]}: the port is gone: it was unplugged`);
    await expect(serial(pair.ports[0])).rejects.toThrow(DeviceError);
    // The link is the name by which udev would find it again, whatever its number is now.
    await using back = await ptyPair(folder);
    await using next = await serial(back.ports[0]);
    await using peer = await serial(back.ports[1]);
    const here = gathered(next);
    await peer.write(new TextEncoder().encode("back"));
    await until("it came", () => here.text === "back");
  });

  test("the port is set as configured: read back by stty", async () => {
    await using pair = await ptyPair();
    await using _line = await serial(pair.ports[0], { baud: 19_200, stopBits: 2 });
    const output = new Deno.Command("stty", { args: ["-F", pair.ports[0], "-a"] }).outputSync();
    const text = new TextDecoder().decode(output.stdout);
    expect(text).toContain("speed 19200 baud");
    expect(text).toMatch(/ cs8 .*cstopb/);
    for (const off of ["-icanon", "-echo", "-ixon", "-opost", "-isig", "-icrnl"]) {
      expect(text).toContain(off);
    }
  });

  test.each(["even", "odd"] as const)("a byte of wrong %s parity reads as NUL", async (parity) => {
    await using pair = await ptyPair();
    const args = rawArguments(serialSettings.parse({ type: "serial", port: "/dev/a", parity }));
    expect(args.filter((one) => /par(enb|odd)/.test(one)))
      .toEqual(["parenb", parity === "odd" ? "parodd" : "-parodd"]);
    // A pair of ports has no parity: what reads its errors is set all the same.
    set(pair.ports[0], ...args.filter((one) => one !== "parenb"));
    expect(flagsOf(pair.ports[0])).toEqual(expect.arrayContaining(["inpck", "-ignpar", "-parmrk"]));
    expect(flagsOf(pair.ports[0])).toContain("-istrip");
  });

  test("without a parity none is checked, whoever had the port before", async () => {
    await using pair = await ptyPair();
    set(pair.ports[0], "inpck", "parmrk", "ignpar", "istrip");
    await using _line = await serial(pair.ports[0]);
    const wanted = ["-parenb", "-inpck", "-parmrk", "-ignpar", "-istrip"];
    expect(flagsOf(pair.ports[0])).toEqual(expect.arrayContaining(wanted));
  });

  test("no such port, and a file that is no port, are told by name", async () => {
    await expect(serial("/dev/serial/by-id/none")).rejects.toThrow(/"\/dev\/serial\/by-id\/none"/);
    await expect(serial("/dev/null")).rejects.toThrow(/Cannot open the serial port "\/dev\/null"/);
  });
});

describe("a socket", () => {
  async function server(serve: (socket: net.Socket) => void) {
    const sockets = new Set<net.Socket>();
    const listener = net.createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      serve(socket);
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    listener.listen(0, "127.0.0.1", resolve);
    await promise;
    const address = listener.address();
    return {
      port: typeof address === "object" && address !== null ? address.port : 0,
      cut: () => sockets.forEach((socket) => socket.destroy()),
      [Symbol.asyncDispose]: async () => {
        for (const socket of sockets) socket.destroy();
        const closed = Promise.withResolvers<void>();
        listener.close(() => closed.resolve());
        await closed.promise;
      },
    };
  }
  const open = (port: number) =>
    openByteLine(socketSettings.parse({ type: "socket", host: "127.0.0.1", port }));

  test("bytes go both ways, in chunks of a bounded size", async () => {
    await using echo = await server((socket) => socket.pipe(socket));
    await using line = await open(echo.port);
    let largest = 0;
    let count = 0;
    line.listen((chunk) => {
      largest = Math.max(largest, chunk.length);
      count += chunk.length;
    });
    await line.write(new Uint8Array(50_000));
    await until("all came back", () => count === 50_000);
    expect(largest).toBeLessThanOrEqual(CHUNK_BYTES_MAX);
  });

  test("its end breaks the line with a DeviceError that names it", async () => {
    await using peer = await server(() => {});
    await using line = await open(peer.port);
    const failing = failureOf(line);
    await line.write(new Uint8Array(1));
    peer.cut();
    const error = await failing;
    expect(error).toBeInstanceOf(DeviceError);
    expect(String(error)).toContain(`tcp://127.0.0.1:${peer.port}`);
  });

  test("nobody at the address is told by name", async () => {
    const port = freePort();
    await expect(open(port)).rejects.toThrow(`tcp://127.0.0.1:${port}`);
  });
});

test("a character takes its start, data, parity and stop bits", () => {
  const of = (more: object) =>
    characterMs(serialSettings.parse({ type: "serial", port: "/dev/ttyS0", ...more }));
  expect(of({})).toBeCloseTo(1.0417, 3);
  expect(of({ parity: "even" })).toBeCloseTo(1.1458, 3);
  expect(of({ baud: 19_200, parity: "even" })).toBeCloseTo(0.5729, 3);
  expect(of({ dataBits: 7, parity: "odd", stopBits: 2 })).toBeCloseTo(1.1458, 3);
});
