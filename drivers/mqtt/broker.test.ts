import { once } from "node:events";
import { connect as tcpConnect } from "node:net";
import mqtt from "mqtt";
import { describe, expect, test } from "vitest";
import { describeDriver } from "../conformance.ts";
import { DrivenRun, mosquittoPub, until } from "../fixtures.ts";
import { mqttBroker } from "./broker.ts";
import { brokerFor, mqttTestDevice, PASSWORD, PASSWORD_HASH } from "./fixtures.ts";

const SENSOR = "temperature-humidity";
const payload = JSON.stringify({ temperature: 21.5, humidity: 48 });

/** Publishes to the driver as the device itself would. */
function publish(
  run: DrivenRun,
  device: string,
  more: Partial<Parameters<typeof mosquittoPub>[0]>,
) {
  const topic = `sensors/${device}/state`;
  const login = { username: device, password: PASSWORD };
  return mosquittoPub({ port: run.port, ...login, topic, payload, ...more });
}

async function started(settings: unknown, outcome?: Parameters<typeof DrivenRun.of>[2]) {
  const run = DrivenRun.of(mqttBroker, settings, outcome);
  await until("it listens", () => run.of("line").length > 0);
  return run;
}

const refusals = (run: DrivenRun) => run.of("refusal").map(({ code, who }) => [code, who]);

describeDriver(mqttBroker, () =>
  Promise.resolve({
    settings: brokerFor({ "th-1": SENSOR }),
    device: "th-1",
    say: async (run) => (await publish(run, "th-1", {})).code === 0,
    exchange: async (run) => {
      expect((await publish(run, "th-1", { password: "wrong", clientId: "other" })).code).not.toBe(
        0,
      );
    },
    breakLine: null,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }));

describe("what a device may do", () => {
  test("a publish comes with values, units and quality as the profile says", async () => {
    await using run = await started(brokerFor({ "th-1": SENSOR }));
    const time = "2026-11-22T08:00:00+08:00";
    const sent = JSON.stringify({ temperature: -3.25, humidity: "51", battery: 85, time });
    expect((await publish(run, "th-1", { payload: sent })).code).toBe(0);
    expect(run.of("reading")).toMatchObject([{
      device: "th-1",
      deviceMs: Date.parse(time),
      identity: null,
      possibleDuplicate: false,
      readings: [
        { point: "temperature", value: -3.25, unit: "Cel", quality: "good" },
        { point: "humidity", value: 51, unit: "%", quality: "good" },
        { point: "battery", value: 85, unit: "%", quality: "good" },
      ],
    }]);
  });

  test("C7: a fault value is a fault without a value, and its neighbours stay good", async () => {
    await using run = await started(brokerFor({ "th-1": SENSOR }));
    await publish(run, "th-1", { payload: '{"temperature":85,"humidity":48}' });
    expect(run.of("reading")[0].readings).toEqual([
      {
        point: "temperature",
        value: null,
        unit: "Cel",
        quality: "fault",
        reason: "85 tells a fault",
      },
      { point: "humidity", value: 48, unit: "%", quality: "good" },
    ]);
  });

  test.each([
    ["malformed JSON", '{"temperature":21.5,', "Cannot read the payload as json"],
    ["NaN, which is no JSON", '{"temperature":NaN}', "Cannot read the payload as json"],
    [
      "none of its points",
      '{"pressure":1000}',
      "The payload has none of temperature, humidity, battery",
    ],
    ["no UTF-8", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), "it is not UTF-8"],
    ["nothing", "", "Cannot read the payload as json"],
  ])("a payload of %s is kept as it came, with the reason", async (_what, sent, reason) => {
    await using run = await started(brokerFor({ "th-1": SENSOR }));
    expect((await publish(run, "th-1", { payload: sent })).code).toBe(0);
    const [item] = run.of("unreadable");
    expect(item.reason).toContain(reason);
    expect(item.address).toBe("sensors/th-1/state");
    expect(item.bytes).toEqual(typeof sent === "string" ? Buffer.from(sent) : Buffer.from(sent));
  });

  test("X2: an unknown client is refused and told", async () => {
    await using run = await started(brokerFor({ "th-1": SENSOR }));
    expect((await publish(run, "th-9", {})).code).not.toBe(0);
    expect((await publish(run, "th-1", { password: "wrong" })).code).not.toBe(0);
    await until("both are told", () => run.of("refusal").length === 2);
    expect(refusals(run)).toEqual([["unknown-client", "th-9"], ["wrong-password", "th-1"]]);
    expect(run.of("reading")).toEqual([]);
  });

  test("X2: a name whose password was wrong five times has to wait at that address", async () => {
    await using run = await started(brokerFor({ "th-1": SENSOR }));
    for (let tries = 0; tries < 5; tries++) await publish(run, "th-1", { password: "wrong" });
    expect((await publish(run, "th-1", {})).code).not.toBe(0);
    expect(run.of("refusal").at(-1)?.detail).toContain("it has to wait");
  });

  test("X2: a device may publish to its own topics only, else its connection ends", async () => {
    await using run = await started(brokerFor({ "th-1": SENSOR, "th-2": SENSOR }));
    const { code } = await publish(run, "th-1", { topic: "sensors/th-2/state" });
    expect(code).not.toBe(0);
    await until("it is told", () => run.of("refusal").length > 0);
    expect(run.of("refusal")).toMatchObject([
      { code: "not-allowed", who: "th-1", detail: "it may not publish to sensors/th-2/state" },
    ]);
    expect(run.of("reading")).toEqual([]);
    // The other device is not disturbed.
    expect((await publish(run, "th-2", {})).code).toBe(0);
  });

  test("X2: a device may not hear what others publish", async () => {
    await using run = await started(brokerFor({ "th-1": SENSOR }));
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${run.port}`, {
      username: "th-1",
      password: PASSWORD,
      protocolVersion: 4,
      reconnectPeriod: 0,
    });
    await expect(client.subscribeAsync("#")).rejects.toThrow();
    await client.endAsync();
    expect(refusals(run)).toEqual([["not-allowed", "th-1"]]);
  });

  test("a packet over the limit ends its connection before its bytes are gathered", async () => {
    const settings = brokerFor({ "th-1": SENSOR }, { packetBytesMax: 2048 });
    await using run = await started(settings);
    expect((await publish(run, "th-1", { payload: "x".repeat(3000) })).code).not.toBe(0);
    await until("it is told", () => run.of("refusal").length > 0);
    expect(run.of("refusal")[0]).toMatchObject({ code: "too-large", who: "th-1" });
    expect(run.of("refusal")[0].detail).toMatch(/a packet of 30\d\d bytes, at most 2048/);
    expect((await publish(run, "th-1", {})).code).toBe(0);
  });

  test("a connection over the limit is refused, and the others go on", async () => {
    await using run = await started(brokerFor({ "th-1": SENSOR }, { connectionsMax: 1 }));
    const options = { username: "th-1", password: PASSWORD, reconnectPeriod: 0 };
    const url = `mqtt://127.0.0.1:${run.port}`;
    const first = await mqtt.connectAsync(url, { ...options, protocolVersion: 4 });
    expect((await publish(run, "th-1", { clientId: "second" })).code).not.toBe(0);
    await first.publishAsync("sensors/th-1/state", payload, { qos: 1 });
    await first.endAsync();
    expect(run.of("refusal")[0].code).toBe("too-many");
    expect(run.of("reading")).toHaveLength(1);
  });

  test("X2: one address may not take all connections without saying who it is", async () => {
    await using run = await started(brokerFor({ "th-1": SENSOR }, { connectionsMax: 40 }));
    const sockets = Array.from({ length: 20 }, () => tcpConnect(run.port, "127.0.0.1"));
    for (const socket of sockets) socket.on("error", () => {});
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    expect((await publish(run, "th-1", {})).code).not.toBe(0);
    expect(run.of("refusal")).toMatchObject([{
      code: "too-many",
      who: "127.0.0.1",
      detail: "too many of its connections have not said who they are",
    }]);
    // One says who it is, and there is room again.
    const ended = once(sockets[0], "close");
    const text = (value: string) => [0, value.length, ...Buffer.from(value)];
    const body = [...text("MQTT"), 4, 0x82, 0, 60, ...text("x"), ...text("nobody")];
    sockets[0].write(Buffer.from([0x10, body.length, ...body]));
    sockets[0].resume();
    await ended;
    expect((await publish(run, "th-1", {})).code).toBe(0);
    for (const socket of sockets) socket.destroy();
  });

  test("what is no MQTT is refused, and the others go on", async () => {
    await using run = await started(brokerFor({ "th-1": SENSOR }));
    const socket = tcpConnect(run.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await until("it is told", () => run.of("refusal").length > 0);
    expect(run.of("refusal")[0].code).toBe("malformed");
    expect((await publish(run, "th-1", {})).code).toBe(0);
    socket.destroy();
  });

  test("a client that speaks MQTT 5 is refused with the reason", async () => {
    await using run = await started(brokerFor({ "th-1": SENSOR }));
    const { code } = await publish(run, "th-1", { more: ["-V", "5"] });
    expect(code).not.toBe(0);
    await until("it is told", () => run.of("refusal").length > 0);
    expect(run.of("refusal")[0]).toMatchObject({
      code: "unsupported-protocol",
      detail: "unacceptable protocol version",
    });
  });

  test("devices are online with their connection, and offline without it", async () => {
    await using run = await started(brokerFor({ "th-1": SENSOR }));
    await publish(run, "th-1", {});
    await until("it is gone again", () => run.of("state").length === 2);
    expect(run.of("state")).toMatchObject([
      { device: "th-1", state: "online", reason: "connected" },
      { device: "th-1", state: "offline", reason: "disconnected" },
    ]);
  });

  test("a last will is no measurement, and is not stored", async () => {
    await using run = await started(brokerFor({ "th-1": SENSOR }));
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${run.port}`, {
      username: "th-1",
      password: PASSWORD,
      protocolVersion: 4,
      reconnectPeriod: 0,
      will: { topic: "sensors/th-1/state", payload: Buffer.from(payload), qos: 1, retain: false },
    });
    client.stream.destroy();
    await until("it is offline", () => run.of("state").length === 2);
    expect(run.of("reading")).toEqual([]);
    await client.endAsync(true);
  });

  test("a bridge speaks for the devices behind it", async () => {
    const devices = ["0x00158d0001", "0x00158d0002"].map((address, index) => ({
      ...mqttTestDevice(`fridge-${index + 1}`, "zigbee2mqtt-temperature"),
      address,
    }));
    const clients = [{ username: "bridge", passwordHash: PASSWORD_HASH, devices }];
    await using run = await started({ host: "127.0.0.1", port: 0, clients });
    const login = { port: run.port, username: "bridge", password: PASSWORD };
    const telegram =
      '{"battery":100,"humidity":61.3,"linkquality":120,"pressure":1008.6,"temperature":5.28,"voltage":3005}';
    await mosquittoPub({ ...login, topic: "zigbee2mqtt/0x00158d0002", payload: telegram });
    // Its chatter is taken and not kept, and does not end the connection.
    const chatter = { topic: "zigbee2mqtt/0x00158d0001/availability", payload: "online" };
    expect((await mosquittoPub({ ...login, ...chatter })).code).toBe(0);
    expect(run.of("reading").map(({ device, readings }) => [device, readings[0].value])).toEqual([
      ["fridge-2", 5.28],
    ]);
    expect(run.of("refusal")).toEqual([]);
  });

  test("a Tasmota probe's telegram is read as its documentation shows it", async () => {
    await using run = await started(brokerFor({ "probe-1": "tasmota-ds18b20" }));
    const telegram =
      '{"Time":"2026-11-22T10:00:00","DS18B20":{"Id":"0000089B1234","Temperature":3.9},"TempUnit":"C"}';
    await publish(run, "probe-1", { topic: "tele/probe-1/SENSOR", payload: telegram });
    expect(run.of("reading")).toMatchObject([{
      // Its time has no offset: it is not guessed.
      deviceMs: null,
      readings: [
        { point: "temperature", value: 3.9, unit: "Cel" },
        { point: "probe", value: "0000089B1234" },
      ],
    }]);
  });
});
