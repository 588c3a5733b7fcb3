import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Batch, Reading, ReadingItem } from "../../drivers/driver.ts";
import { CollectorDesk } from "../fixture_collector.ts";
import { stampAt, TemporaryFolder } from "../../sync/fixtures.ts";
import type { Journal } from "../../sync/journal.ts";
import type { Clock } from "../clock.ts";
import { testedTablesThread } from "../fixture_program.ts";
import { QueryTables } from "../tables.ts";
import { recallComputed } from "./recall_computed.ts";
import { fridgeOf } from "./fixture_fridge.ts";

/** A fridge with a meter, of which is told how long it is open and what it uses. */
const FRIDGE = fridgeOf(1800, [
  { point: "door", path: "d", example: false },
  { point: "energy", unit: "kW.h", path: "e", example: 100 },
], [
  { point: "open-minutes", rule: "minutes-true", of: "door" },
  { point: "used", rule: "difference", of: "energy" },
]);

function told(minutes: number, value: boolean | number): ReadingItem {
  const reading: Reading = typeof value === "boolean"
    ? { point: "door", value, unit: "", quality: "good" }
    : { point: "energy", value, unit: "kW.h", quality: "good" };
  return {
    kind: "reading",
    device: "fridge-1",
    readings: [reading],
    deviceMs: null,
    receivedMs: minutes * 60_000,
    identity: null,
    possibleDuplicate: false,
  };
}

/** The same, sent again: maybe it is there. */
function again(minutes: number, value: boolean | number): ReadingItem {
  return { ...told(minutes, value), possibleDuplicate: true };
}

/** The same, under an id of its sender's. */
function named(id: string, minutes: number, value: boolean): ReadingItem {
  const bytes = new TextEncoder().encode(`${id} ${value}`);
  const identity = { channel: "fridge-1", id, bytes, windowMs: 1e9, restarts: false };
  return { ...told(minutes, value), identity };
}

/** What was computed of each reading that was stored: a good value, or quality and value. */
async function computed(desk: CollectorDesk): Promise<unknown[]> {
  const entries = (await desk.entries("reading")).filter(({ kind }) => kind === "reading");
  return entries.map(({ body }) => {
    const readings = Array.isArray(body.readings) ? body.readings : [];
    const reading = readings.find(({ computed }) => computed);
    if (reading === undefined) return "none";
    return reading.quality === "good" ? reading.value : `${reading.quality} ${reading.value}`;
  });
}

async function computedOf(...batches: Batch[]): Promise<unknown[]> {
  await using desk = await CollectorDesk.open(new TemporaryFolder(), [FRIDGE]);
  desk.values.recall([]);
  await desk.give(...batches);
  return await computed(desk);
}

describe("G3: what is sent again, and may be there already, moves nothing that is computed:", () => {
  test("a door is open since it was opened", async () => {
    const sent = [told(0, false), told(1, true), again(31, false), again(31, true), told(32, true)];
    expect(await computedOf(...sent.map((item) => [item])))
      .toEqual([0, 0, "none", "none", 31]);
    expect(await computedOf(sent)).toEqual([0, 0, "none", "none", 31]);
  });

  test("what a meter counted is told once", async () => {
    const counts = [told(0, 100), told(1, 110), told(2, 120), again(3, 110), again(3, 120)];
    expect(await computedOf(...counts.map((item) => [item]), [told(4, 130)]))
      .toEqual(["none", 10, 10, "none", "none", 10]);
  });

  test("a difference is told beside it", async () => {
    expect(await computedOf([told(0, 100)], [again(1, 100), told(2, 110)]))
      .toEqual(["none", "none", 10]);
  });
});

describe("T2: what is there already under its id moves nothing that is computed:", () => {
  const before = [[named("a", 0, false)], [named("b", 1, true)]];

  test("a door is open since it was opened", async () => {
    const repeats = [[named("a", 31, false)], [named("b", 31, true)]];
    expect(await computedOf(...before, ...repeats, [named("c", 32, true)])).toEqual([0, 0, 31]);
  });

  test("what comes together with it and depends on it is not told", async () => {
    const together = [named("a", 31, false), named("b", 31, true), named("c", 32, true)];
    expect(await computedOf(...before, together, [named("d", 33, true)]))
      .toEqual([0, 0, "none", 32]);
  });

  test("what is new is told together with it where it depends on nothing", async () => {
    const together = [named("b", 31, true), named("c", 32, false)];
    expect(await computedOf(...before, together, [named("d", 34, true)], [told(36, true)]))
      .toEqual([0, 0, 0, 0, 2]);
  });

  test("what has no id counts in its order behind what has one", async () => {
    expect(
      await computedOf([named("a", 0, false), told(1, true)], [told(2, true)], [told(3, false)]),
    )
      .toEqual([0, "none", 1, 0]);
  });
});

test("T2 G2: a named message for which there was no room counts when it comes again", async () => {
  await using desk = await CollectorDesk.open(new TemporaryFolder(), [FRIDGE]);
  await desk.give([named("a", 0, false)]);
  desk.noRoom = () => ({ code: "disk-full", reason: "a test" });
  await desk.give([named("b", 1, true)]);
  desk.noRoom = () => null;
  await desk.give([named("b", 5, true)], [named("c", 6, true)]);
  expect(await computed(desk)).toEqual([0, 0, 1]);
});

/** A machine that has been up since the first test moment. */
const CLOCK: Clock = { now: () => stampAt(0), ruler: () => stampAt };
/** The same after it was started anew. */
const NEXT_BOOT: Clock = {
  ...CLOCK,
  ruler: () => (ms) => ({ ...stampAt(ms), bootId: "0".repeat(32) }),
};

/** As a start does, over the tables of this journal. */
async function recall(desk: CollectorDesk, clock = CLOCK): Promise<void> {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "tables.db");
  const opening = { thread: testedTablesThread(), path, authorities: [] };
  const onFailure = (error: unknown) => expect.fail(`${error}`);
  await using tables = await QueryTables.open(desk.journal, opening, onFailure);
  await recallFrom(tables, desk, clock);
}

function recallFrom(tables: QueryTables, desk: CollectorDesk, clock = CLOCK): Promise<void> {
  const { journal, values } = desk;
  const parts = { node: "site-1", tables, journal, clock };
  return recallComputed(values, [FRIDGE], parts, AbortSignal.timeout(60_000));
}

/** A desk behind a restart, of which nothing was recalled yet. */
async function restarted(before: Batch): Promise<CollectorDesk> {
  const desk = await CollectorDesk.open(new TemporaryFolder(), [FRIDGE]);
  desk.values.recall([]);
  await desk.give(...before.map((item) => [item]));
  return await desk.reopened([FRIDGE]);
}

/** What is computed behind a restart. */
async function computedOver(
  before: Batch,
  after: Batch,
  clock = CLOCK,
): Promise<unknown[]> {
  await using again = await restarted(before);
  await recall(again, clock);
  await again.give(...after.map((item) => [item]));
  return (await computed(again)).slice(before.length);
}

function doubted(item: ReadingItem): ReadingItem {
  const readings = item.readings.map((reading): Reading => ({
    ...reading,
    quality: "uncertain",
    reason: "a retained value",
  }));
  return { ...item, readings };
}

function broken(item: ReadingItem): ReadingItem {
  const readings = item.readings.map((reading): Reading => ({
    ...reading,
    value: null,
    quality: "fault",
  }));
  return { ...item, readings };
}

describe("what a meter counts over a restart", () => {
  const before = [told(0, 100), told(1, 110)];

  test("is told: the difference goes on from what was stored last", async () => {
    expect(await computedOver(before, [told(5, 130), told(6, 135)])).toEqual([20, 5]);
    expect(await computedOver(before, [told(5, 130)], NEXT_BOOT)).toEqual([20]);
  });

  test("is told behind one single value", async () => {
    expect(await computedOver([told(0, 100)], [told(5, 130)])).toEqual([30]);
  });

  test("G7: is uncertain where the last value was, and a fault where the count fell", async () => {
    expect(await computedOver([...before, doubted(told(2, 120))], [told(5, 130), told(6, 135)]))
      .toEqual(["uncertain 10", 5]);
    expect(await computedOver(before, [told(5, 3), told(6, 5)])).toEqual(["fault null", 2]);
  });

  test("G7: is not told behind a fault, and then goes on", async () => {
    expect(await computedOver([...before, broken(told(2, 0))], [told(5, 130), told(6, 135)]))
      .toEqual(["none", 5]);
  });

  test("G3: does not begin at what was sent again", async () => {
    expect(await computedOver([...before, again(2, 100)], [told(5, 130)])).toEqual([20]);
    expect(await computedOver([told(0, 100), again(2, 90)], [told(5, 130)])).toEqual(["none"]);
  });

  test("waits for the tables: what is stored before is in the first difference", async () => {
    await using again = await restarted(before);
    await again.give([told(2, 120)]);
    await recall(again);
    await again.give([told(3, 130)]);
    expect(await computed(again)).toEqual(["none", 10, "none", 20]);
  });

  test("G7: is not told twice where the tables do not follow the journal", async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, "tables.db");
    const opening = { thread: testedTablesThread(), path, authorities: [] };
    const open = (journal: Journal) => QueryTables.open(journal, opening, () => {});
    const desk = await restarted(before);
    const tables = await open(desk.journal);
    await recallFrom(tables, desk);
    await tables[Symbol.asyncDispose]();
    await desk.give([told(2, 120)]);
    await using again = await desk.reopened([FRIDGE]);
    // They are given another journal to read from, and so stay where they are.
    await using other = await CollectorDesk.open();
    await using stuck = await open(other.journal);
    await recallFrom(stuck, again);
    await again.give([told(5, 130)], [told(6, 135)]);
    expect(await computed(again)).toEqual(["none", 10, 10, "none", 5]);
  });

  test("G7: is a fault where the meter tells another unit since", async () => {
    await using again = await restarted(before);
    await recall(again);
    const inWattHours = (item: ReadingItem) => ({
      ...item,
      readings: item.readings.map((reading) => ({ ...reading, unit: "W.h" })),
    });
    await again.give([inWattHours(told(5, 110_000))], [inWattHours(told(6, 110_500))]);
    expect(await computed(again)).toEqual(["none", 10, "fault null", 500]);
  });
});

describe("minutes that a door is open over a restart", () => {
  test("G7: go on, uncertain, as nobody watched", async () => {
    const opened = [told(0, false), told(10, true), told(15, true)];
    expect(await computedOver(opened, [told(20, true), told(30, false), told(31, true)]))
      .toEqual(["uncertain 10", 0, 0]);
  });

  test("begin anew, uncertain, where the machine was started anew: its clock may have jumped", async () => {
    expect(await computedOver([told(0, false), told(10, true)], [told(20, true)], NEXT_BOOT))
      .toEqual(["uncertain 0"]);
  });

  test("are sure where it was seen shut a moment before, and else are not", async () => {
    expect(await computedOver([told(0, false)], [told(20, true), told(21, true)])).toEqual([0, 1]);
    expect(await computedOver([told(0, false)], [told(70, true)])).toEqual(["uncertain 0"]);
  });
});
