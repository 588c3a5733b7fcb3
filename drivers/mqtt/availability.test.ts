import { describe, expect, test } from "vitest";
import { DrivenRun, freePort, mosquitto, mosquittoPub, Program, tool, until } from "../fixtures.ts";
import { mqttBroker } from "./broker.ts";
import { mqttClient } from "./client.ts";
import { brokerOf, mqttTestDevice, PASSWORD } from "./fixtures.ts";

const ZIGBEE = "zigbee2mqtt-temperature";
const TASMOTA = "tasmota-ds18b20";
const telegram = '{"DS18B20":{"Id":"0000089B1234","Temperature":3.9}}';

const states = (run: DrivenRun) =>
  run.of("state").map(({ device, state, reason }) => `${device} ${state}: ${reason}`);

/** The client at a broker of the hospital's, for such devices. */
async function atHospital(port: number, devices: readonly object[]) {
  const settings = { url: `mqtt://127.0.0.1:${port}`, clientId: "tributary-test", devices };
  const run = DrivenRun.of(mqttClient, settings);
  await until("it is connected", () => run.of("line").length > 0);
  return run;
}

/** A device that stays connected with a last will, until it is killed. */
function living(
  port: number,
  hears: string,
  topic: string,
  will: string,
  more: readonly string[] = [],
) {
  const args = ["-h", "127.0.0.1", "-p", `${port}`, "-t", hears, "-i", "living", "-V", "mqttv311"];
  const last = ["--will-topic", topic, "--will-payload", will, "--will-retain"];
  // What it prints is heard at once.
  const client = ["-oL", tool("mosquitto_sub", "mosquitto-clients")];
  return new Program(tool("stdbuf", "coreutils"), [...client, ...args, ...last, ...more]);
}

describe("at a broker of the hospital's own", () => {
  test("C7: a last will says that its device is offline", async () => {
    const port = freePort();
    await using broker = await mosquitto(port);
    await using run = await atHospital(port, [mqttTestDevice("probe-1", TASMOTA)]);
    const device = living(port, "none", "tele/probe-1/LWT", "Offline");
    await until("it is connected", () => broker.printed("as living") > 0);
    await mosquittoPub({ port, topic: "tele/probe-1/LWT", payload: "Online", more: ["-r"] });
    await until("it is online", () => run.of("state").length === 1);
    await device.kill();
    await until("it is offline", () => run.of("state").length === 2);
    expect(states(run)).toEqual([
      "probe-1 online: tele/probe-1/LWT says online",
      "probe-1 offline: tele/probe-1/LWT says offline",
    ]);
  });

  test("C7: a retained word says whether a device is there, a retained value does not", async () => {
    const port = freePort();
    await using _broker = await mosquitto(port);
    const say = (topic: string, payload: string) =>
      mosquittoPub({ port, topic, payload, more: ["-r"] });
    await say("tele/probe-1/LWT", "Offline");
    await say("tele/probe-1/SENSOR", telegram);
    await say("tele/probe-2/LWT", "Online");
    await say("tele/probe-3/SENSOR", telegram);
    const devices = ["probe-1", "probe-2", "probe-3", "probe-4"].map((id) =>
      mqttTestDevice(id, TASMOTA)
    );
    await using run = await atHospital(port, devices);
    await mosquittoPub({ port, topic: "tele/probe-4/SENSOR", payload: telegram });
    await until("the last is there", () => run.of("reading").length > 0);
    expect(run.of("reading").map(({ device }) => device)).toEqual(["probe-4"]);
    expect(states(run).sort()).toEqual([
      "probe-1 offline: tele/probe-1/LWT says offline",
      "probe-2 online: tele/probe-2/LWT says online",
      "probe-4 online: it sends",
    ]);
  });

  test("C7: when a bridge is gone, so is every device behind it", async () => {
    const port = freePort();
    await using _broker = await mosquitto(port);
    const devices = ["a", "b"].map((id) => mqttTestDevice(id, ZIGBEE));
    await using run = await atHospital(port, devices);
    const say = (topic: string, payload: string) => mosquittoPub({ port, topic, payload });
    await say("zigbee2mqtt/a/availability", '{"state":"online"}');
    await say("zigbee2mqtt/b/availability", "online");
    await say("zigbee2mqtt/a/availability", '{"state":"offline"}');
    await say("zigbee2mqtt/bridge/state", '{"state":"offline"}');
    await say("zigbee2mqtt/bridge/state", '{"state":"online"}');
    await say("zigbee2mqtt/a", '{"temperature":5.28}');
    await until("its value has come", () => run.of("reading").length > 0);
    expect(states(run)).toEqual([
      "a online: zigbee2mqtt/a/availability says online",
      "b online: zigbee2mqtt/b/availability says online",
      "a offline: zigbee2mqtt/a/availability says offline",
      "b offline: zigbee2mqtt/bridge/state says offline",
      "b online: zigbee2mqtt/bridge/state says online",
      "a online: it sends",
    ]);
  });
});

describe("at our broker", () => {
  const login = ["-u", "login", "-P", PASSWORD];

  async function atOurs(devices: readonly object[]) {
    const run = DrivenRun.of(mqttBroker, brokerOf(devices));
    await until("it listens", () => run.of("line").length > 0);
    return run;
  }

  test("C7: a device whose connection breaks is offline, its will being no measurement", async () => {
    await using run = await atOurs([mqttTestDevice("probe-1", TASMOTA)]);
    const more = [...login, "-d"];
    const device = living(run.port, "cmnd/probe-1/#", "tele/probe-1/LWT", "Offline", more);
    // Before that nobody but the one who says it would be connected.
    await until("it is connected", () => device.printed("received SUBACK") > 0);
    const { port } = run;
    const say = { port, username: "login", password: PASSWORD, payload: "Online" };
    await mosquittoPub({ ...say, topic: "tele/probe-1/LWT" });
    await until("it is online", () => run.of("state").length === 1);
    await device.kill();
    await until("it is offline", () => run.of("state").at(-1)?.state === "offline");
    expect(run.of("reading")).toEqual([]);
    expect(run.of("unreadable")).toEqual([]);
  });

  test("C7: an availability word of neither kind is kept as it came", async () => {
    await using run = await atOurs([mqttTestDevice("probe-1", TASMOTA)]);
    const say = { port: run.port, username: "login", password: PASSWORD, payload: "perhaps" };
    expect((await mosquittoPub({ ...say, topic: "tele/probe-1/LWT" })).code).toBe(0);
    expect(run.of("unreadable")).toMatchObject([{ address: "tele/probe-1/LWT" }]);
    expect(run.of("state").filter(({ state }) => state === "online")).toEqual([]);
  });

  test("G7: what another broker had retained is of unknown age, and said to be", async () => {
    await using run = await atOurs([
      mqttTestDevice("th-1", "temperature-humidity"),
      mqttTestDevice("th-2", "temperature-humidity"),
    ]);
    const port = freePort();
    const bridge = [
      "connection to-us",
      `address 127.0.0.1:${run.port}`,
      "topic sensors/# out 1",
      "remote_username login",
      `remote_password ${PASSWORD}`,
      "notifications false",
      "restart_timeout 1",
    ];
    // Before the bridge connects, there is a value to retain.
    const stored = Deno.makeTempDirSync();
    const keeping = [
      "allow_anonymous true",
      "persistence true",
      `persistence_location ${stored}/`,
      "autosave_interval 0",
    ];
    const first = await mosquitto(port, [...keeping, ""].join("\n"));
    const say = (topic: string, temperature: number, more: readonly string[]) =>
      mosquittoPub({ port, topic, payload: JSON.stringify({ temperature }), more });
    await say("sensors/th-1/state", 1, ["-r"]);
    await first.kill("SIGTERM");
    await using _second = await mosquitto(port, [...keeping, ...bridge, ""].join("\n"));
    // The bridge may send it once or twice.
    await until("the retained one is there", () => run.of("reading").length > 0);
    await say("sensors/th-2/state", 2, []);
    const of = (device: string) => run.of("reading").filter((item) => item.device === device);
    await until("the new one is there", () => of("th-2").length > 0);
    expect(of("th-2")[0].readings).toMatchObject([{ value: 2 }]);
    expect(of("th-2")[0]).not.toHaveProperty("doubt");
    for (const { readings, doubt } of of("th-1")) {
      expect(readings).toMatchObject([{ value: 1 }]);
      expect(doubt).toBe("another broker had retained it");
    }
    Deno.removeSync(stored, { recursive: true });
  });
});
