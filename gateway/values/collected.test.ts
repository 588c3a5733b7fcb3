import { expect, test } from "vitest";
import type { Item, Outcome, ReadingItem } from "../../drivers/driver.ts";
import { CollectorDesk } from "../fixture_collector.ts";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { JournalUnwritable } from "../../sync/journal.ts";
import { fridgeOf } from "./fixture_fridge.ts";

/** A fridge of which changes of 0.2 degrees are stored, and how long its door is open. */
const FRIDGE = fridgeOf(10, [
  {
    point: "temperature",
    unit: "Cel",
    path: "t",
    example: 4,
    keep: { on: "change", deadband: 0.2, heartbeatSeconds: 60 },
  },
  { point: "door", path: "d", example: false, keep: { on: "change" } },
], [{ point: "open-minutes", rule: "minutes-true", of: "door" }]);

let connectedMs = 0;

function told(seconds: number, temperature: number, door: boolean): ReadingItem {
  return {
    kind: "reading",
    device: "fridge-1",
    readings: [
      { point: "temperature", value: temperature, unit: "Cel", quality: "good" },
      { point: "door", value: door, unit: "", quality: "good" },
    ],
    deviceMs: null,
    receivedMs: seconds * 1000,
    identity: null,
    possibleDuplicate: false,
    delivery: { connectedMs, number: 1 + seconds % 60_000 },
  };
}

async function stored(desk: CollectorDesk): Promise<unknown[]> {
  return (await desk.entries("reading")).map(({ body }) => body.readings);
}

test("what the profile does not keep is answered and not stored; what changed is, whole", async () => {
  await using desk = await CollectorDesk.open(new TemporaryFolder(), [FRIDGE]);
  const outcomes = await desk.give(
    [told(0, 4.5, false)],
    [told(10, 4.6, false)],
    [told(20, 4.4, false)],
    [told(30, 4.4, true)],
    [told(95, 4.4, true)],
  );
  expect(outcomes.flat().map(({ kind }) => kind))
    .toEqual(["stored", "unchanged", "unchanged", "stored", "stored"]);
  const open = (value: number) => ({
    point: "open-minutes",
    value,
    unit: "min",
    quality: "good",
    computed: true,
  });
  const values = (temperature: number, door: boolean) => [
    expect.objectContaining({ point: "temperature", value: temperature }),
    expect.objectContaining({ point: "door", value: door }),
  ];
  expect(await stored(desk)).toEqual([
    [...values(4.5, false), open(0)],
    [...values(4.4, true), open(0)],
    [
      ...values(4.4, true),
      { ...open(1), quality: "uncertain", reason: "not watched throughout" },
    ],
  ]);
});

test("G2: a value for which there was no room is not what the next one is compared with", async () => {
  await using desk = await CollectorDesk.open(new TemporaryFolder(), [FRIDGE]);
  await desk.give([told(0, 4.5, false)]);
  desk.noRoom = () => ({ code: "disk-full", reason: "a test" });
  const [[refused]] = await desk.give([told(10, 9, false)]);
  expect(refused.kind).toBe("unavailable");
  desk.noRoom = () => null;
  const [[same]] = await desk.give([told(20, 9, false)]);
  expect(same.kind).toBe("stored");
});

test("G3: what is sent again over a new connection is marked, computed points or not", async () => {
  const desk = await CollectorDesk.open(new TemporaryFolder(), [FRIDGE]);
  connectedMs = 1;
  await desk.give([told(0, 4.5, false)]);
  await using again = await desk.reopened([FRIDGE]);
  await again.collector.recall();
  connectedMs = 2;
  await again.give([told(0, 4.5, false)]);
  const entries = await again.entries("reading");
  expect(entries.map(({ body }) => body.possibleDuplicate)).toEqual([undefined, true]);
});

test("G1 G2: what is on its way to the disk is nothing to compare with", async () => {
  await using desk = await CollectorDesk.open(new TemporaryFolder(), [FRIDGE]);
  const kinds = (outcomes: readonly (readonly Outcome[])[]) =>
    outcomes.flat().map(({ kind }) => kind);
  await desk.give([told(0, 4, false)]);
  desk.noRoom = () => ({ code: "disk-full", reason: "a test" });
  expect(kinds(await desk.give([told(1, 9, false), told(2, 9, false)])))
    .toEqual(["unavailable", "unavailable"]);
  desk.noRoom = () => null;
  desk.failure = new JournalUnwritable("a test");
  expect(kinds(await desk.give([told(3, 12, false), told(4, 12, false)])))
    .toEqual(["unavailable", "unavailable"]);
  desk.failure = null;
  expect(kinds(await desk.give([told(5, 12, false), told(6, 12, false)], [told(7, 12, false)])))
    .toEqual(["stored", "stored", "unchanged"]);
});

test("G3: what was left out is known when it comes again, and is marked", async () => {
  await using desk = await CollectorDesk.open(new TemporaryFolder(), [FRIDGE]);
  const sent = (connected: number, number: number, temperature: number): Item => {
    const delivery = { connectedMs: connected, number };
    return { ...told(number, temperature, false), ...{ delivery } };
  };
  await desk.give([sent(1, 1, 4)], [sent(1, 2, 4)], [sent(1, 3, 9)], [sent(2, 2, 4)]);
  const entries = await desk.entries("reading");
  expect(entries.map(({ body }) => body.possibleDuplicate)).toEqual([undefined, undefined, true]);
});

test("C7 G7: that a point is not told any more is stored once there is room for it, and once", async () => {
  await using desk = await CollectorDesk.open(new TemporaryFolder(), [FRIDGE]);
  const doorAlone = (seconds: number): ReadingItem => ({
    ...told(seconds, 4, false),
    readings: [{ point: "door", value: false, unit: "", quality: "good" }],
  });
  await desk.give([told(0, 4, false)]);
  desk.noRoom = () => ({ code: "disk-full", reason: "a test" });
  const refused = await desk.give([doorAlone(30)], [doorAlone(40)]);
  expect(refused.flat().map(({ kind }) => kind)).toEqual(["unavailable", "unavailable"]);
  desk.noRoom = () => null;
  await desk.give([doorAlone(50), doorAlone(51)], [doorAlone(60)]);
  const readings = (await desk.entries("reading")).filter(({ kind }) => kind === "reading");
  const pulled = readings.map(({ body }) =>
    JSON.stringify(body).includes("the device does not tell it any more")
  );
  expect(pulled).toEqual([false, true, false]);
});
