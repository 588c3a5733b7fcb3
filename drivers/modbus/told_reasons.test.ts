import { expect, test } from "vitest";
import type { Item } from "../driver.ts";
import { until } from "../fixtures.ts";
import { Gatherer } from "../gatherer.ts";
import { openBus } from "./bus.ts";
import { answerTo, badServer, profileOf } from "./fixtures.ts";
import { PolledDevice } from "./polled_device.ts";
import { modbusSettings } from "./settings.ts";

test("a device is degraded for what it does now, not for what it did hours ago", async () => {
  let code = 0;
  await using server = await badServer((request) =>
    answerTo(request, code === 0 ? [3, 2, 0, 7] : [0x83, code])
  );
  const { connection, devices: [device] } = modbusSettings.parse({
    connection: { type: "tcp", host: "127.0.0.1", port: server.port },
    devices: [{
      id: "device-1",
      profile: profileOf({ a: { address: 0, type: "int16" } }),
      intervalSeconds: 0.1,
    }],
  });
  await using bus = await openBus(connection);
  const told: string[] = [];
  const gatherer = new Gatherer();
  gatherer.put = (item: Item, settle = null) => {
    if (item.kind === "state") told.push(`${item.state}: ${item.reason}`);
    settle?.({ kind: "stored" });
  };
  const polled = new PolledDevice(device, bus, gatherer, 300);
  const poll = async () => {
    await until("it is due", () => performance.now() >= polled.schedule.dueMs);
    await polled.poll();
  };
  for (const [answer, states] of [[0, 1], [4, 2], [6, 3], [0, 4]]) {
    code = answer;
    while (told.length < states) await poll();
    // The same again is told no more.
    for (let again = 0; again < 4; again++) await poll();
  }
  expect(told).toEqual([
    "online: it answers",
    "degraded: exception 4 (device failure)",
    "degraded: exception 6 (device busy)",
    "online: it answers",
  ]);
});
