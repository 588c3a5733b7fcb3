import { describe, expect, test } from "vitest";
import { describeDriver } from "../conformance.ts";
import { DeviceError } from "../driver.ts";
import { DrivenRun, freePort, mosquitto, mosquittoPub, until } from "../fixtures.ts";
import { mqttClient } from "./client.ts";
import { Certificates } from "./fixture_certificates.ts";
import { mqttTestDevice } from "./fixtures.ts";

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

const payload = JSON.stringify({ temperature: 21.5, humidity: 48 });
const topic = "sensors/th-1/state";

function settings(port: number, more: object = {}) {
  return {
    url: `mqtt://127.0.0.1:${port}`,
    clientId: "tributary-test",
    devices: [mqttTestDevice("th-1", "temperature-humidity")],
    ...more,
  };
}

async function started(given: unknown, ...outcome: [Parameters<typeof DrivenRun.of>[2]?]) {
  const run = DrivenRun.of(mqttClient, given, ...outcome);
  await until("it is connected", () => run.of("line").length > 0 || run.ended !== null);
  expect(run.ended).toBeNull();
  return run;
}

/** What mosquitto prints when we acknowledge. */
const PUBACK = "Received PUBACK from tributary-test";

describeDriver(mqttClient, async () => {
  const port = freePort();
  const broker = await mosquitto(port);
  return {
    settings: settings(port),
    device: "th-1",
    say: async (run) => {
      const before = broker.printed(PUBACK);
      await mosquittoPub({ port, topic, payload });
      await until(
        "it is acknowledged, or the run has ended",
        () => broker.printed(PUBACK) > before || run.ended !== null,
      );
      return broker.printed(PUBACK) > before;
    },
    exchange: async () => {
      expect((await mosquittoPub({ port, topic: "elsewhere", payload })).code).toBe(0);
    },
    breakLine: () => broker.kill(),
    takesRefused: "a broker sends it until it is acknowledged, and what is behind it waits",
    [Symbol.asyncDispose]: () => broker.kill(),
  };
});

describe("a broker of the hospital's own", () => {
  test.each(["3.1.1", "5"])(
    "MQTT %s: what comes while we are away waits for us",
    async (version) => {
      const port = freePort();
      await using _broker = await mosquitto(port);
      await using first = await started(settings(port, { version }));
      await first.abort();
      for (const temperature of [1, 2, 3]) {
        await mosquittoPub({ port, topic, payload: JSON.stringify({ temperature }) });
      }
      await using second = await started(settings(port, { version }));
      await until("all have come", () => second.of("reading").length === 3);
      expect(second.of("reading").map(({ readings }) => readings[0].value)).toEqual([1, 2, 3]);
      expect(second.of("reading").every(({ possibleDuplicate }) => !possibleDuplicate)).toBe(true);
    },
  );

  test.each(["3.1.1", "5"])(
    "G7, MQTT %s: what waited at the broker may be of some time ago, what comes then is not",
    async (version) => {
      const port = freePort();
      // One at a time: the answer to SUBSCRIBE overtakes what waits behind the first.
      await using _broker = await mosquitto(
        port,
        "allow_anonymous true\nmax_inflight_messages 1\n",
      );
      const first = await started(settings(port, { version }));
      await mosquittoPub({ port, topic, payload: '{"temperature":0}' });
      await until("it has come", () => first.of("reading").length === 1);
      expect(first.of("reading")[0]).not.toHaveProperty("doubt");
      await first.abort();
      const waited = range(1, 60);
      for (const temperature of waited) {
        await mosquittoPub({ port, topic, payload: JSON.stringify({ temperature }) });
      }
      await using second = await started(settings(port, { version }));
      await until("all that waited has come", () => second.of("reading").length >= waited.length);
      const tell = async () => {
        await mosquittoPub({ port, topic, payload: '{"temperature":70}' });
        return second.of("reading").some((item) => item.doubt === undefined);
      };
      let tells = 0;
      while (!(await tell())) expect(++tells).toBeLessThan(100);
      const doubt = "it may have waited at the broker";
      const old = second.of("reading").filter(({ readings }) => readings[0].value !== 70);
      expect(old.map(({ readings, doubt }) => [readings[0].value, doubt]))
        .toEqual(waited.map((temperature) => [temperature, doubt]));
    },
  );

  test("T6: one message that is refused holds up no other", async () => {
    const port = freePort();
    await using _broker = await mosquitto(port);
    await using run = await started(settings(port), (item) => {
      const bad = item.kind === "reading" && item.readings[0].value === 66;
      return bad ? { kind: "refused", reason: "its id came with other bytes" } : { kind: "stored" };
    });
    for (const temperature of [1, 66, 2]) {
      await mosquittoPub({ port, topic, payload: JSON.stringify({ temperature }) });
    }
    await until("all have come", () => run.of("reading").length === 3);
    expect(run.of("reading").map(({ readings }) => readings[0].value)).toEqual([1, 66, 2]);
    expect(run.ended).toBeNull();
  });

  test("a password file that is not there is a line that fails, by its name", async () => {
    await using run = DrivenRun.of(mqttClient, {
      ...settings(freePort()),
      username: "tributary",
      passwordFile: "nowhere/password",
    });
    await until("the run has ended", () => run.ended !== null);
    expect(run.ended?.error).toBeInstanceOf(DeviceError);
    expect(String(run.ended?.error)).toContain("cannot read nowhere/password");
  });

  test("G1: what was not stored is sent again, and then marked possible_duplicate", async () => {
    const port = freePort();
    await using _broker = await mosquitto(port);
    const first = await started(settings(port));
    first.hold();
    await mosquittoPub({ port, topic, payload });
    await until("it is handed over", () => first.of("reading").length === 1);
    // The box dies before its disk has it.
    const dying = first.abort();
    first.letGo();
    await dying;
    await using second = await started(settings(port));
    await until("it comes again", () => second.of("reading").length === 1);
    expect(second.of("reading")[0].possibleDuplicate).toBe(true);
    expect(second.of("reading")[0].doubt).toMatch(/waited at the broker/);
  });

  test("G1: every message that is stored is acknowledged once", async () => {
    const port = freePort();
    await using broker = await mosquitto(port);
    await using run = await started(settings(port));
    for (let count = 0; count < 20; count++) await mosquittoPub({ port, topic, payload });
    await until("all are acknowledged", () => broker.printed(PUBACK) === 20);
    expect(run.of("reading")).toHaveLength(20);
  });

  test("a retained value is not taken as new", async () => {
    const port = freePort();
    await using _broker = await mosquitto(port);
    await mosquittoPub({ port, topic, payload: '{"temperature":1}', more: ["-r"] });
    await using run = await started(settings(port));
    await mosquittoPub({ port, topic, payload: '{"temperature":2}' });
    await until("the new one has come", () => run.of("reading").length > 0);
    expect(run.of("reading").map(({ readings }) => readings[0].value)).toEqual([2]);
  });

  test("TLS: the broker's certificate is checked against the one authority given", async () => {
    const port = freePort();
    using issued = new Certificates("ca", "other");
    const { certificate, key } = issued.issue("server", "ca");
    const files = `certfile ${certificate}\nkeyfile ${key}\n`;
    await using _broker = await mosquitto(port, `allow_anonymous true\n${files}`);
    const url = `mqtts://127.0.0.1:${port}`;
    await using good = await started(settings(port, { url, ca: issued.path("ca") }));
    const more = ["--cafile", issued.path("ca")];
    expect((await mosquittoPub({ port, topic, payload, more })).error).toBe("");
    await until("it has come", () => good.of("reading").length === 1);
    await using bad = DrivenRun.of(mqttClient, settings(port, { url, ca: issued.path("other") }));
    await until("it has ended", () => bad.ended !== null);
    expect(String(bad.ended?.error)).toMatch(/certificate/);
  });

  test("a broker that refuses the login ends the run and says so", async () => {
    const port = freePort();
    await using _broker = await mosquitto(port, "allow_anonymous false\n");
    await using run = DrivenRun.of(mqttClient, settings(port));
    await until("it has ended", () => run.ended !== null);
    expect(String(run.ended?.error)).toMatch(/Not authorized|Connection refused/i);
  });
});
