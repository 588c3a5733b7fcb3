import { expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { until } from "../../sync/fixtures.ts";
import { equalityView } from "../fleet/equality.ts";
import {
  bothEqual,
  brokerLine,
  consortium,
  countingProfile,
  held,
  publishedBy,
  writeProfiles,
} from "./fixtures.ts";
import { MqttDevice } from "./mqtt_device.ts";

const READINGS = 10_000;

test(`T5 G6: a county that missed ${READINGS} readings is equal again by itself`, async () => {
  const port = freePort();
  await using all = await consortium((folder) => ({
    profilesDir: writeProfiles(folder, countingProfile("counter", { id: "id" })),
    sources: [brokerLine(port, { counter: "counter" })],
  }));
  const { a, b, site } = all;
  await site.start();
  await using device = new MqttDevice("counter", port, "count/counter");
  await device.publish('{"id":"m-0","n":0}');
  await bothEqual(all);

  await b.kill("SIGTERM");
  let n = 0;
  await device.publishAll(200, () => n++ < READINGS ? JSON.stringify({ id: `m-${n}`, n }) : null);
  expect(device.acknowledged).toBe(READINGS + 1);
  await until(
    "county A has all of them meanwhile",
    async () => await held(a, "site-1", "reading") >= READINGS + 1,
  );
  // What waits for B, and why, is told (T8).
  await until(
    "the site says that B is away",
    async () => await site.metric("tributary_link_waiting_entries", { to: "county-b" }) >= READINGS,
  );
  expect(await site.metric("tributary_link_up", { to: "county-b" })).toBe(0);
  expect(await site.metric("tributary_link_up", { to: "county-a" })).toBe(1);

  await b.start();
  await bothEqual(all, 120_000);
  const [atA, atB] = await Promise.all([a, b].map((node) => node.entriesOf("site-1", "reading")));
  expect(atB).toEqual(atA);
  const ids = atB.filter(({ kind }) => kind === "reading").map(({ body }) => body.id);
  expect(ids).toEqual(Array.from({ length: READINGS + 1 }, (_, index) => `m-${index}`));
  await until(
    "nothing waits for B any more",
    async () => await site.metric("tributary_link_waiting_entries", { to: "county-b" }) === 0,
  );
  // The centres say of each other that they are equal.
  for (const county of [a, b]) {
    await until(`${county.name} says that both are equal`, async () => {
      const streams = z.array(equalityView).parse(await county.ask("/api/equality"))
        .filter(({ node }) => node === "site-1");
      return streams.length >= 2 && streams.every(({ state }) => state === "equal");
    });
  }
}, 300_000);

test("T1 T5: with both counties away a site acknowledges all, and ships it later", async () => {
  const port = freePort();
  await using all = await consortium(() => ({
    sources: [brokerLine(port, { "th-1": "temperature-humidity" })],
  }));
  const { a, b, site } = all;
  await Promise.all([a.kill("SIGKILL"), b.kill("SIGKILL")]);
  await site.start();
  const topic = "sensors/th-1/state";
  for (let n = 0; n < 5; n++) {
    expect(await publishedBy("th-1", port, topic, JSON.stringify({ temperature: n }))).toBe(true);
  }
  await until(
    "the site says why they wait",
    async () => (await site.page("/", "zh")).includes("对方拒绝连接"),
  );
  // The site is killed as well before anybody has seen its readings.
  await site.kill("SIGKILL");
  await Promise.all([a.start(), b.start()]);
  await site.start();
  await bothEqual(all);
  const readings = (await b.entriesOf("site-1", "reading")).filter(({ kind }) =>
    kind === "reading"
  );
  expect(readings.map(({ body }) => JSON.stringify(body.readings))).toEqual(
    Array.from({ length: 5 }, (_, n) => expect.stringContaining(`"value":${n},`)),
  );
}, 300_000);
