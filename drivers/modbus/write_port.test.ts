import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DrivenRun, until } from "../fixtures.ts";
import { profileOf } from "./fixtures.ts";
import { writableRtu, writableServer, writableTcp } from "./fixture_writable.ts";
import { tracedModbus } from "./modbus.ts";
import { modbusSettings } from "./settings.ts";
import { Trace } from "./trace.ts";
import { WritePort } from "./write_port.ts";
import type { WriteValue } from "./write_request.ts";

const folder = Deno.makeTempDirSync();
let server = "";
beforeAll(() => void (server = writableServer(folder)));
afterAll(() => Deno.removeSync(folder, { recursive: true }));

const PLACES = {
  free: 10,
  clamped: 20,
  refused: 30,
  "unanswered-taken": 40,
  unanswered: 50,
  late: 60,
  slow: 70,
};

function pointOf(point: string, address: number) {
  return {
    point,
    title: { zh: point, en: point },
    unit: "1",
    example: 0,
    register: { address, type: "int16" },
    // The device needs 300 ms where it is slow.
    write: { min: -100, max: 100, settleMs: point === "slow" ? 2000 : 0 },
  };
}

/** A run of the driver with a device that may be written to. */
async function opened(
  open: typeof writableRtu,
  more: object = {},
  others: readonly { readonly id: string; readonly unit: number }[] = [],
) {
  await using stack = new AsyncDisposableStack();
  const peer = stack.use(await open(server));
  const coil = {
    ...pointOf("relay", 0),
    unit: "",
    example: false,
    register: { table: "coil", address: 5, type: "bool" },
    write: { settleMs: 0 },
  };
  const points = [...Object.entries(PLACES).map(([name, at]) => pointOf(name, at)), coil];
  const profile = profileOf({}, { points, timeoutMs: 2000, latenessMs: 500, ...more });
  const writes = points.map(({ point }) => point);
  const settings = modbusSettings.parse({
    connection: peer.connection,
    devices: [
      { id: "fridge-1", profile, writes },
      ...others.map((other) => ({ ...other, profile })),
    ],
  });
  const [port, trace] = [new WritePort(settings.devices), new Trace()];
  const run = stack.use(new DrivenRun((signal) => tracedModbus(settings, signal, trace, port)));
  await until("it is polled", () => run.of("reading").length > 1 || run.ended !== null);
  const closing = stack.move();
  const write = async (point: string, value: WriteValue, device = "fridge-1") => {
    const prepared = await port.prepare(device, point, value);
    if (prepared.kind !== "prepared") return { prepared, from: null, outcome: null };
    return { prepared, from: prepared.from.value, outcome: await prepared.send() };
  };
  const written = () => peer.program.output.split("\n").filter((line) => line.startsWith("write"));
  return { port, run, trace, write, written, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

describe.each([["TCP", writableTcp], ["a serial line", writableRtu]])("on %s", (_, open) => {
  test("C12: what is written is read before, sent once, and confirmed by a read-back", async () => {
    await using device = await opened(open);
    const { from, outcome } = await device.write("free", -42);
    expect(from).toBe(10);
    expect(outcome).toMatchObject({ kind: "confirmed", readBack: { value: -42 } });
    expect(await device.write("relay", true)).toMatchObject({
      from: false,
      outcome: { kind: "confirmed", readBack: { value: true } },
    });
    expect(device.written()).toEqual(["write 6 10", "write 5 5"]);
    const seen = device.run.of("reading").length;
    await until("it is polled on", () => device.run.of("reading").length > seen + 2);
    expect(device.run.of("reading").at(-1)?.readings[0].value).toBe(-42);
    expect(device.run.of("state").map(({ state }) => state)).not.toContain("offline");
  });

  test("C12: an exception is a refusal, and nothing has changed", async () => {
    await using device = await opened(open);
    const { outcome } = await device.write("refused", 1);
    expect(outcome).toEqual({ kind: "refused", reason: "exception 3 (illegal data value)" });
    expect(device.written()).toEqual(["write 6 30"]);
  });

  test("C12: what the device makes of it by itself is told as another value", async () => {
    await using device = await opened(open);
    const { from, outcome } = await device.write("clamped", 95);
    expect(from).toBe(20);
    expect(outcome).toMatchObject({ kind: "otherwise", readBack: { value: 80 } });
  });

  test("C12: without an answer it is unknown, and never sent again", async () => {
    await using device = await opened(open);
    const { outcome } = await device.write("unanswered", 1);
    expect(outcome).toMatchObject({
      kind: "unknown",
      reason: "no answer",
      readBack: { value: 50 },
    });
    const seen = device.run.of("reading").length;
    await until("it is polled on", () => device.run.of("reading").length > seen + 3);
    expect(device.written()).toEqual(["write 6 50"]);
  });

  test("C12: the register counts, not the answer: what was taken without one is confirmed", async () => {
    await using device = await opened(open);
    const { outcome } = await device.write("unanswered-taken", 7);
    expect(outcome).toMatchObject({ kind: "confirmed", readBack: { value: 7 } });
    expect(device.written()).toEqual(["write 6 40"]);
  });

  test("a late answer to a write passes for no other: the next one is confirmed by itself", async () => {
    await using device = await opened(open, { timeoutMs: 250, latenessMs: 1500 });
    const { outcome } = await device.write("late", 8);
    expect(outcome).toMatchObject({ kind: "confirmed", readBack: { value: 8 } });
    expect((await device.write("free", 5)).outcome).toMatchObject({ kind: "confirmed" });
    const values = device.run.of("reading").flatMap(({ readings }) =>
      readings.filter(({ point }) => point === "free").map(({ value }) => value)
    );
    expect(values.every((value) => value === 10 || value === 5)).toBe(true);
    expect(device.written()).toEqual(["write 6 60", "write 6 10"]);
  });

  test("a device that needs time is read back once its profile says that it is settled", async () => {
    await using device = await opened(open);
    const { outcome } = await device.write("slow", 9);
    expect(outcome).toMatchObject({ kind: "confirmed", readBack: { value: 9 } });
  });
});

test("C12: what the site does not permit, or the profile not declare, is not even read", async () => {
  await using device = await opened(writableTcp, {}, [{ id: "fridge-2", unit: 2 }]);
  expect((await device.write("free", 5, "fridge-2")).prepared).toEqual({ kind: "not-permitted" });
  expect((await device.write("nothing", 5)).prepared).toMatchObject({ kind: "not-writable" });
  expect((await device.write("free", 101)).prepared)
    .toEqual({ kind: "bad-value", reason: "want -100 to 100 1" });
  expect(device.written()).toEqual([]);
});

test("C12: nothing is sent before the write is, and none while the line is away", async () => {
  await using device = await opened(writableTcp);
  expect((await device.port.prepare("fridge-1", "free", 5)).kind).toBe("prepared");
  const seen = device.run.of("reading").length;
  await until("it is polled on", () => device.run.of("reading").length > seen + 2);
  expect(device.written()).toEqual([]);
  await device.run.abort();
  expect(await device.port.prepare("fridge-1", "free", 5))
    .toEqual({ kind: "unreachable", reason: "its line is not connected" });
});

test("a write whose line breaks is unknown", async () => {
  await using device = await opened(writableTcp, { timeoutMs: 30_000 });
  const prepared = await device.port.prepare("fridge-1", "unanswered", 5);
  if (prepared.kind !== "prepared") throw new Error(prepared.kind);
  const outcome = prepared.send();
  await until("it is sent", () => device.written().length > 0);
  await device.run.abort();
  expect(await outcome).toMatchObject({ kind: "unknown", readBack: null });
});
