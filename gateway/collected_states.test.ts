import { expect, test } from "vitest";
import type { Item } from "../drivers/driver.ts";
import { CollectorDesk } from "./fixture_collector.ts";

function state(device: string, state: "online" | "offline", reason = "a test"): Item {
  return { kind: "state", device, state, reason, receivedMs: 1000 };
}

test("a state is stored only when it changes", async () => {
  await using desk = await CollectorDesk.open();
  await desk.give(
    [state("a", "online"), state("a", "online"), state("b", "online")],
    [state("a", "online"), state("a", "offline"), state("b", "online"), state("a", "online")],
  );
  const states = (await desk.entries("reading")).map(({ body }) => `${body.device} ${body.state}`);
  expect(states).toEqual(["a online", "b online", "a offline", "a online"]);
});

test("another reason why a device is not online is stored, another number in it is not", async () => {
  await using desk = await CollectorDesk.open();
  await desk.give(
    [state("a", "online", "it answers"), state("a", "online", "it sends")],
    [state("a", "offline", "silent for 3 s"), state("a", "offline", "silent for 4 s")],
    [state("a", "offline", "wrong CRC"), state("b", "offline", "wrong CRC")],
  );
  await desk.collector.tellOffline(["a", "b"], "the port is gone");
  await desk.collector.tellOffline(["a", "b"], "the port is gone");
  const told = (await desk.entries("reading")).map(({ body }) => `${body.device} ${body.reason}`);
  expect(told).toEqual([
    "a it answers",
    "a silent for 3 s",
    "a wrong CRC",
    "b wrong CRC",
    "a the port is gone",
    "b the port is gone",
  ]);
});

test("devices whose line is down are offline, which is told once", async () => {
  await using desk = await CollectorDesk.open();
  await desk.give([state("a", "online"), state("b", "offline")]);
  await desk.collector.tellOffline(["a", "b"], "Lost the broker");
  await desk.collector.tellOffline(["a", "b"], "Lost the broker");
  expect((await desk.entries("reading")).map(({ body }) => body)).toEqual([
    { device: "a", state: "online", reason: "a test" },
    { device: "b", state: "offline", reason: "a test" },
    { device: "a", state: "offline", reason: "Lost the broker" },
    { device: "b", state: "offline", reason: "Lost the broker" },
  ]);
});
