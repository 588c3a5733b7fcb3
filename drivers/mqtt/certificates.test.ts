import { connect as tcpConnect } from "node:net";
import mqtt from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DeviceError } from "../driver.ts";
import { DrivenRun, freePort, mosquitto, mosquittoPub, until } from "../fixtures.ts";
import { mqttBroker } from "./broker.ts";
import { brokerSettings } from "./broker_settings.ts";
import { mqttClient } from "./client.ts";
import { Certificates } from "./fixture_certificates.ts";
import { mqttTestDevice, PASSWORD, PASSWORD_HASH } from "./fixtures.ts";

const payload = JSON.stringify({ temperature: 21.5 });
let files: Certificates;
let server: { certificate: string; key: string };

beforeAll(() => {
  files = new Certificates("clients", "servers", "strangers");
  server = files.issue("server", "servers");
});
afterAll(() => files[Symbol.dispose]());

function settings(clients: readonly object[], tls: object = { clientCa: files.path("clients") }) {
  return { host: "127.0.0.1", port: 0, tls: { ...server, ...tls }, clients };
}

const client = (id: string, more: object) => ({
  username: id,
  devices: [mqttTestDevice(id, "temperature-humidity")],
  ...more,
});

async function started(...given: Parameters<typeof settings>) {
  const run = DrivenRun.of(mqttBroker, settings(...given));
  await until("it listens", () => run.of("line").length > 0);
  return run;
}

/** Publishes with mosquitto's client, which shows a certificate. */
function publish(
  run: DrivenRun,
  device: string,
  shown: { certificate: string; key: string } | null,
  more: object = {},
) {
  const own = shown === null ? [] : ["--cert", shown.certificate, "--key", shown.key];
  return mosquittoPub({
    port: run.port,
    topic: `sensors/${device}/state`,
    payload,
    more: ["--cafile", files.path("servers"), ...own],
    ...more,
  });
}

const refusals = (run: DrivenRun) => run.of("refusal").map(({ code, who }) => [code, who]);

test("X2: a device is known by the name in its certificate, without name and password", async () => {
  await using run = await started([
    client("th-1", { certificate: { commonName: "device 1" } }),
    client("th-2", { certificate: { commonName: "device 2" } }),
  ]);
  const shown = files.issue("named", "clients", { commonName: "device 2" });
  expect(await publish(run, "th-2", shown)).toEqual({ code: 0, error: "" });
  expect(await publish(run, "th-2", shown, { username: "th-2" })).toEqual({ code: 0, error: "" });
  expect(run.of("reading").map(({ device }) => device)).toEqual(["th-2", "th-2"]);
  expect((await publish(run, "th-1", shown)).code).not.toBe(0);
  expect(refusals(run)).toEqual([["not-allowed", "th-2"]]);
});

test("X2: a device is known by the fingerprint of its certificate", async () => {
  const shown = files.issue("finger", "clients");
  const other = files.issue("thumb", "clients", { commonName: "finger" });
  const fingerprint = files.fingerprint("finger");
  await using run = await started([client("th-1", { certificate: { fingerprint } })]);
  expect((await publish(run, "th-1", shown)).code).toBe(0);
  expect((await publish(run, "th-1", other, { username: "th-1" })).code).not.toBe(0);
  expect(run.of("reading")).toHaveLength(1);
  expect(refusals(run)).toEqual([["wrong-certificate", "th-1"]]);
});

test("X2: a certificate of another authority, one out of date and none are refused", async () => {
  await using run = await started([client("th-1", { certificate: { commonName: "th-1" } })]);
  const strange = files.issue("strange", "strangers", { commonName: "th-1" });
  const old = files.issue("old", "clients", { commonName: "th-1", days: -1 });
  for (const shown of [strange, old, null]) {
    expect((await publish(run, "th-1", shown, { username: "th-1" })).code).not.toBe(0);
  }
  expect(refusals(run)).toEqual(Array(3).fill(["wrong-certificate", "th-1"]));
  const details = run.of("refusal").map(({ detail }) => detail);
  expect(details[0]).toBe("its certificate is not good: no authority of tls.clientCa issued it");
  expect(details[1]).toContain("its certificate is not good: it is good from ");
  expect(details[2]).toBe("it showed no certificate");
  expect((await publish(run, "th-1", null)).code).not.toBe(0);
  expect(run.of("refusal")[3].code).toBe("unknown-client");
  expect(run.of("reading")).toEqual([]);
});

test("X2: a password may be asked for beside the certificate, or instead of it", async () => {
  await using run = await started([
    client("both", { certificate: { commonName: "both" }, passwordHash: PASSWORD_HASH }),
    client("password", { passwordHash: PASSWORD_HASH }),
  ]);
  const shown = files.issue("both", "clients");
  expect((await publish(run, "both", shown, { username: "both" })).code).not.toBe(0);
  const login = { username: "both", password: PASSWORD };
  expect((await publish(run, "both", null, login)).code).not.toBe(0);
  expect((await publish(run, "both", shown, login)).code).toBe(0);
  const other = { username: "password", password: PASSWORD };
  expect((await publish(run, "password", null, other)).code).toBe(0);
});

test("MQTT.js shows a certificate too, and is answered after the commit", async () => {
  await using run = await started([client("th-1", { certificate: { commonName: "th-1" } })]);
  const shown = files.issue("th-1", "clients");
  const device = await mqtt.connectAsync(`mqtts://127.0.0.1:${run.port}`, {
    ca: Deno.readTextFileSync(files.path("servers")),
    cert: Deno.readTextFileSync(shown.certificate),
    key: Deno.readTextFileSync(shown.key),
    protocolVersion: 4,
    reconnectPeriod: 0,
  });
  const large = JSON.stringify({ temperature: 21.5, filler: "x".repeat(200_000) });
  for (let count = 0; count < 5; count++) {
    await device.publishAsync("sensors/th-1/state", large, { qos: 1 });
  }
  expect(run.of("reading")).toHaveLength(5);
  await device.endAsync();
});

test("X2: silent connections to a TLS port count before their handshake", async () => {
  await using run = await started([client("th-1", { passwordHash: PASSWORD_HASH })]);
  const sockets = Array.from({ length: 251 }, () => tcpConnect(run.port, "127.0.0.1"));
  for (const socket of sockets) socket.on("error", () => {});
  await until("one is refused", () => run.of("refusal").length > 0);
  expect(refusals(run)[0]).toEqual(["too-many", "127.0.0.1"]);
  for (const socket of sockets) socket.destroy();
  const login = { username: "th-1", password: PASSWORD };
  await until("all are gone", () => sockets.every(({ closed }) => closed));
  expect((await publish(run, "th-1", null, login)).code).toBe(0);
});

test("a handshake that fails leaves no connection behind", async () => {
  const given = settings([client("th-1", { passwordHash: PASSWORD_HASH })]);
  await using run = DrivenRun.of(mqttBroker, { ...given, connectionsMax: 1 });
  await until("it listens", () => run.of("line").length > 0);
  const login = { username: "th-1", password: PASSWORD };
  const distrusting = { ...login, more: ["--cafile", files.path("strangers")] };
  for (let tries = 0; tries < 3; tries++) {
    expect((await publish(run, "th-1", null, distrusting)).code).not.toBe(0);
    // One at a time may connect: the one before has to be gone.
    let code = 1;
    while (code !== 0) ({ code } = await publish(run, "th-1", null, login));
  }
  expect(run.of("reading")).toHaveLength(3);
});

test("a broker of the hospital's that asks for a certificate knows us by ours", async () => {
  const port = freePort();
  const own = files.issue("tributary", "clients");
  await using broker = await mosquitto(
    port,
    [
      `certfile ${server.certificate}`,
      `keyfile ${server.key}`,
      `cafile ${files.path("clients")}`,
      "require_certificate true",
      "use_identity_as_username true",
      "",
    ].join("\n"),
  );
  const devices = [mqttTestDevice("th-1", "temperature-humidity")];
  const url = `mqtts://127.0.0.1:${port}`;
  const given = { url, clientId: "tributary-test", ca: files.path("servers"), devices };
  await using refused = DrivenRun.of(mqttClient, given);
  await until("it has ended", () => refused.ended !== null);
  expect(refused.ended?.error).toBeInstanceOf(DeviceError);
  await using run = DrivenRun.of(mqttClient, { ...given, ...own });
  await until("it is connected", () => run.of("line").length > 0 || run.ended !== null);
  expect(run.ended).toBeNull();
  expect(broker.output).toContain("u'tributary'");
});

test("a port that is taken ends a TLS line with a DeviceError that names it", async () => {
  await using first = await started([]);
  await using second = DrivenRun.of(mqttBroker, { ...settings([]), port: first.port });
  await until("it has ended", () => second.ended !== null);
  expect(second.ended?.error).toBeInstanceOf(DeviceError);
  expect(String(second.ended?.error)).toContain(`Cannot listen on 127.0.0.1:${first.port}`);
});

test.each<[string, object[], object, string]>([
  ["no authority", [{ certificate: { commonName: "a" } }], {}, "it needs tls.clientCa"],
  ["nothing to tell it by", [{ certificate: {} }], { clientCa: "ca" }, "want commonName, fing"],
  ["neither password nor certificate", [{}], { clientCa: "ca" }, "want passwordHash, certificate"],
  [
    "the certificate of another",
    [{ certificate: { commonName: "a" } }, { certificate: { commonName: "a" } }],
    { clientCa: "ca" },
    '"client-0" has the same',
  ],
])("a client with %s is a fault of the configuration", (_what, clients, tls, message) => {
  const given = clients.map((more, index) => client(`client-${index}`, more));
  const { error } = brokerSettings.safeParse(settings(given, tls));
  expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
});
