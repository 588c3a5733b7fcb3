import { describe, expect, test } from "vitest";
import { DrivenRun, until } from "../fixtures.ts";
import { answerTo, badServer, profileOf } from "./fixtures.ts";
import { ReadDevice } from "./fixture_read_device.ts";
import { modbus } from "./modbus.ts";
import { sealed } from "./rtu_framing.ts";

/** Three blocks of one register: p0, p100, p200. */
const open = () => ReadDevice.open([{ address: 0 }, { address: 100 }, { address: 200 }]);
const silentAt = (...starts: readonly number[]) => (start: number) =>
  starts.includes(start) ? "is silent" : "answers";
const SILENT = "exception 11 (gateway target failed to respond)";

describe("a block that is silent while the device answers others", () => {
  test("takes nothing from the blocks before it, and those behind it come at the next poll", async () => {
    await using device = await open();
    device.does = silentAt(100);
    const first = await device.poll();
    expect(first.asked).toEqual(["0+1 answers", "100+1 is silent"]);
    expect(first.told).toEqual({
      p0: 0,
      p100: SILENT,
      p200: "not asked, as an earlier question had no answer",
    });
    expect(first.polled).toMatchObject({ trouble: `${SILENT}: read holding 100` });
    const second = await device.poll();
    expect(second.asked).toEqual(["0+1 answers", "200+1 answers", "100+1 is silent"]);
    expect(second.told).toEqual({ p0: 0, p100: SILENT, p200: 200 });
  });

  test("is asked less and less often, at least once a minute, and whole again once it answers", async () => {
    await using device = await open();
    device.does = silentAt(100);
    const polls: number[] = [];
    for (let poll = 0; poll < 32; poll++) {
      const { asked, good, told } = await device.poll();
      if (asked.includes("100+1 is silent")) polls.push(poll);
      expect([good, told.p100]).toEqual([poll === 0 ? 1 : 2, SILENT]);
    }
    expect(polls).toEqual([0, 1, 3, 7, 15, 31]);
    expect((await device.poll()).asked).toHaveLength(2);
    device.does = () => "answers";
    device.nowMs = 60_000;
    expect(await device.poll()).toMatchObject({ good: 3, polled: { trouble: "" } });
    expect((await device.poll()).asked).toEqual(["0+1 answers", "100+1 answers", "200+1 answers"]);
  });

  test("C7: missed once it is a gap, and a fault of the sensor from the second time on", async () => {
    await using device = await open();
    await device.poll();
    device.does = silentAt(100);
    expect((await device.poll()).told).toEqual({ p0: 0 });
    expect((await device.poll()).told).toEqual({ p0: 0, p100: SILENT, p200: 200 });
    device.does = () => "answers";
    // It rests for one poll before it is tried.
    await device.poll();
    expect((await device.poll()).good).toBe(3);
    device.does = silentAt(100);
    expect((await device.poll()).told).toEqual({ p0: 0 });
    device.does = () => "answers";
    expect((await device.poll()).told).toEqual({ p0: 0, p100: 100, p200: 200 });
  });

  test("that has the switch of a value makes that value uncertain, also when missed once", async () => {
    const value = { address: 0, faultIf: ["p100"] };
    await using device = await ReadDevice.open([value, { address: 100, type: "bool" }]);
    // Bit 0 of 100 is off.
    expect((await device.poll()).polled).toMatchObject({ readings: [{ quality: "good" }, {}] });
    device.does = silentAt(100);
    const uncertain = { quality: "uncertain", reason: "p100 could not be read" };
    expect((await device.poll()).polled).toMatchObject({ readings: [uncertain] });
    expect((await device.poll()).polled).toMatchObject({ readings: [uncertain, {}] });
  });

  test("of a class of its own leaves the polls of others as they are, and stays told", async () => {
    await using device = await ReadDevice.open([
      { address: 0, poll: "fast" },
      { address: 100, poll: "slow" },
    ]);
    device.does = silentAt(100);
    await device.poll(["fast", "slow"]);
    // Alone in its poll, and known to be silent, it says nothing of the device.
    expect((await device.poll(["slow"])).polled).toMatchObject({ kind: "read", cut: true });
    const { polled, told } = await device.poll(["fast"]);
    expect([polled.kind, told]).toEqual(["read", { p0: 0 }]);
    expect(polled).toMatchObject({ trouble: `${SILENT}: read holding 100` });
  });
});

describe("the first question of a poll without an answer", () => {
  test("is a silent device, of which one block is asked at each poll, each in its turn", async () => {
    await using device = await open();
    await device.poll();
    device.does = silentAt(0, 100, 200);
    const asked: string[] = [];
    for (let poll = 0; poll < 6; poll++) {
      const found = await device.poll();
      expect(found.polled).toEqual({ kind: "silent", reason: SILENT });
      asked.push(...found.asked.map((one) => one.split("+")[0]));
    }
    expect(asked).toEqual(["0", "0", "100", "200", "0", "100"]);
    device.does = () => "answers";
    expect((await device.poll()).good).toBe(3);
    expect((await device.poll()).asked).toEqual(["0+1 answers", "100+1 answers", "200+1 answers"]);
  });

  test("costs the others nothing for longer than two polls", async () => {
    await using device = await open();
    device.does = silentAt(0);
    const polls = [await device.poll(), await device.poll(), await device.poll()];
    expect(polls.map(({ polled }) => polled.kind)).toEqual(["silent", "silent", "read"]);
    expect(polls[2].told).toEqual({ p0: SILENT, p100: 100, p200: 200 });
  });
});

test("a device of which a block is silent is degraded, and never offline", async () => {
  await using server = await badServer((request) => {
    const isSilent = request.readUInt16BE(8) === 100;
    return answerTo(request, isSilent ? [0x83, 11] : [3, 2, 0, 7]);
  });
  const registers = { a: { address: 0, type: "int16" }, b: { address: 100, type: "int16" } };
  const profile = profileOf(registers, { intervalSeconds: 0.1 });
  const connection = { type: "tcp", host: "127.0.0.1", port: server.port };
  await using run = DrivenRun.of(modbus, { connection, devices: [{ id: "device-1", profile }] });
  await until("polls", () => run.of("reading").length >= 8 || run.ended !== null);
  expect(run.of("state")).toMatchObject([
    { state: "degraded", reason: `${SILENT}: read holding 100` },
  ]);
  for (const { readings } of run.of("reading")) {
    expect(readings.map(({ value }) => value)).toEqual([7, null]);
  }
});

test("on a serial line the late answer of a silent block is no answer to what comes behind", async () => {
  /** What the last block owes, as often as it was asked for. */
  const owed: Buffer[] = [];
  let late = 0;
  const said = (values: readonly number[]) => {
    const bytes = values.flatMap((value) => [value >> 8, value & 255]);
    return Buffer.from(sealed(1, Uint8Array.of(3, bytes.length, ...bytes)));
  };
  await using server = await badServer((request) => {
    const [start, count] = [request.readUInt16BE(2), request.readUInt16BE(4)];
    const values = Array.from({ length: count }, (_, at) => start + at);
    if (start >= 90) {
      // Of equal length as the first one's: nothing else tells them apart.
      owed.push(said(values));
      return null;
    }
    const before = owed.shift();
    if (before === undefined) return said(values);
    late++;
    return before;
  });
  const pair = (address: number) => ({ address, type: "uint16" });
  const profile = profileOf(
    { a: pair(0), b: pair(1), c: pair(100), d: pair(101) },
    { intervalSeconds: 0.1, timeoutMs: 100, latenessMs: 150 },
  );
  const connection = { type: "rtu-over-tcp", host: "127.0.0.1", port: server.port };
  await using run = DrivenRun.of(modbus, {
    connection,
    devices: [{ id: "device-1", profile, unit: 1 }],
  });
  const good = () =>
    run.of("reading").flatMap(({ readings }) => readings.filter((one) => one.quality === "good"));
  await until("late answers and values", () => late >= 2 && good().length >= 10);
  const registers: Record<string, number> = { a: 0, b: 1 };
  for (const { point, value } of good()) expect([point, value]).toEqual([point, registers[point]]);
});
