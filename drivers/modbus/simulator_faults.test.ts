import { describe, expect, test } from "vitest";
import { DrivenRun, until } from "../fixtures.ts";
import { openSimulatedPort } from "../serial/pty_pair.ts";
import { Faults, parseFaults, seeded } from "../simulated_faults.ts";
import { profileOf } from "./fixtures.ts";
import { tracedModbus } from "./modbus.ts";
import { modbusProfile } from "./profile.ts";
import { modbusSettings } from "./settings.ts";
import { MODBUS_FAULTS, type ModbusFault, refuseFaults } from "./simulated_device.ts";
import { ModbusSimulator } from "./simulator.ts";
import { type Exchange, Trace } from "./trace.ts";

const SPEED = { baud: 115_200, dataBits: 8, parity: "none", stopBits: 1 } as const;
const PROFILE = modbusProfile.parse(profileOf(
  { request: { address: 0, type: "uint16" }, restarts: { address: 1, type: "uint16" } },
  { intervalSeconds: 0.1, timeoutMs: 60, latenessMs: 60 },
));
const seed = Number(Deno.env.get("TRIBUTARY_SEED") ?? 7);

const LINES = ["tcp", "rtu-over-tcp", "pty"] as const;
type Line = typeof LINES[number];

/** The driver and a device that it polls; each value says which request it answers. */
class Trial implements AsyncDisposable {
  readonly faults: Faults<ModbusFault>;
  readonly exchanges: Exchange[] = [];
  readonly ends: string[] = [];
  readonly #runs: DrivenRun[] = [];
  readonly #connection: object;
  readonly #device: AsyncDisposable;

  private constructor(faults: Faults<ModbusFault>, connection: object, device: AsyncDisposable) {
    this.faults = faults;
    this.#connection = connection;
    this.#device = device;
    this.#poll();
  }

  static async open(line: Line, texts: readonly string[]): Promise<Trial> {
    const faults = new Faults(parseFaults(texts, MODBUS_FAULTS), seeded(seed));
    let requests = 0;
    const model = (_: number, restarts = 0) => ({ request: ++requests, restarts });
    const own = { profile: PROFILE, model, faults, stepMs: 0, restartMs: 300 };
    await using stack = new AsyncDisposableStack();
    if (line === "pty") {
      const place = stack.use(await openSimulatedPort(null));
      stack.use(ModbusSimulator.onLine(own, place.line, SPEED));
      const connection = { type: "serial", port: place.port, baud: SPEED.baud };
      return new Trial(faults, connection, stack.move());
    }
    const rtu = line === "tcp" ? undefined : SPEED;
    const host = "127.0.0.1";
    const { port } = stack.use(await ModbusSimulator.start({ ...own, host, port: 0, rtu }));
    const baud = rtu === undefined ? {} : { baud: rtu.baud };
    return new Trial(faults, { type: line, host, port, ...baud }, stack.move());
  }

  /** Values of a point, in order. */
  told(wanted: string): number[] {
    return this.#of("reading").flatMap(({ readings }) =>
      readings.flatMap(({ point, quality, value }) =>
        point === wanted && quality === "good" ? [Number(value)] : []
      )
    );
  }

  /** `degraded: no answer` and the like. */
  get states(): string[] {
    return this.#of("state").map(({ state, reason }) => `${state}: ${reason}`);
  }

  get outcomes(): Set<string> {
    return new Set(this.exchanges.map(({ outcome }) => outcome));
  }

  /** Resolves when so many faults have been played, and readings have come since. */
  async plays(count: number): Promise<void> {
    const played = () => [...this.faults.played.values()].reduce((sum, one) => sum + one, 0);
    await this.until("faults are played", () => played() >= count);
    const before = this.#of("reading").length;
    await this.until("readings have come since", () => this.#of("reading").length > before + 2);
  }

  /** A run that ends is followed by another, as the supervisor sees to. */
  until(what: string, condition: () => boolean): Promise<void> {
    return until(what, () => {
      const { ended } = this.#runs[this.#runs.length - 1];
      if (ended !== null) {
        this.ends.push(String(ended.error));
        this.#poll();
      }
      return condition();
    });
  }

  /** Every good value is of a request that was answered in its turn, and none is told twice. */
  expectRight(): void {
    const told = this.told("request");
    expect(told.length).toBeGreaterThan(0);
    expect(told.map((number) => this.exchanges[number - 1]?.outcome))
      .toEqual(told.map(() => "answered"));
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const run of this.#runs) await run[Symbol.asyncDispose]();
    await this.#device[Symbol.asyncDispose]();
  }

  #of<K extends "reading" | "state">(kind: K) {
    return this.#runs.flatMap((run) => run.of(kind));
  }

  #poll(): void {
    const devices = [{ id: "device-1", profile: PROFILE }];
    const settings = modbusSettings.parse({ connection: this.#connection, devices });
    const trace = new Trace();
    trace.watch((exchange) => this.exchanges.push(exchange));
    this.#runs.push(new DrivenRun((signal) => tracedModbus(settings, signal, trace)));
  }
}

const TOLD: readonly [ModbusFault, string][] = [
  ["silent", "no answer"],
  ["late", "no answer"],
  ["exception", "exception 4 (device failure)"],
];
const TOLD_ON_SERIAL_LINES: readonly [ModbusFault, string][] = [
  ["truncated", "no answer"],
  ["wrong-crc", "wrong CRC"],
];

describe.each(LINES)("a simulated device on %s that misbehaves gives no wrong value", (line) => {
  test.each(line === "tcp" ? TOLD : [...TOLD, ...TOLD_ON_SERIAL_LINES])(
    "%s is told as %s",
    async (fault, outcome) => {
      await using trial = await Trial.open(line, [`${fault}=0.1`]);
      await trial.plays(3);
      trial.expectRight();
      expect(trial.outcomes).toContain(outcome);
      expect(trial.states).toContain(`degraded: ${outcome}`);
      expect(trial.states).toContain("online: it answers");
    },
  );

  test("noise around an answer is discarded", async () => {
    await using trial = await Trial.open(line, ["noise=0.3"]);
    await trial.plays(5);
    trial.expectRight();
    const answerBytes = line === "tcp" ? 13 : 9;
    const heard = trial.exchanges.map(({ chunks }) =>
      chunks.reduce((sum, { bytes }) => sum + bytes.length, 0)
    );
    expect(Math.max(...heard)).toBeGreaterThan(answerBytes);
    expect(trial.ends).toEqual([]);
  });

  test("after a restart it is polled on, and its counters begin anew", async () => {
    await using trial = await Trial.open(line, ["reboot=0.05"]);
    await trial.until("it is back", () => trial.told("restarts").some((one) => one > 0));
    expect(trial.states.filter((one) => one.endsWith(": no answer"))).not.toEqual([]);
    // A device that was away does not know the connection any more.
    if (line === "tcp") expect(trial.ends.join()).toContain("the connection was closed");
  });

  test("all faults together yield no wrong value", async () => {
    const names = MODBUS_FAULTS.filter((one) =>
      one !== "reboot" && (line !== "tcp" || one !== "wrong-crc")
    );
    await using trial = await Trial.open(line, names.map((one) => `${one}=0.02`));
    await trial.plays(10);
    trial.expectRight();
  });
});

test("an answer that is cut on TCP ends its connection, for bytes are lost there no other way", async () => {
  await using trial = await Trial.open("tcp", ["truncated=0.1"]);
  await trial.plays(2);
  trial.expectRight();
  expect(trial.ends.join()).toContain("the connection was closed");
});

describe("faults", () => {
  test("are the same again with the same seed", () => {
    const shares = parseFaults(["silent", "late=0.5"], MODBUS_FAULTS);
    const run = (of: number) => {
      const faults = new Faults(shares, seeded(of));
      return Array.from({ length: 200 }, () => faults.next());
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    expect(new Set(run(1))).toEqual(new Set([null, "silent", "late"]));
  });

  test.each([
    ["slow", /^Cannot play the fault "slow": want silent, late, /],
    ["late=2", /^Cannot play "late=2": want a share above 0, up to 1, as in late=0\.1$/],
    ["late=", /^Cannot play "late="/],
  ])("that nobody can play are refused: %s", (text, message) => {
    expect(() => parseFaults([text], MODBUS_FAULTS)).toThrow(message);
  });

  test("a wrong CRC needs a line that has one", () => {
    const shares = parseFaults(["wrong-crc"], MODBUS_FAULTS);
    expect(() => refuseFaults(shares, false)).toThrow("Modbus TCP has no CRC");
    expect(() => refuseFaults(shares, true)).not.toThrow();
  });
});
