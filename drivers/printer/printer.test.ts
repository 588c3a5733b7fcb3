import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeDriver } from "../conformance.ts";
import { DeviceError, type Outcome } from "../driver.ts";
import { DrivenRun, until } from "../fixtures.ts";
import { Gatherer } from "../gatherer.ts";
import { builtInProfiles, ProfileLibrary } from "../profile_library.ts";
import { openSimulatedPort, type SimulatedPort } from "../serial/pty_pair.ts";
import { LINES_A_SECOND_MAX, MISSING, PrintedLines, printer } from "./printer.ts";
import { printerSettings } from "./settings.ts";

const profile = new ProfileLibrary(builtInProfiles()).get("printer-port");

const settings = (port: string, more: object = {}) => ({
  connection: { type: "serial", port },
  devices: [{ id: "autoclave-1", profile, ...more }],
});
const [device] = printerSettings.parse(settings("/dev/ttyS0")).devices;
const bytes = (text: string) => new TextEncoder().encode(text);

describeDriver(printer, async () => {
  const port = await openSimulatedPort(null);
  const say = () => port.line.write(bytes("134.5  2.10\r\n"));
  return {
    settings: settings(port.port),
    device: "autoclave-1",
    // Whoever prints is told nothing.
    say: () => {
      say().catch(() => {});
      return null;
    },
    exchange: say,
    // Below it is taken away: the suite looks for the address of a socket.
    breakLine: null,
    [Symbol.asyncDispose]: () => Promise.resolve(port[Symbol.asyncDispose]()),
  };
});

describe("the driver of printer ports, on a serial line", () => {
  let port: SimulatedPort;
  beforeAll(async () => {
    port = await openSimulatedPort(null);
  });
  afterAll(() => port?.[Symbol.asyncDispose]());

  const values = (run: DrivenRun) =>
    run.of("reading").flatMap(({ readings }) => readings.map(({ value }) => value));

  test("S6 each line comes once it is whole, in its letters; blank ones are none", async () => {
    await using run = DrivenRun.of(printer, settings(port.port, { charset: "gb18030" }));
    await until("it listens", () => run.of("state").length > 0);
    await port.line.write(bytes("134.5  2.10\r\n\r\n  \r"));
    await port.line.write(Uint8Array.of(0xb9, 0xf8, 0xba, 0xc5));
    await port.line.write(bytes(" 12\r\nhalf"));
    await until("both lines come", () => values(run).length === 2);
    expect(values(run)).toEqual(["134.5  2.10", "锅号 12"]);
    expect(run.of("reading")[0]).toMatchObject({
      device: "autoclave-1",
      readings: [{ point: "line", unit: "", quality: "good" }],
      ...{ deviceMs: null, identity: null, possibleDuplicate: false },
    });
    expect(run.of("state")).toMatchObject([{ state: "online" }]);
  });

  test("a port that goes is an error that names it", async () => {
    const gone = await openSimulatedPort(null);
    await using run = DrivenRun.of(printer, settings(gone.port));
    await until("it listens", () => run.of("state").length > 0);
    await gone[Symbol.asyncDispose]();
    await until("the run has ended", () => run.ended !== null);
    expect(run.ended?.error).toBeInstanceOf(DeviceError);
    expect(String(run.ended?.error)).toContain(gone.port);
  });
});

describe("S3 what is missing of a print-out is never taken for whole", () => {
  /** What is told of these lines, where each has this outcome. */
  async function told(
    feed: (lines: PrintedLines) => void,
    outcome: (value: unknown) => Outcome = () => ({ kind: "stored" }),
  ): Promise<DrivenRun> {
    const gatherer = new Gatherer();
    const lines = new PrintedLines(device, gatherer);
    feed(lines);
    const run = new DrivenRun(
      (signal) => gatherer.run(signal),
      (item) => item.kind === "reading" ? outcome(item.readings[0].value) : { kind: "stored" },
    );
    await until("all is told", () => run.items.length > 0);
    return run;
  }
  const of = (run: DrivenRun) => run.of("reading").map(({ readings }) => readings[0].value);

  test("a line that is longer than any of a printer ends with the mark of what is missing", async () => {
    await using run = await told((lines) => lines.came(bytes(`${"x".repeat(513)}\n`), 0));
    expect(of(run)).toEqual([`${"x".repeat(512)}${MISSING}`]);
  });

  test("so do lines that come faster than any printer's, where they go on", async () => {
    await using run = await told((lines) => {
      lines.came(bytes("a\n".repeat(LINES_A_SECOND_MAX + 1)), 0);
      lines.came(bytes("b\n"), 1000);
    });
    expect(of(run).slice(-3)).toEqual(["a", MISSING, "b"]);
    expect(of(run)).toHaveLength(LINES_A_SECOND_MAX + 2);
    expect(run.of("state")).toMatchObject([{ state: "degraded" }, { state: "online" }]);
  });

  test("and a line that was not stored", async () => {
    let printed: PrintedLines | null = null;
    await using run = await told(
      (lines) => (printed = lines).came(bytes("a\n"), 0),
      (value) => value === "a" ? { kind: "unavailable", reason: "full" } : { kind: "stored" },
    );
    await until("it is told", () => run.of("state").length > 0);
    const lines: PrintedLines | null = printed;
    if (lines === null) throw new Error("nothing printed");
    feedMore(lines);
    await until("it goes on", () => of(run).length === 3);
    expect(of(run)).toEqual(["a", MISSING, "b"]);
  });
});

function feedMore(lines: PrintedLines): void {
  lines.came(bytes("b\n"), 5000);
}
