import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePort, mosquitto, Program, tool } from "../../../drivers/fixtures.ts";
import { until } from "../../../sync/fixtures.ts";
import { letter } from "../fixture_letter.ts";
import { mqttSiren, sirenChannel } from "./siren_channel.ts";

const TOPIC = "ward/siren/set";
const { signal } = new AbortController();

let opened: AsyncDisposableStack;
let port: number;
let relay: Program;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  port = freePort();
  const broker = opened.use(await mosquitto(port));
  const subscriber = tool("mosquitto_sub", "mosquitto-clients");
  const args = ["-h", "127.0.0.1", "-p", String(port), "-t", TOPIC, "-q", "1"];
  relay = opened.use(new Program(subscriber, args));
  await until("the relay listens", () => broker.printed("Sending SUBACK") > 0);
});
afterEach(() => opened.disposeAsync());

const heard = () => relay.output.split("\n").filter((line) => /^(ON|OFF)$/.test(line));

function siren(sounding: () => boolean, changed: Partial<Parameters<typeof mqttSiren>[0]> = {}) {
  const settings = {
    url: `mqtt://127.0.0.1:${port}`,
    login: null,
    ca: null,
    topic: TOPIC,
    on: "ON",
    off: "OFF",
    timeoutMs: 10_000,
    ...changed,
  };
  return sirenChannel("siren", mqttSiren(settings), () => Promise.resolve(sounding()));
}

describe("a siren at a topic (C5)", () => {
  test("sounds while anything is left to be heard, and is silent when nothing is", async () => {
    let left = true;
    const channel = siren(() => left);
    expect(await channel.send(letter(), signal))
      .toEqual({ kind: "delivered", detail: `on: ${TOPIC} ON` });
    left = false;
    await channel.send(letter(), signal);
    await until("the relay heard both", () => heard().length === 2);
    expect(heard()).toEqual(["ON", "OFF"]);
    expect(channel.isLocal).toBe(true);
  });

  test("is told where it stands when it comes back", async () => {
    await siren(() => true).send(letter(), signal);
    const subscriber = tool("mosquitto_sub", "mosquitto-clients");
    const args = ["-h", "127.0.0.1", "-p", String(port), "-t", TOPIC, "-C", "1"];
    await using late = new Program(subscriber, args);
    await until("it has heard", () => late.ended);
    expect(late.output).toBe("ON\n");
  });

  test("whose broker nobody runs, or which does not let us in, is tried again", async () => {
    const nobody = siren(() => true, { url: `mqtt://127.0.0.1:${freePort()}`, timeoutMs: 2000 });
    expect(await nobody.send(letter(), signal)).toMatchObject({ kind: "failed", of: "channel" });
    const strict = freePort();
    await using _broker = await mosquitto(strict, "allow_anonymous false\n");
    const barred = siren(() => true, { url: `mqtt://127.0.0.1:${strict}`, timeoutMs: 2000 });
    expect(await barred.send(letter(), signal)).toMatchObject({ kind: "failed", of: "channel" });
  });

  test("whose broker says nothing is waited for no longer than its time", async () => {
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port: silentPort } = silent.addr;
    const channel = siren(() => true, {
      url: `mqtt://127.0.0.1:${silentPort}`,
      timeoutMs: 100,
    });
    expect(await channel.send(letter(), signal)).toMatchObject({ kind: "failed", of: "channel" });
  });
});
