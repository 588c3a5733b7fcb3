import { expect, test } from "vitest";
import type { Outcome } from "../driver.ts";
import { DrivenRun, until } from "../fixtures.ts";
import { answerTo, badServer, profileOf } from "./fixtures.ts";
import { modbus } from "./modbus.ts";
import { sealed } from "./rtu_framing.ts";

/** A device that is polled, beside one that never answers: that the line goes on shows in its. */
class Polled implements AsyncDisposable {
  readonly run: DrivenRun;
  readonly #server: Awaited<ReturnType<typeof badServer>>;
  polls = 0;
  /** Requests to the device that never answers. */
  probes = 0;

  private constructor(
    server: Awaited<ReturnType<typeof badServer>>,
    outcome: (kind: string) => Outcome,
  ) {
    this.#server = server;
    const register = { a: { address: 0, type: "int16" } };
    const devices = [{}, { timeoutMs: 50 }].map((more, index) => ({
      id: `device-${index + 1}`,
      profile: profileOf(register, more),
      unit: index + 1,
      intervalSeconds: 0.1,
    }));
    const connection = { type: "tcp", host: "127.0.0.1", port: server.port };
    this.run = DrivenRun.of(modbus, { connection, devices }, ({ kind }) => outcome(kind));
  }

  static async open(
    outcome: (kind: string) => Outcome = () => ({ kind: "stored" }),
  ): Promise<Polled> {
    const server = await badServer((request) => {
      if (request[6] === 2) {
        polled.probes++;
        return null;
      }
      polled.polls++;
      return answerTo(request, [3, 2, 0, 7]);
    });
    const polled = new Polled(server, outcome);
    return polled;
  }

  /** What was said of the device. */
  told(): { readonly state: string; readonly reason: string }[] {
    return this.run.of("state").filter(({ device }) => device === "device-1");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

test("while a poll is not stored the next are skipped, not queued, and counted", async () => {
  await using polled = await Polled.open();
  polled.run.hold();
  await until("beats have passed", () => polled.probes >= 4 || polled.run.ended !== null);
  expect(polled.polls).toBe(1);
  polled.run.letGo();
  await until("it is online again", () => polled.told().length >= 3);
  expect(polled.told().map(({ state }) => state)).toEqual(["online", "degraded", "online"]);
  expect(polled.told()[2].reason).toMatch(/^it answers; polls skipped before that: [1-9]\d*$/);
});

test("while polls are skipped now and then a device is degraded throughout, told once", async () => {
  await using polled = await Polled.open();
  for (let round = 0; round < 3; round++) {
    polled.run.hold();
    const { polls, probes } = polled;
    await until("a poll waits for the disk", () => polled.polls > polls);
    await until("beats have passed meanwhile", () => polled.probes >= probes + 2);
    polled.run.letGo();
    await until("it is polled on", () => polled.polls > polls + 2);
  }
  await until("it is online again", () => polled.told().length >= 3);
  expect(polled.told().map(({ state }) => state)).toEqual(["online", "degraded", "online"]);
});

test("G7: polls for which there is no room are counted, and that is told with room again", async () => {
  let room = true;
  let refused = 0;
  const reason = "the disk is 96.0 % full";
  await using polled = await Polled.open((kind) => {
    if (kind !== "reading" || room) return { kind: "stored" };
    refused++;
    return { kind: "unavailable", reason };
  });
  const readings = () => polled.run.of("reading").length;
  await until("it is polled", () => readings() > 1);
  room = false;
  const before = readings();
  await until("it is polled on", () => readings() > before + 3);
  room = true;
  await until("it is online again", () => polled.told().length >= 3);
  expect(polled.told().map(({ state }) => state)).toEqual(["online", "degraded", "online"]);
  expect(polled.told()[1].reason).toBe(`a poll was not stored: ${reason}`);
  expect(polled.told()[2].reason).toBe(`it answers; polls skipped before that: ${refused}`);
});

test("polls that a full line leaves out are counted, and each device is polled all the same", async () => {
  const answer = (unit: number) => Buffer.from(sealed(unit, Uint8Array.of(3, 2, 0, 7)));
  await using server = await badServer((request) => answer(request[0]));
  const profile = profileOf({ a: { address: 0, type: "int16" } }, { intervalSeconds: 0.1 });
  // The question alone takes two thirds of the interval at this rate.
  const connection = { type: "rtu-over-tcp", host: "127.0.0.1", port: server.port, baud: 1200 };
  const ids = ["device-1", "device-2", "device-3"];
  const devices = ids.map((id, index) => ({ id, profile, unit: index + 1 }));
  await using run = DrivenRun.of(modbus, { connection, devices });
  const leftOut = (id: string) =>
    run.of("statistics").filter(({ device }) => device === id)
      .reduce((sum, { counts }) => sum + counts.leftOut, 0);
  await until("they are counted", () => ids.every((id) => leftOut(id) > 0) || run.ended !== null);
  for (const id of ids) {
    expect(run.of("reading").filter(({ device }) => device === id).length).toBeGreaterThan(1);
  }
  expect(new Set(run.of("state").map(({ state }) => state))).toEqual(new Set(["online"]));
});
