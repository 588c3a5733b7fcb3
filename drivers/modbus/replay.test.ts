import { describe, expect, test } from "vitest";
import { type ReadingItem } from "../driver.ts";
import { until } from "../fixtures.ts";
import { profileOf, pymodbus } from "./fixtures.ts";
import { badLine, RecordedRun } from "./fixture_recorder.ts";
import type { Fault } from "./fixture_slaves.ts";
import { modbusProfile } from "./profile.ts";
import { continued, parseRecording, type Recording, recordingText } from "./recording.ts";
import { replay } from "./replay.ts";

/** As it is when it comes back from its file. */
function fromFile(recording: Recording): Recording {
  return parseRecording(recordingText(recording), "trace.yaml");
}

const told = (items: readonly ReadingItem[]) => items.map(({ readings }) => readings);

/** Readings of the polls that a replay comes to. */
async function replayed(recording: Recording, profile: object) {
  const { polls, ...rest } = await replay(recording, modbusProfile.parse(profile));
  return { ...rest, readings: polls.flatMap((one) => one.kind === "read" ? [one.readings] : []) };
}

const PACKED = [
  { table: "holding", address: 4, type: "int16", value: -185 },
  { table: "holding", address: 40, type: "float32", order: "CDAB", value: 4.2 },
  { table: "input", address: 7, type: "uint32", order: "DCBA", value: 70_000 },
  { table: "holding", address: 300, type: "int16", value: 32_767 },
] as const;
const POINTS = {
  air: { address: 4, type: "int16", scale: 0.1 },
  probe: { address: 40, type: "float32", order: "CDAB" },
  count: { table: "input", address: 7, type: "uint32", order: "DCBA" },
  absent: { address: 300, type: "int16", faults: [32_767] },
  unknown: { address: 2000, type: "int16" },
};

describe("a recording of pymodbus", () => {
  const profile = profileOf(POINTS);
  const recorded = async () => {
    await using server = await pymodbus(PACKED);
    const connection = { type: "tcp", host: "127.0.0.1", port: server.port };
    await using device = new RecordedRun(connection, { id: "fridge-1", profile, unit: 2 });
    await until("polls", () => device.run.of("reading").length >= 5);
    return { told: told(device.run.of("reading")), recording: fromFile(device.recording()) };
  };

  test("replays to the readings that the driver told, with refused blocks and faults", async () => {
    const { told, recording } = await recorded();
    const { readings, skipped, changed, cut } = await replayed(recording, profile);
    expect(readings.slice(0, told.length)).toEqual(told);
    expect(readings[0].map(({ value }) => value)).toEqual([-18.5, 4.2, 70_000, null, null]);
    expect([skipped, changed]).toEqual([[], []]);
    expect(cut.length).toBeLessThanOrEqual(1);
  });

  test("is read from where a poll begins, and what lies before is passed over", async () => {
    const { told, recording } = await recorded();
    for (const from of [1, 2, 3]) {
      const exchanges = recording.exchanges.slice(from);
      const { readings } = await replayed({ ...recording, exchanges }, profile);
      expect(readings.length).toBeGreaterThan(1);
      for (const one of readings) expect(told).toContainEqual(one);
    }
  });

  test("tells a profile with other registers what it lacks, and invents nothing", async () => {
    const { recording } = await recorded();
    const other = profileOf({ far: { address: 900, type: "int16" } });
    const { readings, skipped } = await replayed(recording, other);
    expect(readings).toEqual([]);
    expect(skipped).toEqual(recording.exchanges);
    const more = profileOf({ ...POINTS, far: { address: 900, type: "int16" } });
    expect(await replayed(recording, more)).toMatchObject({
      readings: [],
      cut: expect.arrayContaining(["read holding 900"]),
    });
  });
});

test("points with a poll class of their own are replayed with the polls that read them", async () => {
  const far = { table: "input", address: 7, type: "uint32", order: "DCBA" };
  const { points: [quick, slow], ...head } = profileOf({
    quick: { address: 4, type: "int16" },
    far,
  });
  const points = [{ ...quick, poll: "fast" }, { ...slow, poll: "slow" }];
  const profile = { ...head, points, fastSeconds: 0.1, slowSeconds: 0.5 };
  await using server = await pymodbus(PACKED);
  const connection = { type: "tcp", host: "127.0.0.1", port: server.port };
  await using device = new RecordedRun(connection, { id: "meter", profile });
  const polls = () => told(device.run.of("reading"));
  await until("polls of both", () => polls().filter((one) => one.length === 2).length > 2);
  const { readings } = await replayed(fromFile(device.recording()), profile);
  expect(readings.slice(0, polls().length)).toEqual(polls().slice(0, readings.length));
});

test("late, spoilt and doubled answers of a serial line replay to what the driver told", async () => {
  const order: readonly Fault[] = [
    "late",
    "crc",
    "noise",
    "late-other",
    "twice",
    "silent",
    "exception",
  ];
  // Each in its turn, with room between for the guard to find its step again.
  const faults = (_: number, requests: number) =>
    requests % 6 === 3 ? order[Math.floor(requests / 6) % order.length] : null;
  const profile = profileOf({
    who: { address: 0, type: "uint16" },
    which: { address: 1, type: "uint16" },
    other: { address: 120, type: "uint16" },
  }, { timeoutMs: 100, latenessMs: 250 });
  await using line = await badLine([5], faults, () => 160);
  await using device = new RecordedRun(line.connection, { id: "th-1", profile, unit: 5 });
  await until("every fault", () => line.slaves.injected.size === order.length);
  const before = device.run.of("reading").length;
  await until("polls behind it", () => device.run.of("reading").length > before + 2);
  const recording = fromFile(device.recording());
  const all = told(device.run.of("reading"));
  const { readings, skipped, changed } = await replayed(recording, profile);
  expect(readings.slice(0, all.length)).toEqual(all.slice(0, readings.length));
  expect(Math.abs(readings.length - all.length)).toBeLessThanOrEqual(1);
  expect([skipped, changed]).toEqual([[], []]);
  const outcomes = recording.exchanges.map(({ outcome }) => outcome);
  expect(outcomes).toEqual(expect.arrayContaining(["no answer", "wrong CRC"]));
  expect(recording.exchanges.some(({ late }) => late.length > 0)).toBe(true);
});

test("a later look goes on where the first one ended", async () => {
  await using server = await pymodbus(PACKED);
  const connection = { type: "tcp", host: "127.0.0.1", port: server.port };
  const profile = profileOf({ air: { address: 4, type: "int16" } });
  await using device = new RecordedRun(connection, { id: "fridge-1", profile });
  await until("two exchanges", () => device.exchanges.length > 2);
  const first = device.recording();
  await until("more", () => device.exchanges.length > 4);
  const all = continued(first, device.recording());
  const numbers = all.exchanges.map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(numbers.length).toBeGreaterThan(first.exchanges.length);
});

describe("what is no recording is refused, naming file, field and fix:", () => {
  const good = { recording: 1, device: "a", framing: "tcp", unit: 1, exchanges: [] };
  test.each([
    ["a: [", 'Cannot read recording "x.yaml": '],
    [JSON.stringify({ ...good, recording: 2 }), "at recording"],
    [JSON.stringify({ ...good, unit: 256 }), "at unit"],
    [JSON.stringify({ ...good, note: "" }), 'Unrecognized key: "note"'],
    [
      JSON.stringify({ ...good, exchanges: [{ sent: "0103" }] }),
      "want bytes in hexadecimal, such as 01 03 02 00 2a",
    ],
  ])("%s", (text, message) => {
    expect(() => parseRecording(text, "x.yaml")).toThrow(message);
  });
});
