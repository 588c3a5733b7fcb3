import { expect, test } from "vitest";
import type { Item } from "../driver.ts";
import { until } from "../fixtures.ts";
import { Gatherer } from "../gatherer.ts";
import { openBus } from "./bus.ts";
import { answerTo, badServer, profileOf } from "./fixtures.ts";
import { PolledDevice } from "./polled_device.ts";
import { modbusSettings } from "./settings.ts";

/** A device that is polled by hand, and what is told of its state. */
async function polledBy(answer: (request: Buffer) => number[], profile: object) {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await badServer((request) => answerTo(request, answer(request))));
  const { connection, devices: [device] } = modbusSettings.parse({
    connection: { type: "tcp", host: "127.0.0.1", port: server.port },
    devices: [{ id: "device-1", profile, intervalSeconds: 0.1 }],
  });
  const bus = stack.use(await openBus(connection));
  const told: string[] = [];
  const gatherer = new Gatherer();
  gatherer.put = (item: Item, settle = null) => {
    if (item.kind === "state") told.push(`${item.state}: ${item.reason}`);
    settle?.({ kind: "stored" });
  };
  const polled = new PolledDevice(device, bus, gatherer, 300);
  const open = stack.move();
  return {
    told,
    poll: async () => {
      await until("it is due", () => performance.now() >= polled.schedule.dueMs);
      await polled.poll();
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

test("a device is degraded for what it does now, not for what it did hours ago", async () => {
  let code = 0;
  await using device = await polledBy(
    () => code === 0 ? [3, 2, 0, 7] : [0x83, code],
    profileOf({ a: { address: 0, type: "int16" } }),
  );
  const { told, poll } = device;
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

test("what is amiss with a slow point is not over because a fast one is read", async () => {
  let amiss = true;
  let slowReads = 0;
  const points = profileOf({
    a: { address: 0, type: "int16" },
    b: { address: 100, type: "int16" },
  }).points.map((point, at) => ({ ...point, poll: at === 0 ? "fast" : "slow" }));
  await using device = await polledBy(
    (request) => {
      const isSlow = request.readUInt16BE(8) === 100;
      if (isSlow) slowReads++;
      return isSlow && amiss ? [0x83, 4] : [3, 2, 0, 7];
    },
    { ...profileOf({}), points, fastSeconds: 0.1, slowSeconds: 0.5 },
  );
  while (slowReads < 3) await device.poll();
  expect(device.told).toEqual(["degraded: exception 4 (device failure)"]);
  amiss = false;
  while (device.told.length < 2) await device.poll();
  expect(device.told[1]).toBe("online: it answers");
});
