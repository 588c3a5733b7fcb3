import { describe, expect, test } from "vitest";
import { describeDriver } from "../conformance.ts";
import { DeviceError, type Item, type Reading } from "../driver.ts";
import { DrivenRun, freePort, until } from "../fixtures.ts";
import { Gatherer } from "../gatherer.ts";
import { ptyPair } from "../serial/fixtures.ts";
import { openSimulatedPort } from "../serial/pty_pair.ts";
import { Indicator, profileOf } from "./fixtures.ts";
import { formatOf } from "./formats.ts";
import { scale, Watched } from "./scale.ts";
import { scaleSettings } from "./settings.ts";
import { loadModel, ScaleSimulator } from "./simulator.ts";

/** Tells soon, so that a test need not wait for what is told regularly. */
const SOON = { intervalSeconds: 0.1 };

function settings(profile: string, connection: object, more: object = SOON): object {
  return { connection, devices: [{ id: "scale-1", profile: profileOf(profile), ...more }] };
}

function overSocket(profile: string, port: number, more: object = SOON): object {
  return settings(profile, { type: "socket", host: "127.0.0.1", port }, more);
}

/** The readings of a point, in order. */
function told(run: DrivenRun, point: string): Reading[] {
  return run.of("reading").flatMap(({ readings }) => readings.filter((one) => one.point === point));
}

async function toldLast(run: DrivenRun, point: string, value: unknown): Promise<Reading> {
  const last = () => told(run, point).at(-1);
  await until(`${point} is ${value}`, () => run.ended !== null || last()?.value === value);
  const reading = last();
  if (reading === undefined) throw new Error(`The run has ended: ${run.ended?.error}`);
  return reading;
}

describeDriver(scale, async () => {
  const listen = freePort();
  const indicator = await Indicator.start("a12e", { listen });
  indicator.show({ weight: 414 });
  return {
    settings: overSocket("yaohua-a12e", listen),
    device: "scale-1",
    say: () => null,
    exchange: () => indicator.frames(20),
    breakLine: () => indicator.program.kill(),
    [Symbol.asyncDispose]: () => indicator[Symbol.asyncDispose](),
  };
});

describe("W2, W3: a load that is put on and taken off, at 9600 baud", () => {
  test.each([
    ["yaohua", "yaohua-a9"],
    ["a12e", "yaohua-a12e"],
    ["equals", "yaohua-a26-equals"],
    ["equals-reversed", "yaohua-a26-reversed"],
    ["equals-short", "yaohua-ds3-reversed"],
    ["toledo", "mettler-toledo-continuous"],
  ])("%s", async (format, profile) => {
    const listen = freePort();
    await using indicator = await Indicator.start(format, { listen });
    await using run = DrivenRun.of(scale, overSocket(profile, listen));
    expect(await toldLast(run, "display", 0)).toMatchObject({ unit: "kg" });
    expect(told(run, "weight").filter(({ value }) => value !== null)).toEqual([]);

    indicator.show({ weight: 414 });
    expect(await toldLast(run, "weight", 4.14)).toEqual(
      { point: "weight", value: 4.14, unit: "kg", quality: "good" },
    );
    indicator.show({ weight: -50 });
    expect(await toldLast(run, "display", -0.5)).toMatchObject({ unit: "kg" });
    expect(await toldLast(run, "weight", null)).toMatchObject({ quality: "uncertain" });
    indicator.show({ weight: 0 });
    await toldLast(run, "display", 0);
    // Nothing in between was taken for a weight.
    const weights = new Set(told(run, "weight").map(({ value }) => value));
    expect(weights).toEqual(new Set([null, 4.14]));
    expect(run.of("state")).toMatchObject([{ state: "online" }]);
  });

  test("gross, net, tare, motion and overload are told as what they are", async () => {
    const listen = freePort();
    await using indicator = await Indicator.start("toledo", { listen });
    await using run = DrivenRun.of(scale, overSocket("mettler-toledo-continuous", listen));
    indicator.show({ weight: 414, tare: 25, net: true });
    await toldLast(run, "weight", 4.14);
    expect(await toldLast(run, "net", true)).toMatchObject({ quality: "good" });
    expect(await toldLast(run, "tare", 0.25)).toMatchObject({ quality: "good", unit: "kg" });

    indicator.show({ weight: 650, motion: true });
    await toldLast(run, "display", 6.5);
    await indicator.frames(40);
    expect(told(run, "weight").at(-1)).toMatchObject({ value: null, quality: "uncertain" });
    expect(told(run, "weight").filter(({ value }) => value === 6.5)).toEqual([]);

    indicator.show({ trouble: "overload", weight: 999_999 });
    const over = () => told(run, "weight").at(-1);
    await until("the overload is told", () => over()?.quality === "fault");
    expect(over()).toMatchObject({ value: null, reason: expect.stringContaining("overload") });
    expect(told(run, "display").at(-1)).toMatchObject({ value: null, quality: "fault" });
  });

  test("what the platform cannot weigh is a fault, what it cannot show is no frame", async () => {
    const listen = freePort();
    await using indicator = await Indicator.start("yaohua", { listen });
    const platform = { ...SOON, minimum: 0.5, maximum: 30, division: 0.05 };
    await using run = DrivenRun.of(scale, overSocket("yaohua-a9", listen, platform));
    indicator.show({ weight: 3005 });
    await until("it is a fault", () => told(run, "weight").at(-1)?.quality === "fault");
    expect(told(run, "weight").at(-1)?.reason).toContain("above the maximum of 30 kg");
    indicator.show({ weight: 413 });
    await until("frames are discarded", () => run.of("state").at(-1)?.state === "degraded");
    indicator.show({ weight: 415 });
    await toldLast(run, "weight", 4.15);
    expect(told(run, "display").filter(({ value }) => value === 4.13)).toEqual([]);
    expect(told(run, "discarded").at(-1)?.value).toBeGreaterThan(0);
  });
});

describe("a scale on a serial port", () => {
  test("is read, and again after the adapter was pulled out and plugged in", async () => {
    const folder = Deno.makeTempDirSync();
    for (const weight of [414, 986]) {
      await using pair = await ptyPair(folder);
      await using indicator = await Indicator.start("a12e", { tty: pair.ports[0] });
      indicator.show({ weight });
      const connection = { type: "serial", port: pair.ports[1] };
      await using run = DrivenRun.of(scale, settings("yaohua-a12e", connection));
      await toldLast(run, "weight", weight / 100);
      await pair.unplug();
      await until("the run has ended", () => run.ended !== null);
      expect(run.ended?.error).toBeInstanceOf(DeviceError);
      expect(String(run.ended?.error)).toContain(pair.ports[1]);
    }
  });

  test("that speaks only when asked is asked", async () => {
    await using pair = await ptyPair();
    const request = "024142303303";
    await using indicator = await Indicator.start(
      "yaohua-reply",
      { tty: pair.ports[0] },
      request,
    );
    indicator.show({ weight: 414 });
    const connection = { type: "serial", port: pair.ports[1] };
    await using run = DrivenRun.of(scale, settings("yaohua-a9-command", connection));
    expect(await toldLast(run, "weight", 4.14)).toMatchObject({ quality: "good" });
    expect(told(run, "net").at(-1)).toMatchObject({ value: false });
  });
});

describe("a line that is bad", () => {
  test("noise makes it degraded and wrong frames are counted; silence makes it offline", async () => {
    const listen = freePort();
    await using indicator = await Indicator.start("a12e", { listen });
    await using run = DrivenRun.of(scale, overSocket("yaohua-a12e", listen));
    const state = () => run.of("state").at(-1);
    await until("it is online", () => state()?.state === "online");
    indicator.show({ weight: 414, noise: 0.03 });
    await until("it is degraded", () => state()?.state === "degraded");
    expect(state()?.reason).toMatch(/^\d+ of its last \d+ frames were wrong$/);
    const discarded = () => Number(told(run, "discarded").at(-1)?.value);
    await until("they are counted", () => discarded() > 5);
    await until("and what came beside frames", () => run.of("noise").length > 0);

    indicator.show({ silent: true });
    await until("it is offline", () => state()?.state === "offline");
    expect(state()?.reason).toBe("it has sent nothing for 3 s");
    const count = run.of("reading").length;
    const last = run.of("reading").at(-1)?.receivedMs ?? NaN;
    // What it showed last was told when it came, and is not told again as if it were of now.
    expect(run.of("state").at(-1)?.receivedMs).toBeGreaterThan(last);
    indicator.show({ weight: 132 });
    await until("it is back", () => state()?.state === "online");
    await toldLast(run, "weight", 1.32);
    expect(run.of("reading")[count].receivedMs).toBeGreaterThan(last);
    const weights = new Set(told(run, "weight").map(({ value }) => value));
    expect([null, 1.32, 4.14]).toEqual(expect.arrayContaining([...weights]));
  });

  test("a scale is degraded for what it sends now, not for what it sent hours ago", () => {
    const gatherer = new Gatherer();
    const states: string[] = [];
    gatherer.put = (item: Item) => {
      if (item.kind === "state") states.push(`${item.state}: ${item.reason}`);
    };
    const profile = profileOf("yaohua-a12e");
    const [device] = scaleSettings.parse(overSocket("yaohua-a12e", 1)).devices;
    const watched = new Watched(device, gatherer);
    const [good] = [
      formatOf(profile.format).write({
        ...{ value: 4.14, decimals: 2, unit: "kg", net: false, tare: 0 },
        ...{ motion: false, trouble: null },
      }) ?? new Uint8Array(0),
    ];
    const startMs = performance.now();
    const lines = [good, good.with(5, 0x41), new TextEncoder().encode("=000.3000")];
    for (let second = 1; second < 200; second++) {
      const nowMs = startMs + 1000 * second;
      // Half of its frames are wrong; then somebody sets it to another format.
      for (const bytes of second < 10 ? lines.slice(0, 2) : lines.slice(2)) {
        watched.came(bytes, nowMs);
      }
      watched.look(nowMs);
    }
    expect(states).toEqual([
      expect.stringMatching(/^online: /),
      expect.stringMatching(/^degraded: \d+ of its last \d+ frames were wrong$/),
      expect.stringMatching(/^degraded: what it sends is no frame of its format/),
    ]);
  });

  test("what is no frame of its format at all is told as that", async () => {
    const listen = freePort();
    await using indicator = await Indicator.start("equals", { listen });
    indicator.show({ weight: 414 });
    await using run = DrivenRun.of(scale, overSocket("yaohua-a12e", listen));
    await until("it is told", () => run.of("state").length > 0);
    expect(run.of("state")).toMatchObject([
      { state: "degraded", reason: expect.stringContaining("no frame of its format") },
    ]);
    expect(run.of("reading")).toEqual([]);
  });
});

describe("a simulated scale", () => {
  const model = loadModel(4900);

  test("speaks over a socket as its profile says", async () => {
    const profile = profileOf("mettler-toledo-continuous");
    await using simulator = await ScaleSimulator.listen({
      profile,
      model,
      host: "127.0.0.1",
      port: 0,
    });
    await using run = DrivenRun.of(scale, overSocket(profile.profile, simulator.port));
    await toldLast(run, "weight", 4.14);
    const moving = run.of("reading").flatMap(({ readings }) => readings)
      .filter(({ point, quality }) => point === "display" && quality === "uncertain");
    expect(moving.length).toBeGreaterThan(0);
  });

  test("answers on a serial port", async () => {
    await using place = await openSimulatedPort(null);
    const profile = profileOf("yaohua-a9-command");
    await using _simulator = ScaleSimulator.onLine({ profile, model }, place.line);
    const connection = { type: "serial", port: place.port };
    await using run = DrivenRun.of(scale, settings(profile.profile, connection));
    await toldLast(run, "weight", 4.14);
  });
});
