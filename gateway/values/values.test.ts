import { describe, expect, test } from "vitest";
import type { Batch, Reading, ReadingItem } from "../../drivers/driver.ts";
import { mqttProfile } from "../../drivers/mqtt/profile.ts";
import type { DeviceConfig } from "../config.ts";
import { CollectorDesk } from "../fixture_collector.ts";
import { TemporaryFolder } from "../../sync/fixtures.ts";

const title = { zh: "冰箱", en: "Fridge" };

/** A fridge with a meter, of which is told how long it is open and what it uses. */
const FRIDGE: DeviceConfig = {
  id: "fridge-1",
  profile: mqttProfile.parse({
    profile: "fridge",
    title,
    source: "a test",
    protocol: "mqtt",
    intervalSeconds: 1800,
    messages: [{
      topic: "fridges/{device}",
      points: [
        { point: "door", title, path: "d", example: false },
        { point: "energy", title, unit: "kW.h", path: "e", example: 100 },
      ],
    }],
    computed: [
      { point: "open-minutes", title, rule: "minutes-true", of: "door" },
      { point: "used", title, rule: "difference", of: "energy" },
    ],
  }),
};

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
