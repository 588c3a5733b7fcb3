import { describe, expect, test } from "vitest";
import { DrivenRun, freePort, mosquitto, mosquittoPub, until } from "../../fixtures.ts";
import { mqttBroker } from "../broker.ts";
import { mqttClient } from "../client.ts";
import { brokerOf, PASSWORD } from "../fixtures.ts";
import { mqttDevice } from "../profile.ts";
import { MqttSimulator } from "../simulator.ts";
import { FRIDGE, GATEWAY, TahuEdgeNode } from "./fixture_edge_node.ts";

const states = (run: DrivenRun, device = "fridge-1") =>
  run.of("state").filter((item) => item.device === device).map(({ state }) => state);
const readingsOf = (run: DrivenRun, device = "fridge-1") =>
  run.of("reading").filter((item) => item.device === device);
const temperatures = (run: DrivenRun) =>
  readingsOf(run).flatMap(({ readings }) =>
    readings.filter(({ point }) => point === "temperature").map(({ value }) => value)
  );

/** Where edge nodes connect to, and the driver that hears them there. */
interface Place extends AsyncDisposable {
  readonly run: DrivenRun;
  readonly port: number;
}

async function ours(devices: readonly object[] = [FRIDGE, GATEWAY]): Promise<Place> {
  const run = DrivenRun.of(mqttBroker, brokerOf(devices));
  await until("it listens", () => run.of("line").length > 0);
  return { run, port: run.port, [Symbol.asyncDispose]: () => run[Symbol.asyncDispose]() };
}

async function theirs(devices: readonly object[] = [FRIDGE, GATEWAY]): Promise<Place> {
  const port = freePort();
  const broker = await mosquitto(port);
  const run = await connected(port, devices);
  const stop = async () => {
    await run[Symbol.asyncDispose]();
    await broker.kill();
  };
  return { run, port, [Symbol.asyncDispose]: stop };
}

async function connected(port: number, devices: readonly object[] = [FRIDGE, GATEWAY]) {
  const url = `mqtt://127.0.0.1:${port}`;
  const run = DrivenRun.of(mqttClient, { url, clientId: "tributary-test", devices });
  await until("it is connected", () => run.of("line").length > 0);
  return run;
}

const born = (run: DrivenRun) => until("its birth has come", () => states(run).at(-1) === "online");

describe.each<[string, typeof ours]>([["our broker", ours], ["another broker", theirs]])(
  "a Sparkplug edge node of Eclipse Tahu at %s",
  (_name, place) => {
    test("its births and data come with values, units and the time of the device", async () => {
      await using at = await place();
      const { run, port } = at;
      await using edge = new TahuEdgeNode(port);
      await born(run);
      const timestamp = Date.now() - 5000;
      edge.tell([{ name: "Door", type: "Boolean", value: true }], timestamp);
      edge.tellTenths(42);
      await until("its data have come", () => readingsOf(run).length === 3);
      expect(readingsOf(run).map(({ readings }) => readings)).toMatchObject([
        [
          { point: "temperature", value: -4.5, unit: "Cel", quality: "good" },
          { point: "door-open", value: false },
        ],
        [{ point: "door-open", value: true }],
        [{ point: "temperature", value: 4.2 }],
      ]);
      expect(readingsOf(run)[1].deviceMs).toBe(timestamp);
      expect(readingsOf(run, "edge-1")[0].readings).toMatchObject([
        { point: "supply", value: 23.9, unit: "V" },
      ]);
      expect(run.of("request")).toEqual([]);
      expect(run.of("refusal")).toEqual([]);
    });

    test("after a gap nothing is believed until the births that are asked for", async () => {
      await using at = await place();
      const { run, port } = at;
      await using edge = new TahuEdgeNode(port);
      await born(run);
      edge.lose();
      edge.tellTenths(999);
      await until("it is asked", () => edge.asked === 1);
      await until("it is online again", () => states(run).at(-1) === "online");
      edge.tellTenths(42);
      await until("what follows has come", () => temperatures(run).includes(4.2));
      expect(temperatures(run)).toEqual([-4.5, -4.5, 4.2]);
      expect(run.of("unreadable")).toMatchObject([{
        device: "fridge-1",
        address: "spBv1.0/ward/DDATA/edge-1/fridge",
        reason: "Cannot believe a DDATA: its sequence number is 3, want 2",
      }]);
      expect(run.of("request")).toMatchObject([{ what: "rebirth", who: "ward/edge-1" }]);
      // Its node is born first, then the device itself; then the gap, and the same again.
      expect(states(run)).toEqual(["degraded", "online", "degraded", "degraded", "online"]);
    });

    test("the sequence goes on from 255 to 0", async () => {
      await using at = await place();
      const { run, port } = at;
      await using edge = new TahuEdgeNode(port);
      await born(run);
      for (let count = 0; count < 300; count++) edge.tellTenths(count);
      await until("all have come", () => temperatures(run).at(-1) === 29.9);
      expect(temperatures(run)).toHaveLength(301);
      expect(run.of("request")).toEqual([]);
    });

    test("C7: a device's death and its node's make it offline", async () => {
      await using at = await place();
      const { run, port } = at;
      await using edge = new TahuEdgeNode(port);
      await born(run);
      edge.client.publishDeviceDeath("fridge", { timestamp: Date.now() });
      await until("the fridge is offline", () => states(run).at(-1) === "offline");
      expect(states(run, "edge-1").at(-1)).toBe("online");
      edge.cut();
      await until("the node is offline", () => states(run, "edge-1").at(-1) === "offline");
    });

    test("a device that is not configured is listed, not believed", async () => {
      await using at = await place([GATEWAY]);
      const { run, port } = at;
      await using _edge = new TahuEdgeNode(port);
      await until("it is listed", () => run.of("refusal").length > 0);
      expect(run.of("refusal")).toMatchObject([{
        code: "unknown-device",
        who: "ward/edge-1/fridge",
      }]);
      expect(readingsOf(run)).toEqual([]);
    });

    test("G7: what is told late, as null or as bad is not taken for a value of now", async () => {
      await using at = await place();
      const { run, port } = at;
      await using edge = new TahuEdgeNode(port);
      await born(run);
      const quality = (value: number) => ({ properties: { Quality: { type: "Int32", value } } });
      const timestamp = Date.now() - 3_600_000;
      edge.tellTenths(10, { isHistorical: true, timestamp });
      edge.tellTenths(0, { value: null });
      edge.tellTenths(20, quality(0));
      edge.tellTenths(30, quality(500));
      edge.tellTenths(40, quality(192));
      await until("all have come", () => readingsOf(run).length === 6);
      const [, late, ...others] = readingsOf(run);
      expect(late).toMatchObject({ historical: true, deviceMs: timestamp });
      expect(others.map(({ readings: [{ value, quality, reason }] }) => [value, quality, reason]))
        .toEqual([
          [null, "fault", "the device tells no value"],
          [null, "fault", "its edge node calls it bad"],
          [3, "uncertain", "its edge node calls it stale"],
          [4, "good", undefined],
        ]);
    });
  },
);

describe("at a broker of the hospital's own", () => {
  test("an edge node that is there already is asked for its births, once", async () => {
    const port = freePort();
    await using broker = await mosquitto(port);
    await using edge = new TahuEdgeNode(port);
    await until("it is born", () => broker.printed("NBIRTH") > 0);
    await using run = await connected(port);
    edge.tellTenths(1);
    edge.tellTenths(2);
    await until("it is asked", () => edge.asked === 1);
    await born(run);
    edge.tellTenths(42);
    await until("its data have come", () => temperatures(run).at(-1) === 4.2);
    expect(temperatures(run)).toEqual([-4.5, 4.2]);
    expect(run.of("unreadable").map(({ reason }) => reason)).toEqual(
      Array(2).fill("Cannot believe a DDATA: it came before a birth"),
    );
    expect(edge.asked).toBe(1);
    expect(run.of("request")).toHaveLength(1);
  });

  test("the will of a session before does not end the one that follows it", async () => {
    await using at = await theirs();
    const { run, port } = at;
    await using edge = new TahuEdgeNode(port);
    await born(run);
    const topic = "spBv1.0/ward/NDEATH/edge-1";
    // An NDEATH by hand: the metric bdSeq, a UInt64, is 5; the birth told 0.
    const death = Uint8Array.fromHex("120b0a056264536571200858" + "05");
    await mosquittoPub({ port, topic, payload: death });
    edge.tellTenths(42);
    await until("its data have come", () => temperatures(run).includes(4.2));
    expect(states(run).at(-1)).toBe("online");
  });

  test("a birth that was retained is of a session before, and nothing is believed by it", async () => {
    const port = freePort();
    await using _broker = await mosquitto(port);
    const topic = "spBv1.0/ward/NBIRTH/edge-1";
    await mosquittoPub({ port, topic, payload: new Uint8Array([0x18, 0x00]), more: ["-r"] });
    await using run = await connected(port);
    const data = "spBv1.0/ward/NDATA/edge-1";
    await mosquittoPub({ port, topic: data, payload: new Uint8Array([0x18, 0x01]) });
    await until("it has come", () => run.of("unreadable").length > 0);
    expect(run.of("unreadable")[0].reason).toContain("it came before a birth");
  });
});

describe("at our broker", () => {
  test("X2: an edge node may hear its own commands and those of no other", async () => {
    await using at = await ours();
    const { run, port } = at;
    await using _edge = new TahuEdgeNode(port);
    await born(run);
    expect(run.of("refusal")).toEqual([]);
    await using _other = new TahuEdgeNode(port, { edgeNode: "edge-2", clientId: "other" });
    await until("it is refused", () => run.of("refusal").length >= 2);
    expect(run.of("refusal").map(({ detail }) => detail)).toContain(
      "it may not subscribe to spBv1.0/ward/NCMD/edge-2/#",
    );
  });

  test("a simulated edge node tells its births and data, and its births again", async () => {
    await using at = await ours([FRIDGE]);
    const { run, port } = at;
    const values = { temperature: -4.5, "door-open": false };
    await using simulator = new MqttSimulator({
      url: `mqtt://127.0.0.1:${port}`,
      username: "login",
      password: PASSWORD,
      device: mqttDevice.parse(FRIDGE),
      model: () => values,
      intervalMs: 20,
    });
    await born(run);
    await until("its data have come", () => readingsOf(run).length > 260);
    expect(run.of("unreadable")).toEqual([]);
    const login = { port, username: "login", password: PASSWORD };
    const topic = "spBv1.0/ward/DDATA/edge-1/fridge";
    // Somebody else's number comes between.
    await mosquittoPub({ ...login, topic, payload: new Uint8Array([0x18, 0xff, 0x01]) });
    await until("it is asked", () => run.of("request").length > 0);
    await until("it is believed again", () => states(run).at(-1) === "online");
    const told = readingsOf(run).map(({ readings }) => readings.map(({ value }) => value));
    expect(new Set(told.map(String))).toEqual(new Set(["-4.5,false"]));
    expect(simulator.acknowledged).toBeGreaterThan(260);
  });

  test("what is no Sparkplug B is kept as it came", async () => {
    await using at = await ours();
    const { run, port } = at;
    const topic = "spBv1.0/ward/DDATA/edge-1/fridge";
    const login = { port, username: "login", password: PASSWORD };
    expect((await mosquittoPub({ ...login, topic, payload: "{}" })).code).toBe(0);
    expect(run.of("unreadable")[0].reason).toContain("The payload is not Sparkplug B");
  });

  test("G1: data at QoS 1 are acknowledged when they are stored", async () => {
    await using at = await ours([GATEWAY]);
    const { run, port } = at;
    const login = { port, username: "login", password: PASSWORD };
    run.hold();
    let acknowledged = false;
    // An NBIRTH by hand: seq 0, and the metric Supply, a Float, is 23.9.
    const birth = Uint8Array.fromHex("120f0a06537570706c79" + "2009" + "653333bf41" + "1800");
    const topic = "spBv1.0/ward/NBIRTH/edge-1";
    const saying = mosquittoPub({ ...login, topic, payload: birth })
      .then(({ code }) => acknowledged = code === 0);
    await until("it is handed over", () => run.of("reading").length > 0);
    expect(acknowledged).toBe(false);
    run.letGo();
    expect(await saying).toBe(true);
    expect(run.of("reading")[0].readings[0].value).toBe(23.9);
  });
});
