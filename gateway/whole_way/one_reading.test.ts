import { expect, test } from "vitest";
import { freePort, mosquitto, mosquittoPub } from "../../drivers/fixtures.ts";
import { type PackedValue, pymodbus } from "../../drivers/modbus/fixtures.ts";
import { until } from "../../sync/fixtures.ts";
import {
  bothEqual,
  brokerLine,
  type Consortium,
  consortium,
  latestOf,
  modbusLine,
  publishedBy,
  writeProfiles,
} from "./fixtures.ts";

/** The device's values at the site, once they are the same there and at both centres. */
async function arrived({ a, b, site }: Consortium, device: string, points: number) {
  await until(
    `${points} values of ${device} are at the site`,
    async () => (await latestOf(site, device)).length === points,
  );
  await bothEqual({ a, b, site });
  const own = await latestOf(site, device);
  for (const county of [a, b]) {
    await until(
      `${county.name} shows ${device}`,
      async () => JSON.stringify(await latestOf(county, device)) === JSON.stringify(own),
    );
    expect(await county.entriesOf("site-1", "reading")).toEqual(
      await site.entriesOf("site-1", "reading"),
    );
  }
  return own;
}

const time = "2026-11-22T08:00:00+08:00";
const climate = JSON.stringify({ temperature: -3.25, humidity: "51", battery: 85, time });
const climateValues = [
  { point: "temperature", value: -3.25, unit: "Cel", quality: "good" },
  { point: "humidity", value: 51, unit: "%", quality: "good" },
  { point: "battery", value: 85, unit: "%", quality: "good" },
];

test("G6: what mosquitto_pub publishes is at both counties, with unit, time, quality", async () => {
  const port = freePort();
  await using all = await consortium(() => ({
    sources: [brokerLine(port, { "th-1": "temperature-humidity" })],
  }));
  await all.site.start();
  const before = Date.now();
  expect(await publishedBy("th-1", port, "sensors/th-1/state", climate)).toBe(true);
  const after = Date.now();
  const values = await arrived(all, "th-1", 3);
  expect(values).toMatchObject(climateValues);
  for (const value of values) {
    expect(Date.parse(value.deviceTime ?? "")).toBe(Date.parse(time));
    expect(Date.parse(value.time)).toBeGreaterThanOrEqual(before - 1);
    expect(Date.parse(value.time)).toBeLessThanOrEqual(after + 1);
  }
  // Another value of the same device: the one that is shown moves, at all three alike.
  const faulty = '{"temperature":85,"humidity":null}';
  expect(await publishedBy("th-1", port, "sensors/th-1/state", faulty)).toBe(true);
  await until(
    "the fault is at the site",
    async () => (await latestOf(all.site, "th-1"))[0].quality === "fault",
  );
  expect(await arrived(all, "th-1", 3)).toMatchObject([
    { point: "temperature", value: null, quality: "fault", reason: "85 tells a fault" },
    { point: "humidity", value: null, quality: "fault", reason: "the device tells no value" },
    { point: "battery", value: 85, quality: "good" },
  ]);
});

test("G6: what is published to a hospital's own mosquitto is at both counties", async () => {
  const port = freePort();
  await using broker = await mosquitto(port);
  await using all = await consortium(() => ({
    sources: [{
      name: "hospital",
      driver: "mqtt-client",
      settings: {
        url: `mqtt://127.0.0.1:${port}`,
        clientId: "tributary-site-1",
        devices: [{ id: "th-1", profile: "temperature-humidity" }],
      },
    }],
  }));
  await all.site.start();
  await until("it is subscribed", () => broker.printed("Received SUBSCRIBE") > 0);
  const published = await mosquittoPub({ port, topic: "sensors/th-1/state", payload: climate });
  expect(published.code).toBe(0);
  expect(await arrived(all, "th-1", 3)).toMatchObject(climateValues);
  await until(
    "it is acknowledged",
    () => broker.printed("Received PUBACK from tributary-site-1") === 1,
  );
});

/** What Python's struct packs into pymodbus' registers, and what both counties must show. */
const REGISTERS: readonly (PackedValue & {
  readonly length?: number;
  readonly scale?: number;
  readonly faults?: readonly number[];
  readonly shown: number | string | null;
})[] = [
  { table: "holding", address: 0, type: "int16", value: -32768, shown: -32768 },
  { table: "input", address: 1, type: "uint16", value: 65535, shown: 65535 },
  { table: "holding", address: 4, type: "int16", value: 412, scale: 0.1, shown: 41.2 },
  {
    table: "holding",
    address: 6,
    type: "int32",
    order: "CDAB",
    value: -19088743,
    shown: -19088743,
  },
  {
    table: "input",
    address: 8,
    type: "uint32",
    order: "BADC",
    value: 3735928559,
    shown: 3735928559,
  },
  { table: "holding", address: 12, type: "float32", order: "ABCD", value: 4.2, shown: 4.2 },
  { table: "holding", address: 14, type: "float32", order: "DCBA", value: -18.5, shown: -18.5 },
  { table: "input", address: 16, type: "float64", order: "CDAB", value: 2.5e-308, shown: 2.5e-308 },
  {
    table: "holding",
    address: 20,
    type: "int64",
    order: "DCBA",
    value: "81985529216486895",
    shown: "81985529216486895",
  },
  {
    table: "holding",
    address: 30,
    type: "string",
    length: 4,
    value: "冷藏箱二",
    encoding: "gb18030",
    shown: "冷藏箱二",
  },
  { table: "holding", address: 40, type: "float32", hex: "7fc00000", shown: null },
  { table: "holding", address: 42, type: "int16", value: 32767, faults: [32767], shown: null },
];

test("G6: what others' Modbus server holds is at both counties, in every type", async () => {
  await using server = await pymodbus(REGISTERS);
  const points = REGISTERS.map((
    { shown, value: _, hex: __, encoding: ___, ...register },
    index,
  ) => ({
    point: `p${String(index).padStart(2, "0")}`,
    title: { zh: `测点 ${index}`, en: `Point ${index}` },
    unit: typeof shown === "string" ? "" : "Cel",
    example: 0,
    register,
  }));
  const profile = {
    protocol: "modbus",
    profile: "of-all-kinds",
    title: { zh: "各种类型", en: "Of all kinds" },
    source: "a test",
    intervalSeconds: 0.5,
    points,
  };
  await using all = await consortium((folder) => ({
    profilesDir: writeProfiles(folder, profile),
    sources: [modbusLine("plc", server.port, profile.profile)],
  }));
  await all.site.start();
  await until(
    "its values are at the site",
    async () => (await latestOf(all.site, "plc")).length === points.length,
  );
  // It is polled all the time: only without it do three nodes come to rest at one value.
  await server.program.kill();
  await until(
    "the site has said that it is gone",
    async () =>
      (await all.site.entriesOf("site-1", "reading")).some(({ body }) => body.state === "offline"),
  );
  const values = await arrived(all, "plc", points.length);
  expect(values.map(({ value }) => value)).toEqual(REGISTERS.map(({ shown }) => shown));
  expect(values.map(({ unit }) => unit)).toEqual(points.map(({ unit }) => unit));
  const faults = values.filter(({ quality }) => quality !== "good");
  expect(faults.map(({ reason }) => reason)).toEqual(["NaN is no number", "32767 tells a fault"]);
});
