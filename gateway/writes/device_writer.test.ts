import { afterAll, beforeAll, expect, test } from "vitest";
import { Trace, tracedModbus, WritePort } from "../../drivers/mod.ts";
import { DrivenRun, until } from "../../drivers/fixtures.ts";
import { profileOf } from "../../drivers/modbus/fixtures.ts";
import {
  type WritableServer,
  writableServer,
  writableTcp,
} from "../../drivers/modbus/fixture_writable.ts";
import { JournalUnwritable } from "../../sync/journal.ts";
import { stampAt, TemporaryFolder, until as untilHeld } from "../../sync/fixtures.ts";
import { configSchema, type SiteConfig } from "../config.ts";
import { Counters } from "../counters.ts";
import { TablesDesk } from "../fixture_tables.ts";
import { DeviceWriter, type WriteResult } from "./device_writer.ts";
import { unsettledWrites, writesTo } from "./write_tables.ts";

const folder = new TemporaryFolder();
let server = "";
beforeAll(() => void (server = writableServer(folder.path)));
afterAll(() => folder[Symbol.dispose]());

const POINTS = { free: 10, unanswered: 50 };

function configFor(peer: WritableServer, timeoutMs: number): SiteConfig {
  const points = Object.entries(POINTS).map(([point, address]) => ({
    point,
    title: { zh: point, en: point },
    unit: "Cel",
    example: 0,
    register: { address, type: "int16" },
    write: { min: -100, max: 100, settleMs: 0 },
  }));
  const profile = profileOf({}, { points, timeoutMs });
  const device = { id: "fridge-1", profile, writes: ["free", "unanswered"] };
  const settings = { connection: peer.connection, devices: [device] };
  const config = configSchema.parse({
    role: "site",
    node: "site-1",
    title: { zh: "测试", en: "Test" },
    sources: [{ name: "line-1", driver: "modbus", settings }],
  });
  if (config.role !== "site") throw new Error(config.role);
  return config;
}

/** A writer with a real device, journal and tables; the test stands between it and the disk. */
class Desk implements AsyncDisposable {
  /** What a disk that takes nothing says. */
  failure: Error | null = null;
  /** Called behind each append. */
  appended: (kinds: readonly string[]) => void = () => {};
  #stop = new AbortController();
  readonly #run: DrivenRun;
  readonly #stack = new AsyncDisposableStack();
  readonly #config: SiteConfig;
  readonly #port: WritePort;
  readonly peer: WritableServer;
  readonly tables: TablesDesk;
  writer: DeviceWriter;

  private constructor(peer: WritableServer, tables: TablesDesk, timeoutMs: number) {
    this.peer = this.#stack.use(peer);
    this.tables = this.#stack.use(tables);
    this.#config = configFor(peer, timeoutMs);
    const [source] = this.#config.sources;
    if (source.driver !== "modbus") throw new Error(source.driver);
    const { settings } = source;
    this.#port = new WritePort(settings.devices);
    this.writer = this.#newWriter();
    this.#run = this.#stack.use(
      new DrivenRun((signal) => tracedModbus(settings, signal, new Trace(), this.#port)),
    );
  }

  static async open(timeoutMs = 2000): Promise<Desk> {
    const tables = await TablesDesk.open({ node: "site-1" });
    return new Desk(await writableTcp(server), tables, timeoutMs);
  }

  #newWriter(): DeviceWriter {
    const { journal, tables } = this.tables;
    const devices = ["fridge-1"];
    const run = () => {
      throw new Error("It runs already");
    };
    const source = { name: "line-1", driver: "modbus", devices, run, writes: this.#port };
    return new DeviceWriter(this.#config, [source], {
      journal,
      tables,
      admission: {
        noRoomFor: () => null,
        append: async (items, stamp) => {
          if (this.failure !== null) throw this.failure;
          const result = await journal.append(items, stamp);
          this.appended(items.map((item) => item.kind === "entry" ? item.entryKind : item.kind));
          return result;
        },
      },
      clock: { now: () => stampAt(0), ruler: () => () => stampAt(0) },
      counters: new Counters(),
      log: () => {},
    });
  }

  /** Until it has looked after an earlier run, and is connected. */
  async ready(): Promise<this> {
    this.look();
    await until("it is polled", () => this.#run.of("reading").length > 0);
    await untilHeld("it looked after an earlier run", async () => {
      const result = await this.write("ready-0000", "free", 1000);
      return result.kind === "problem" && result.problem.code === "bad-value";
    });
    return this;
  }

  /** Has the writer look after an earlier run. */
  look(): void {
    this.writer.run(this.#stop.signal).catch(() => {});
  }

  /** As a restart does, without a word from the writer before. */
  async restart(): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    await this.tables.reopen();
    this.writer = this.#newWriter();
  }

  write(id: string, point: string, value: number, reason = "a test"): Promise<WriteResult> {
    return this.writer.write({ id, device: "fridge-1", point, value, reason, who: "token" });
  }

  get written(): string[] {
    return this.peer.program.output.split("\n").filter((line) => line.startsWith("write"));
  }

  async writes() {
    await this.tables.tables.caughtUp(this.tables.journal);
    return await writesTo(this.tables.tables, "site-1", "fridge-1");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#stack.disposeAsync();
  }
}

test("C12: who writes what and why is on disk before anything is sent", async () => {
  await using desk = await Desk.open();
  await desk.ready();
  const seen: [string, number][] = [];
  desk.appended = ([kind]) => seen.push([kind, desk.written.length]);
  const result = await desk.write("write-0001", "free", -18, "too warm");
  expect(result).toMatchObject({ kind: "done", write: { state: "confirmed", readBack: -18 } });
  expect(seen).toEqual([["device-write", 0], ["device-write-outcome", 1]]);
  expect(await desk.writes()).toMatchObject([
    { id: "write-0001", from: 10, to: -18, unit: "Cel", reason: "too warm", who: "token" },
  ]);
});

test("C12: what cannot be written down is not written to the device", async () => {
  await using desk = await Desk.open();
  await desk.ready();
  desk.failure = new JournalUnwritable("the disk is full");
  await expect(desk.write("write-0001", "free", 5)).rejects.toThrow("the disk is full");
  expect(desk.written).toEqual([]);
});

test("C12: an outcome that the disk did not take is told once it does, and nothing sent again", async () => {
  await using desk = await Desk.open();
  await desk.ready();
  desk.appended = () => desk.failure = new JournalUnwritable("the disk is full");
  await expect(desk.write("write-0001", "free", 5)).rejects.toThrow("the disk is full");
  expect(await desk.writes()).toMatchObject([{ state: "under-way" }]);
  desk.failure = null;
  desk.appended = () => {};
  expect(await desk.write("write-0001", "free", 5))
    .toMatchObject({ kind: "known", write: { state: "confirmed", readBack: 5 } });
  expect(desk.written).toEqual(["write 6 10"]);
});

test("T2: a write is done once, however often it is asked for under its id", async () => {
  await using desk = await Desk.open();
  await desk.ready();
  await desk.write("write-0001", "free", 5);
  expect(await desk.write("write-0001", "free", 5)).toMatchObject({ kind: "known" });
  expect(await desk.write("write-0001", "free", 6))
    .toMatchObject({ kind: "problem", problem: { code: "id-used" } });
  desk.tables.removeTables();
  await desk.restart();
  await desk.ready();
  expect(await desk.write("write-0001", "free", 5)).toMatchObject({ kind: "known" });
  expect(desk.written).toEqual(["write 6 10"]);
});

test("one write to a device at a time, and not one right behind the other", async () => {
  await using desk = await Desk.open();
  await desk.ready();
  const first = desk.write("write-0001", "free", 5);
  expect(await desk.write("write-0002", "free", 6))
    .toMatchObject({ kind: "problem", problem: { status: 409, code: "write-under-way" } });
  await first;
  expect(await desk.write("write-0003", "free", 7))
    .toMatchObject({ kind: "problem", problem: { status: 429, code: "too-soon" } });
  expect(desk.written).toEqual(["write 6 10"]);
});

test("C12: a write that a crash cut off is unknown at the next start, and not sent again", async () => {
  await using desk = await Desk.open(60_000);
  await desk.ready();
  desk.write("write-0001", "unanswered", 5).catch(() => {});
  await until("it is sent", () => desk.written.length > 0);
  await desk.restart();
  expect(await desk.write("write-0002", "free", 5))
    .toMatchObject({ kind: "problem", problem: { code: "starting" } });
  const settled = new Promise<readonly string[]>((resolve) => desk.appended = resolve);
  desk.look();
  expect(await settled).toEqual(["device-write-outcome"]);
  expect(await desk.writes()).toMatchObject([
    { id: "write-0001", state: "unknown", detail: "the node stopped before it was known" },
  ]);
  expect(await unsettledWrites(desk.tables.tables, "site-1")).toEqual([]);
  // Also where the tables are made anew, whichever life they follow first.
  desk.tables.removeTables();
  await desk.restart();
  expect(await desk.writes()).toMatchObject([{ id: "write-0001", state: "unknown" }]);
  expect(desk.written).toEqual(["write 6 50"]);
});
