import mqtt from "mqtt";
import * as net from "node:net";
import { describe, expect, test } from "vitest";
import type { Item } from "../drivers/driver.ts";
import { freePort } from "../drivers/fixtures.ts";
import { mqttBroker } from "../drivers/mqtt/broker.ts";
import {
  brokerFor,
  brokerOf,
  madeUpDevice,
  madeUpPoint,
  PASSWORD,
} from "../drivers/mqtt/fixtures.ts";
import { range } from "../sync/fixtures.ts";
import { CollectorDesk } from "./fixture_collector.ts";

/** A reading that came as message `number` over the connection that began at `connectedMs`. */
function numbered(number: number, connectedMs: number, value = number, part?: number): Item {
  return {
    kind: "reading",
    device: "th-1",
    readings: [{ point: "temperature", value, unit: "Cel", quality: "good" }],
    deviceMs: null,
    receivedMs: 1000,
    identity: null,
    possibleDuplicate: false,
    delivery: { connectedMs, number, ...(part === undefined ? {} : { part }) },
  };
}

async function marks(desk: CollectorDesk): Promise<boolean[]> {
  const entries = await desk.entries("reading");
  return entries.map(({ body }) => body.possibleDuplicate === true);
}

describe("a message that comes again under its number, without a word of it", () => {
  test("G3: is kept and marked, over another connection", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give([numbered(1, 10), numbered(2, 10)], [numbered(2, 20), numbered(3, 20)]);
    expect(await marks(desk)).toEqual([false, false, true, false]);
  });

  test("G3: is known after a restart, clean or not, since its entry has the number", async () => {
    await using first = await CollectorDesk.open();
    await first.give([numbered(1, 10), numbered(2, 10)]);
    const second = await first.reopened();
    await second.collector.recall();
    await second.give([numbered(1, 5), numbered(2, 5), numbered(3, 5)]);
    expect(await marks(second)).toEqual([false, false, true, true, false]);
    await second.journal.close();
  });

  test("is new when its content is another, or its number", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give([numbered(1, 10, 21.5)], [numbered(1, 20, 21.6)], [numbered(2, 30, 21.6)]);
    expect(await marks(desk)).toEqual([false, false, false]);
  });

  test("is new over the same connection: there nothing is sent again", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give(range(1, 3).map(() => numbered(1, 10, 21.5)));
    expect(await marks(desk)).toEqual([false, false, false]);
  });

  test("G3: is marked behind new ones too: some senders give those first", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give(
      [numbered(1, 10), numbered(2, 10)],
      [numbered(7, 20), numbered(1, 20), numbered(8, 20), numbered(2, 20)],
    );
    expect(await marks(desk)).toEqual([false, false, false, true, false, true]);
  });

  test("G3: is new under a number that stood for something else in between", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give([numbered(1, 10, 21.5)], [
      numbered(1, 20, 21.6),
      numbered(1, 20, 21.5),
    ]);
    expect(await marks(desk)).toEqual([false, false, false]);
  });

  test("is new when the device had taken its leave", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give([numbered(1, 10)], [{ kind: "settled", device: "th-1" }], [numbered(1, 20)]);
    expect(await marks(desk)).toEqual([false, false]);
  });

  test("is forgotten behind a hundred others", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give(range(1, 101).map((n) => numbered(n, 10)), [numbered(1, 20)]);
    expect((await marks(desk)).filter((marked) => marked)).toEqual([]);
    await desk.give([numbered(1, 30)]);
    expect((await marks(desk)).at(-1)).toBe(true);
  });
});

describe("the samples of a list that comes again under its number", () => {
  /** A list of so many samples, as message 7. */
  const list = (connectedMs: number, length: number, first = 0) =>
    range(0, length - 1).map((part) => numbered(7, connectedMs, first + part, part));

  test("G3: are marked each, over another connection", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give(list(10, 3), list(20, 3), list(30, 3));
    expect(await marks(desk)).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1].map(Boolean));
  });

  test("G3: are known after a restart, since their entries have the place in the list", async () => {
    await using first = await CollectorDesk.open();
    await first.give(list(10, 3));
    const second = await first.reopened();
    await second.collector.recall();
    await second.give(list(5, 3));
    expect(await marks(second)).toEqual([false, false, false, true, true, true]);
    await second.journal.close();
  });

  test("G3: are known of a list as long as can be read", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give(list(10, 1000), list(20, 1000));
    expect((await marks(desk)).filter(Boolean).length).toBe(1000);
  });

  test("are new where another list stands under the number, also over one connection", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give(list(10, 3), list(10, 3, 50), list(20, 3), list(30, 3, 70));
    expect((await marks(desk)).filter(Boolean)).toEqual([]);
  });
});

/** PUBACK and PUBREC (MQTT 3.1.1, 2.2.1). */
const ACKNOWLEDGEMENTS: readonly number[] = [4, 5];

/** A line to a port that breaks once, when the first of these is on its way back. */
async function fragileLine(to: number): Promise<AsyncDisposable & { readonly port: number }> {
  let broken = false;
  const server = net.createServer((near) => {
    const far = net.connect({ host: "127.0.0.1", port: to });
    for (const [one, other] of [[near, far], [far, near]]) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
    near.pipe(far);
    far.on("data", (bytes: Uint8Array) => {
      const breaks = ACKNOWLEDGEMENTS.includes(bytes[0] >> 4) && !broken;
      broken ||= breaks;
      if (breaks) near.destroy();
      else near.write(bytes);
    });
  });
  const port = freePort();
  const listening = Promise.withResolvers<void>();
  server.listen(port, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  const closed = Promise.withResolvers<void>();
  server.on("close", () => closed.resolve());
  return {
    port,
    [Symbol.asyncDispose]: () => {
      server.close();
      return closed.promise;
    },
  };
}

test("G3: what MQTT.js sends again, without the DUP flag, is marked", async () => {
  await using desk = await CollectorDesk.open();
  const brokerPort = freePort();
  const stop = new AbortController();
  const settings = mqttBroker.settings.parse(
    brokerFor({ "th-1": "temperature-humidity" }, { port: brokerPort }),
  );
  const running = desk.collector.drive("line-1", mqttBroker.run(settings, stop.signal), () => {});
  await using line = await fragileLine(brokerPort);
  const client = mqtt.connect({
    host: "127.0.0.1",
    port: line.port,
    clientId: "th-1",
    username: "th-1",
    password: PASSWORD,
    clean: false,
    reconnectPeriod: 20,
  });
  client.on("error", () => {});
  const payload = JSON.stringify({ temperature: 21.5 });
  await client.publishAsync("sensors/th-1/state", payload, { qos: 1 });
  const entries = (await desk.entries("reading")).filter(({ kind }) => kind === "reading");
  expect(entries.map(({ body }) => body.possibleDuplicate === true)).toEqual([false, true]);
  await client.endAsync(true);
  stop.abort();
  await running;
});

test("G3: samples without ids that MQTT.js sends again are marked, at QoS 1 and 2", async () => {
  for (const qos of [1, 2] as const) {
    await using desk = await CollectorDesk.open();
    const points = [madeUpPoint("temperature", { unit: "Cel", path: "v" })];
    const messages = [{ topic: "data", each: ".", id: "n", points }];
    const port = freePort();
    const stop = new AbortController();
    const settings = mqttBroker.settings.parse(
      brokerOf([madeUpDevice("fridge-1", { messages })], { port }),
    );
    const running = desk.collector.drive("line-1", mqttBroker.run(settings, stop.signal), () => {});
    await using line = await fragileLine(port);
    const client = mqtt.connect({
      host: "127.0.0.1",
      port: line.port,
      clientId: "fridge-1",
      username: "login",
      password: PASSWORD,
      clean: false,
      reconnectPeriod: 20,
    });
    client.on("error", () => {});
    await client.publishAsync("data", '[{"v":1},{"v":2}]', { qos });
    const entries = (await desk.entries("reading")).filter(({ kind }) => kind === "reading");
    expect(entries.map(({ body }) => body.possibleDuplicate === true)).toEqual(
      [false, false, true, true],
    );
    await client.endAsync(true);
    stop.abort();
    await running;
  }
});
