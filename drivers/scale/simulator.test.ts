import { describe, expect, test } from "vitest";
import { DrivenRun, until } from "../fixtures.ts";
import { Faults, parseFaults, seeded } from "../simulated_faults.ts";
import { profileOf } from "./fixtures.ts";
import type { ScaleProfile } from "./profile.ts";
import { scale } from "./scale.ts";
import { refuseFaults, SCALE_FAULTS, type ScaleFault, ScaleSimulator } from "./simulator.ts";

const WEIGHT = 4.14;

/** A simulated scale with a load on it, and the driver that reads it. */
async function trial(profile: ScaleProfile, texts: readonly string[]) {
  await using stack = new AsyncDisposableStack();
  const faults = new Faults(parseFaults(texts, SCALE_FAULTS), seeded(7));
  const model = () => ({ live: WEIGHT, tare: 0 });
  const simulation = { profile, model, faults, host: "127.0.0.1", port: 0 };
  const simulator = stack.use(await ScaleSimulator.listen(simulation));
  const devices = [{ id: "scale-1", profile, intervalSeconds: 0.1 }];
  const connection = { type: "socket", host: "127.0.0.1", port: simulator.port };
  const run = stack.use(DrivenRun.of(scale, { connection, devices }));
  const opened = stack.move();
  const told = (wanted: string) =>
    run.of("reading").flatMap(({ readings }) => readings)
      .filter(({ point, value }) => point === wanted && value !== null)
      .map(({ value }) => value);
  return {
    run,
    told,
    played: (fault: ScaleFault) => faults.played.get(fault) ?? 0,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

describe.each([
  "yaohua-a9",
  "yaohua-a9-command",
  "yaohua-a12e",
  "mettler-toledo-continuous",
])("W3: a simulated %s that misbehaves gives no wrong weight", (name) => {
  test.each<ScaleFault>(["wrong-checksum", "noise", "truncated"])("%s", async (fault) => {
    const profile = profileOf(name);
    await using at = await trial(profile, [`${fault}=0.3`]);
    await until("it was played", () => at.played(fault) >= 4);
    // Noise before a frame does not make it wrong.
    const isSeen = () => fault === "noise" || Number(at.told("discarded").at(-1)) > 0;
    await until("weights are told", () => at.told("weight").length > 0 && isSeen());
    expect(new Set(at.told("weight"))).toEqual(new Set([WEIGHT]));
    expect(new Set(at.told("display"))).toEqual(new Set([WEIGHT]));
  });
});

describe.each(["yaohua-a26-equals", "yaohua-a26-reversed"])("a simulated %s", (name) => {
  test("has no checksum that could be wrong", () => {
    const shares = parseFaults(["wrong-checksum"], SCALE_FAULTS);
    expect(() => refuseFaults(shares, profileOf(name).format)).toThrow("have no checksum");
  });

  test("that cuts its frames gives no wrong weight", async () => {
    await using at = await trial(profileOf(name), ["truncated=0.3"]);
    await until("it was played", () => at.played("truncated") >= 4);
    await until("weights are told", () => at.told("weight").length > 0);
    expect(new Set(at.told("weight"))).toEqual(new Set([WEIGHT]));
  });
});

test("a scale whose frames are wrong too often is degraded", async () => {
  await using at = await trial(profileOf("yaohua-a9"), ["wrong-checksum=0.5"]);
  const states = () => at.run.of("state").map(({ state, reason }) => `${state}: ${reason}`);
  await until("it is told", () => states().some((one) => one.startsWith("degraded")));
  expect(states().join()).toMatch(/degraded: \d+ of its last \d+ frames were wrong/);
  expect(new Set(at.told("display"))).toEqual(new Set([WEIGHT]));
});

test("a scale that is silent is offline, and tells no weight", async () => {
  await using at = await trial(profileOf("yaohua-a9"), ["silent=1"]);
  await until("it is told", () => at.run.of("state").length > 0);
  expect(at.run.of("state")).toMatchObject([
    { state: "offline", reason: "it has sent nothing for 3 s" },
  ]);
  expect(at.run.of("reading")).toEqual([]);
});
