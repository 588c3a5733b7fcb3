import { expect, test } from "vitest";
import { DrivenRun, freePort, mosquitto, mosquittoPub } from "../../drivers/fixtures.ts";
import { badServer, profileOf, pymodbus } from "../../drivers/modbus/fixtures.ts";
import { modbus } from "../../drivers/modbus/modbus.ts";
import { modbusProfile } from "../../drivers/modbus/profile.ts";
import { ModbusSimulator } from "../../drivers/modbus/simulator.ts";
import { until } from "../../sync/fixtures.ts";
import type { NodeProcess } from "../fixtures.ts";
import { brokerLine, consortium, countingProfile, modbusLine, writeProfiles } from "./fixtures.ts";
import { MqttDevice } from "./mqtt_device.ts";

const REGISTER = { address: 0, type: "int16" } as const;
/** Asked twice a second; that nobody answers shows only after ten of these beats. */
const PACE = { intervalSeconds: 0.5, timeoutMs: 5000 };
const PROFILE = profileOf({ value: REGISTER }, { profile: "one-register", ...PACE });
const VALUES = [{ table: "holding", ...REGISTER, value: 42 }] as const;
/** Beats of one measurement. */
const BEATS = 20;
/**
 * What two pollers of one beat may differ by on a machine that does other things as well. Behind a
 * device that is silent a poller has the beat of its timeouts: it would miss sixteen of twenty.
 */
const SLACK = 8;

/** A Modbus TCP answer with one register. */
function answerOf(request: Buffer, value: number): Buffer {
  return Buffer.from([request[0], request[1], 0, 0, 0, 5, request[6], 3, 2, 0, value]);
}

/** A device that can come back at once at the port where it was. */
function simulate(port: number): Promise<ModbusSimulator> {
  const profile = modbusProfile.parse(PROFILE);
  return ModbusSimulator.start({ profile, model: () => ({ value: 9 }), host: "127.0.0.1", port });
}

interface Devices {
  readonly alivePort: number;
  readonly silentPort: number;
  readonly refusingPort: number;
  readonly hospitalPort: number;
  readonly sensorPort: number;
}

/** A site with a line to each; the three in the middle are going to die. */
async function startSite(stack: AsyncDisposableStack, ports: Devices): Promise<NodeProcess> {
  const hospital = {
    name: "hospital",
    driver: "mqtt-client",
    settings: {
      url: `mqtt://127.0.0.1:${ports.hospitalPort}`,
      clientId: "tributary-site-1",
      devices: [{ id: "ward", profile: "counter" }],
    },
  };
  const { site } = stack.use(
    await consortium((folder) => ({
      profilesDir: writeProfiles(folder, PROFILE, countingProfile("counter")),
      sources: [
        modbusLine("alive", ports.alivePort, "one-register"),
        modbusLine("silent", ports.silentPort, "one-register"),
        modbusLine("refusing", ports.refusingPort, "one-register"),
        hospital,
        brokerLine(ports.sensorPort, { sensor: "counter" }),
      ],
    })),
  );
  return await site.start();
}

/** Readings that the site has stored of each of these lines. */
function stored(site: NodeProcess, lines: readonly string[]): Promise<number[]> {
  return Promise.all(
    lines.map((source) => site.metric("tributary_readings_total", { source })),
  );
}

/** The healthy devices, beside a control that asks the same at the same beat and does no more. */
class Healthy {
  readonly #site: NodeProcess;
  readonly #control: DrivenRun;
  readonly #sensor: MqttDevice;
  /** Numbers that the sensor has published. */
  published = 0;

  constructor(stack: AsyncDisposableStack, site: NodeProcess, ports: Devices) {
    this.#site = site;
    this.#control = stack.use(DrivenRun.of(modbus, {
      connection: { type: "tcp", host: "127.0.0.1", port: ports.alivePort },
      devices: [{ id: "control", profile: PROFILE }],
    }));
    this.#sensor = stack.use(new MqttDevice("sensor", ports.sensorPort, "count/sensor"));
  }

  get #beats(): number {
    return this.#control.of("reading").length;
  }

  /** Their rate is the control's, and no acknowledgement of a publish waits for many beats. */
  async expectUndisturbed(): Promise<void> {
    const from = this.#beats;
    const [before] = await stored(this.#site, ["alive"]);
    let slowest = 0;
    while (this.#beats - from < BEATS) {
      const sentAt = this.#beats;
      await this.#sensor.publish(JSON.stringify({ n: ++this.published }));
      slowest = Math.max(slowest, this.#beats - sentAt);
      await until("the next beat", () => this.#beats > sentAt);
    }
    const [after] = await stored(this.#site, ["alive"]);
    expect(Math.abs(after - before - (this.#beats - from))).toBeLessThanOrEqual(SLACK);
    // Behind a device that is silent it would have taken ten and more.
    expect(slowest).toBeLessThanOrEqual(SLACK);
  }
}

/** The devices that die, the lines that they are on, and what the site says then. */
const DYING = {
  silent: { line: "silent", offline: /^offline: no answer/ },
  refusing: { line: "refusing", offline: /^offline: Cannot (use the line|reach)/ },
  ward: { line: "hospital", offline: /^offline: (Lost|Cannot use) the broker/ },
} as const;
const DYING_LINES = Object.values(DYING).map(({ line }) => line);

/** Of what was told: when it went and when it came back, not that a poll was skipped meanwhile. */
function turns(told: readonly string[]): string[] {
  const way = (one: string) => one.split(":")[0];
  return told.filter((one) => way(one) !== "degraded")
    .filter((one, index, all) => index === 0 || way(one) !== way(all[index - 1]));
}

/** What the site has told of each device's state so far. */
async function statesAt(site: NodeProcess): Promise<Map<string, string[]>> {
  const entries = await site.entriesOf("site-1", "reading");
  const states = entries.filter(({ kind }) => kind === "state");
  return new Map(
    [...Map.groupBy(states, ({ body }) => String(body.device))]
      .map(([device, told]) => [device, told.map(({ body }) => `${body.state}: ${body.reason}`)]),
  );
}

test("dead devices and a broker that vanishes disturb no other, and come back", async () => {
  await using stack = new AsyncDisposableStack();
  let mute = false;
  const silent = stack.use(await badServer((request) => mute ? null : answerOf(request, 7)));
  const alive = stack.use(await pymodbus(VALUES));
  const [refusingPort, hospitalPort, sensorPort] = [freePort(), freePort(), freePort()];
  const refusing = await simulate(refusingPort);
  const hospital = stack.use(await mosquitto(hospitalPort));
  const modbusPorts = { alivePort: alive.port, silentPort: silent.port, refusingPort };
  const ports = { ...modbusPorts, hospitalPort, sensorPort };
  const site = await startSite(stack, ports);
  const healthy = new Healthy(stack, site, ports);
  const publishAtHospital = (n: number) =>
    mosquittoPub({ port: hospitalPort, topic: "count/ward", payload: JSON.stringify({ n }) });
  const bringReadings = (counts: readonly number[]) => async () =>
    (await stored(site, DYING_LINES)).every((count, index) => count > counts[index]);

  await until("it is subscribed", () => hospital.printed("Received SUBSCRIBE") > 0);
  await publishAtHospital(1);
  await until("all lines bring readings", bringReadings([0, 0, 0]));
  await healthy.expectUndisturbed();
  const well = await statesAt(site);
  /** What is told of a device since all were well. */
  const toldOf = async (device: string) =>
    ((await statesAt(site)).get(device)?.slice(well.get(device)?.length ?? 0) ?? [])
      // The first poll that is lost does not make a device offline.
      .filter((told) => told !== "degraded: no answer");

  mute = true;
  await Promise.all([refusing[Symbol.asyncDispose](), hospital.kill()]);
  for (const [device, { offline }] of Object.entries(DYING)) {
    await until(
      `${device} is told to be offline`,
      async () => turns(await toldOf(device)).length > 0,
    );
    expect(turns(await toldOf(device))).toEqual([expect.stringMatching(offline)]);
  }
  const dead = await stored(site, DYING_LINES);
  await healthy.expectUndisturbed();
  expect(await stored(site, DYING_LINES)).toEqual(dead);

  mute = false;
  stack.use(await simulate(refusingPort));
  const again = stack.use(await mosquitto(hospitalPort));
  await until("it is subscribed", () => again.printed("Received SUBSCRIBE") > 0, 60_000);
  await publishAtHospital(2);
  await until("all lines bring readings again", bringReadings(dead), 90_000);
  for (const [device, { offline }] of Object.entries(DYING)) {
    const online = expect.stringMatching(/^online: /);
    expect(turns(await toldOf(device))).toEqual([expect.stringMatching(offline), online]);
  }
  // The healthy ones were never gone; every number is there, in order.
  for (const device of ["alive", "sensor"]) {
    expect((await toldOf(device)).filter((one) => one.startsWith("offline"))).toEqual([]);
  }
  const numbers = (await site.entriesOf("site-1", "reading"))
    .filter(({ kind, body }) => kind === "reading" && body.device === "sensor");
  const value = (n: number) => expect.stringContaining(`"value":${n},`);
  expect(numbers.map(({ body }) => JSON.stringify(body.readings)))
    .toEqual(Array.from({ length: healthy.published }, (_, index) => value(index + 1)));
}, 240_000);
