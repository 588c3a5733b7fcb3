import { describe, expect, test } from "vitest";
import type { ReadingItem } from "../../drivers/driver.ts";
import { mqttTestDevice } from "../../drivers/mqtt/fixtures.ts";
import { type MessageItem, messageItems } from "../../drivers/mqtt/message_item.ts";
import { type MqttDevice, mqttDevice } from "../../drivers/mqtt/profile.ts";
import { stampAt, TemporaryFolder } from "../../sync/fixtures.ts";
import { type DeviceView, listDevices } from "../devices/device_list.ts";
import { CollectorDesk } from "../fixture_collector.ts";
import { TablesDesk } from "../fixture_tables.ts";
import { Values } from "./values.ts";

const HOUR = 3600;
const title = { zh: "冷库", en: "Cold room" };

const logger = mqttDevice.parse(mqttTestDevice("logger-1", "vega-nb-14"));

/** What the logger published that measured so many seconds ago. */
function measured(secondsAgo: number, temperature: number): MessageItem[] {
  const seconds = Math.round(stampAt(performance.now()).wallMs / 1000) - secondsAgo;
  return published(logger, { Telemetry: { UTC: seconds, onewire: [temperature] } });
}

function published(device: MqttDevice, document: unknown, doubt?: string): MessageItem[] {
  const [message] = device.profile.messages;
  const payload = new TextEncoder().encode(JSON.stringify(document));
  const more = doubt === undefined ? {} : { doubt };
  const binding = { device, message, topic: message.topic };
  return messageItems(binding, { payload, repeated: false, identity: null, kept: true, ...more });
}

async function deskOf(device: MqttDevice): Promise<CollectorDesk> {
  return await CollectorDesk.open(new TemporaryFolder(), [device]);
}

/** The device as its page shows it, now. */
async function shown(desk: CollectorDesk, device: MqttDevice): Promise<DeviceView> {
  await using tables = await TablesDesk.open({ node: "site-1" });
  const { intervalSeconds, profile } = device.profile;
  const about = {
    device: device.id,
    title,
    profile,
    source: "line-1",
    intervalSeconds,
    points: {},
  };
  await tables.append("catalogue", { title, devices: [about] });
  const nowMs = performance.now();
  for (const { kind, body } of await desk.entries("reading")) {
    await tables.append(kind, body, nowMs);
  }
  await tables.tables.caughtUp(tables.journal);
  return (await listDevices(tables.tables, null, stampAt(Math.round(nowMs))))[0];
}

describe("G7, C7: what a device tells late", () => {
  test("is stored, is not its value of now, and ends no silence", async () => {
    await using desk = await deskOf(logger);
    await desk.give(measured(20 * HOUR, 9), measured(19 * HOUR, 8));
    expect(desk.heard).toEqual([]);
    expect((await shown(desk, logger)).points).toEqual([]);
    await desk.give(measured(HOUR, 4), measured(0, 5));
    expect(desk.heard).toEqual(["logger-1", "logger-1"]);
    expect((await shown(desk, logger)).points).toMatchObject([{ value: 5, stale: false }]);
    expect(await desk.entries("reading")).toHaveLength(4);
    expect(desk.counters.total("tributary_late_total")).toBe(2);
  });

  test("is shown with its own age, where it is not too old", async () => {
    await using desk = await deskOf(logger);
    await desk.give(measured(HOUR, 4));
    const [point] = (await shown(desk, logger)).points;
    expect(Math.abs((point.ageSeconds ?? NaN) - HOUR)).toBeLessThan(60);
  });

  test("of a list that begins with the newest, the newest is the value of now", async () => {
    const { profile } = mqttDevice.parse(mqttTestDevice("th-1", "temperature-humidity"));
    const [message] = profile.messages;
    const messages = [{ ...message, each: "samples", id: "time" }];
    const device = { id: "th-1", profile: { ...profile, messages } };
    const nowMs = stampAt(performance.now()).wallMs;
    const samples = [0, 1, 2].map((temperature) => ({
      time: new Date(nowMs - 10_000 * temperature).toISOString(),
      temperature,
    }));
    await using desk = await deskOf(device);
    await desk.give(published(device, { samples }));
    expect((await shown(desk, device)).points).toMatchObject([{ value: 0 }]);
  });

  test("is not what tells the same moment as one before", async () => {
    await using desk = await deskOf(logger);
    const [item] = measured(0, 5);
    await desk.give([item], [{ ...item }]);
    expect(desk.heard).toHaveLength(2);
  });
});

describe("G7, C7: what may be of some time ago", () => {
  const doubt = "it may have waited at the broker";

  test("is uncertain, and ends no silence", async () => {
    const device = mqttDevice.parse(mqttTestDevice("th-1", "temperature-humidity"));
    await using desk = await deskOf(device);
    await desk.give(published(device, { temperature: 4 }, doubt));
    expect((await shown(desk, device)).points)
      .toMatchObject([{ value: 4, quality: "uncertain", reason: doubt }]);
    expect(desk.heard).toEqual([]);
  });

  test("is as its own time says, where the clocks tell", async () => {
    await using desk = await deskOf(logger);
    const doubted = (items: readonly MessageItem[]) => items.map((item) => ({ ...item, doubt }));
    await desk.give(doubted(measured(20 * HOUR, 9)), doubted(measured(0, 5)));
    expect((await shown(desk, logger)).points).toMatchObject([{ value: 5, quality: "good" }]);
    expect(desk.heard).toEqual(["logger-1"]);
  });

  test("is uncertain too where the box's clock cannot check its own time", () => {
    const judged = new Values([logger]).begin();
    const [item] = measured(20 * HOUR, 9);
    if (item.kind !== "reading") throw new Error("it is unreadable");
    const untrusted = (ms: number) => ({ ...stampAt(ms), clock: "untrusted" } as const);
    expect(judged.judged({ ...item, doubt }, untrusted))
      .toMatchObject({ readings: [{ quality: "uncertain", reason: doubt }], doubt });
  });

  test("a fault stays one", async () => {
    await using desk = await deskOf(logger);
    const fault = { point: "temperature-1", value: null, unit: "Cel", reason: "no probe" };
    const item: ReadingItem = {
      kind: "reading",
      device: "logger-1",
      readings: [{ ...fault, quality: "fault" }],
      deviceMs: null,
      receivedMs: performance.now(),
      identity: null,
      possibleDuplicate: false,
      doubt,
    };
    await desk.give([item]);
    expect((await shown(desk, logger)).points)
      .toMatchObject([{ quality: "fault", reason: "no probe" }]);
  });
});
