import { describe, expect, test } from "vitest";
import { DrivenRun, until } from "../fixtures.ts";
import { Faults, parseFaults, seeded } from "../simulated_faults.ts";
import type { Model } from "../simulation.ts";
import { mqttBroker } from "./broker.ts";
import { brokerOf, madeUpDevice, madeUpPoint, mqttTestDevice, PASSWORD } from "./fixtures.ts";
import { malformed } from "./malformed.ts";
import { mqttDevice } from "./profile.ts";
import { MQTT_FAULTS, type MqttFault, MqttSimulator, refuseFaults } from "./simulator.ts";

const place = (more: object) => ({ packed: { offset: 0, type: "uint16", ...more } });
/** Devices of each way in which a payload may be written. */
const DEVICES = [
  madeUpDevice("json", {
    messages: [{ topic: "{device}/data", points: [madeUpPoint("value", { path: "a.v" })] }],
    availability: [{ topic: "{device}/status", path: "state" }],
  }),
  madeUpDevice("number", {
    messages: [{ topic: "{device}/data", payload: "number", points: [madeUpPoint("value")] }],
  }),
  madeUpDevice("text", {
    messages: [{ topic: "{device}/data", payload: "text", points: [madeUpPoint("value")] }],
  }),
  madeUpDevice("binary", {
    messages: [{
      topic: "{device}/data",
      payload: "binary",
      points: [madeUpPoint("value", place({}))],
    }],
  }),
  madeUpDevice("base64", {
    messages: [{
      topic: "{device}/data",
      payload: "text",
      bytes: { encoding: "base64" },
      points: [madeUpPoint("value", place({}))],
    }],
  }),
  madeUpDevice("list", {
    messages: [{
      topic: "{device}/data",
      each: ".",
      id: "id",
      points: [madeUpPoint("value", { path: "v" })],
    }],
  }),
  madeUpDevice("sparkplug", {
    metrics: [madeUpPoint("value", { metric: "Value" })],
  }, { address: "ward/edge-1" }),
];

/** A simulated device at our broker. */
async function trial(given: object, texts: readonly string[], model: Model) {
  await using stack = new AsyncDisposableStack();
  const run = stack.use(DrivenRun.of(mqttBroker, brokerOf([given])));
  await until("the broker listens", () => run.of("line").length > 0);
  const faults = new Faults(parseFaults(texts, MQTT_FAULTS), seeded(7));
  const url = `mqtt://127.0.0.1:${run.port}`;
  const device = mqttDevice.parse(given);
  const login = { url, username: "login", password: PASSWORD };
  stack.use(new MqttSimulator({ ...login, device, model, faults, intervalMs: 20, restartMs: 100 }));
  const opened = stack.move();
  return {
    run,
    values: () => run.of("reading").flatMap((one) => one.readings.map(({ value }) => value)),
    states: () => run.of("state").map(({ state }) => state),
    played: (fault: MqttFault) => faults.played.get(fault) ?? 0,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

describe.each(DEVICES)("a simulated device that sends $id", (device) => {
  test("malformed now and then: that is kept as unreadable, and no value is wrong", async () => {
    await using at = await trial(device, ["malformed=0.3"], () => ({ value: 2140 }));
    // After one, a Sparkplug node is believed again only with the births that are asked for.
    const count = device.id === "sparkplug" ? 1 : 5;
    const some = () => at.run.of("unreadable").length >= count && at.values().length >= count;
    await until("some came", some);
    expect(new Set(at.values().map(Number))).toEqual(new Set([2140]));
    expect(at.run.of("refusal")).toEqual([]);
  });

  test("and restarts: its connection is lost, then its counters begin anew", async () => {
    const model: Model = (_, restarts = 0) => ({ value: restarts === 0 ? 2140 : restarts });
    await using at = await trial(device, ["reboot=0.05"], model);
    await until("it restarts", () => at.played("reboot") > 0);
    await until("it is back", () => at.values().some((one) => Number(one) === 1));
    const [gone, back] = [at.states().indexOf("offline"), at.states().lastIndexOf("online")];
    expect(gone).toBeGreaterThanOrEqual(0);
    expect(back).toBeGreaterThan(gone);
    expect(at.run.of("unreadable")).toEqual([]);
  });
});

test("a simulated device that is silent sends nothing, and nothing is told of it", async () => {
  await using at = await trial(DEVICES[1], ["silent=1"], () => ({ value: 2140 }));
  await until("it was silent", () => at.played("silent") > 5);
  expect(at.run.of("reading")).toEqual([]);
});

describe("a clock that drifts", () => {
  test.each([
    ["in a payload", mqttTestDevice("scale-1", "waste-scale")],
    ["of a Sparkplug metric", DEVICES[6]],
  ])("%s is told as the device's time, beside the time when it came", async (_, device) => {
    const values = { weight: 4.12, stable: true, category: "841-001-01", value: 1 };
    await using at = await trial(device, ["drifting-clock=1"], () => values);
    const last = () => at.run.of("reading").at(-1);
    const aheadMs = () => (last()?.deviceMs ?? 0) - Date.now();
    await until("the device is ahead of time", () => aheadMs() > 300);
    const receivedMs = last()?.receivedMs ?? NaN;
    expect(receivedMs).toBeLessThanOrEqual(performance.now());
    await until("it is more so later", () => aheadMs() > 600);
  });

  test("is refused where the device tells no time", () => {
    const shares = parseFaults(["drifting-clock"], MQTT_FAULTS);
    const profileOf = (given: object) => mqttDevice.parse(given).profile;
    expect(() => refuseFaults(shares, profileOf(DEVICES[0]))).toThrow('"json" tells no time');
    expect(() => refuseFaults(shares, profileOf(DEVICES[6]))).not.toThrow();
  });
});

test("a JSON payload is malformed wherever it is cut", () => {
  const payload = new TextEncoder().encode(JSON.stringify([{ v: 21.4 }, { v: 3 }]));
  for (let at = 1; at < payload.length; at++) {
    const cut = new TextDecoder().decode(malformed(payload, "json", () => at));
    expect(() => JSON.parse(cut)).toThrow(SyntaxError);
  }
});
