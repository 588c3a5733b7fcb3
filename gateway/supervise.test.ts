import { describe, expect, test } from "vitest";
import { DeviceError, type Item, type Run } from "../drivers/driver.ts";
import { backoffMs } from "../sync/backoff.ts";
import { range, until } from "../sync/fixtures.ts";
import { CollectorDesk } from "./fixture_collector.ts";
import { type Source, Supervisor } from "./supervise.ts";

/** Lines under supervision, until the test ends. */
class Supervised implements AsyncDisposable {
  readonly desk: CollectorDesk;
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>[] = [];

  constructor(desk: CollectorDesk) {
    this.desk = desk;
  }

  start(source: Source, random = () => 0): { supervisor: Supervisor; ended: Promise<unknown> } {
    const { collector, counters, lines } = this.desk;
    const log = (line: (typeof lines)[number]) => lines.push(line);
    const supervisor = new Supervisor(source, { collector, counters, log, random });
    const ended = supervisor.run(this.#stop.signal).catch((error: unknown) => error);
    this.#running.push(ended);
    return { supervisor, ended };
  }

  stop(): Promise<unknown> {
    this.#stop.abort();
    return Promise.all(this.#running);
  }

  /** `[attempts, waitMs]` of every failure that was logged of a line. */
  failures(name: string): [attempts: number, waitMs: number][] {
    return this.desk.lines.flatMap((line) =>
      line.kind === "source-down" && line.source === name ? [[line.attempts, line.waitMs]] : []
    );
  }

  async states(): Promise<string[]> {
    const entries = await this.desk.entries("reading");
    return entries.filter(({ kind }) => kind === "state")
      .map(({ body }) => `${body.device} ${body.state}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.desk[Symbol.asyncDispose]();
  }
}

const supervised = async () => new Supervised(await CollectorDesk.open());

function source(name: string, run: Source["run"], devices = [`${name}-1`]): Source {
  return { name, driver: "test", devices, run };
}

function stateItem(device: string, state: "online"): Item {
  return { kind: "state", device, state, reason: "it answers", receivedMs: 0 };
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve());
  return promise;
}

/** A line whose devices are there from the first to the last moment. */
async function* steady(signal: AbortSignal, name: string): Run {
  yield [{ kind: "line", detail: `connected to ${name}` }, stateItem(`${name}-1`, "online")];
  await aborted(signal);
}

async function* broken(): Run {
  yield* [];
  throw new DeviceError("Nobody answers");
}

describe("T9: a line that fails", () => {
  test("is tried again after a pause that doubles, and half of it is chance", async () => {
    await using all = await supervised();
    const chances = [0, 0.5, 0];
    let tries = 0;
    all.start(source("bus", () => (tries++, broken())), () => chances[tries - 1] ?? 0.25);
    await until("three failures", () => all.failures("bus").length === 3);
    expect(all.failures("bus")).toEqual([
      [1, backoffMs(1, 0)],
      [2, backoffMs(2, 0.5)],
      [3, backoffMs(3, 0)],
    ]);
    expect(all.desk.counters.total("tributary_source_failures_total")).toBe(3);
  });

  test("says why and when it is tried next; at most one probe is under way", async () => {
    await using all = await supervised();
    let running = 0;
    let most = 0;
    async function* probe(): Run {
      most = Math.max(most, ++running);
      try {
        yield* broken();
      } finally {
        running--;
      }
    }
    const { supervisor } = all.start(source("bus", probe));
    await until("it waits", () => supervisor.status().state === "waiting");
    const { attempts, detail, nextTryMs } = supervisor.status();
    expect({ attempts, detail }).toEqual({ attempts: 1, detail: "Nobody answers" });
    expect(nextTryMs).not.toBeNull();
    await until("the next failure", () => all.failures("bus").length === 2);
    expect(supervisor.status().nextTryMs).toBeGreaterThan(nextTryMs ?? Infinity);
    expect(most).toBe(1);
  });

  test("tells its devices offline once, however often it fails", async () => {
    await using all = await supervised();
    all.start(source("bus", broken, ["fridge-1", "fridge-2"]));
    await until("two failures", () => all.failures("bus").length === 2);
    expect(await all.states()).toEqual(["fridge-1 offline", "fridge-2 offline"]);
  });

  test("is online again when it recovers, and its devices with it", async () => {
    await using all = await supervised();
    let tries = 0;
    const { supervisor } = all.start(
      source("bus", (signal) => tries++ === 0 ? broken() : steady(signal, "bus")),
    );
    await until("it runs", () => supervisor.status().state === "running");
    expect(supervisor.status()).toMatchObject({ detail: "connected to bus", nextTryMs: null });
    await until("its device is back", async () => (await all.states()).length === 2);
    expect(await all.states()).toEqual(["bus-1 offline", "bus-1 online"]);
  });

  test("leaves all other lines undisturbed", async () => {
    await using all = await supervised();
    let stored = 0;
    async function* busy(signal: AbortSignal): Run {
      while (!signal.aborted) {
        yield range(1, 10).map((value): Item => ({
          kind: "reading",
          device: "busy-1",
          readings: [{ point: "t", value, unit: "Cel", quality: "good" }],
          deviceMs: null,
          receivedMs: 0,
          identity: null,
          possibleDuplicate: false,
        }));
        stored += 10;
      }
    }
    let starts = 0;
    all.start(source("busy", (signal) => (starts++, busy(signal))));
    all.start(source("bus", broken));
    await until("two failures", () => all.failures("bus").length === 2);
    const before = stored;
    await until("the other goes on", () => stored > before);
    await all.stop();
    expect(starts).toBe(1);
    expect(all.failures("busy")).toEqual([]);
    const readings = (await all.desk.entries("reading")).filter(({ kind }) => kind === "reading");
    expect(all.desk.counters.total("tributary_readings_total")).toBe(readings.length);
    expect(readings.length).toBeGreaterThanOrEqual(stored);
    expect(readings.length).toBeLessThanOrEqual(stored + 10);
  });

  test("is tried no more once the node stops, also in the middle of a pause", async () => {
    await using all = await supervised();
    let tries = 0;
    // So much chance is half an hour, which would outlast any test.
    all.start(source("bus", () => (tries++, broken())), () => 3600);
    await until("it failed", () => all.failures("bus").length === 1);
    await all.stop();
    expect(tries).toBe(1);
  });
});

describe("a run", () => {
  test("that ends by itself counts as a failure, and is not begun again at once", async () => {
    await using all = await supervised();
    let tries = 0;
    async function* short(): Run {
      tries++;
      yield [stateItem("bus-1", "online")];
    }
    const { supervisor } = all.start(source("bus", short));
    await until("it waits", () => supervisor.status().state === "waiting");
    expect(supervisor.status()).toMatchObject({
      attempts: 1,
      detail: "The driver ended by itself",
    });
    expect(tries).toBe(1);
  });

  test("is ended by the node's stop, which is no failure", async () => {
    await using all = await supervised();
    const { supervisor } = all.start(source("bus", (signal) => steady(signal, "bus")));
    await until("it runs", () => supervisor.status().state === "running");
    await all.stop();
    expect(all.failures("bus")).toEqual([]);
    expect(await all.states()).toEqual(["bus-1 online"]);
  });

  test("that a stop makes fail is no failure either", async () => {
    await using all = await supervised();
    async function* torn(signal: AbortSignal): Run {
      yield* steady(signal, "bus");
      throw new DeviceError("The connection was closed");
    }
    const { supervisor, ended } = all.start(source("bus", torn));
    await until("it runs", () => supervisor.status().state === "running");
    await all.stop();
    expect(await ended).toBeUndefined();
    expect(all.failures("bus")).toEqual([]);
  });

  test("that breaks a rule of ours is not tried again: the node has to end", async () => {
    await using all = await supervised();
    async function* wrong(): Run {
      yield* [];
      throw new TypeError("x is undefined");
    }
    const { ended } = all.start(source("bus", wrong));
    expect(await ended).toBeInstanceOf(TypeError);
    expect(all.failures("bus")).toEqual([]);
  });
});
