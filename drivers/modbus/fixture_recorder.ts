/** A run of the driver of which every exchange is kept, for tests of recordings. */
import { DrivenRun } from "../fixtures.ts";
import { ptyPair } from "../serial/fixtures.ts";
import { openByteLine } from "../serial/open_byte_line.ts";
import { serialSettings } from "../serial/settings.ts";
import { type FaultPlan, Slaves } from "./fixture_slaves.ts";
import { tracedModbus } from "./modbus.ts";
import { type Recording, recordingOf } from "./recording.ts";
import { lineTiming, modbusSettings } from "./settings.ts";
import { type Exchange, Trace } from "./trace.ts";

export class RecordedRun implements AsyncDisposable {
  readonly run: DrivenRun;
  readonly exchanges: Exchange[] = [];
  readonly #device: string;

  constructor(
    connection: object,
    device: Readonly<Record<string, unknown>> & { readonly id: string },
  ) {
    const trace = new Trace();
    trace.watch((exchange) => this.exchanges.push(exchange));
    const settings = modbusSettings.parse({ connection, devices: [device] });
    this.#device = device.id;
    this.run = new DrivenRun((signal) => tracedModbus(settings, signal, trace));
  }

  recording(): Recording {
    const startMs = Date.now() - performance.now();
    const recording = recordingOf(this.#device, this.exchanges, startMs);
    if (recording === null) throw new Error("Nothing was said");
    return recording;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.run[Symbol.asyncDispose]();
  }
}

/** A serial line whose slaves misbehave, and what the driver needs to open the other end of it. */
export async function badLine(
  units: readonly number[],
  faults: FaultPlan,
  lateMs: () => number,
): Promise<AsyncDisposable & { readonly connection: object; readonly slaves: Slaves }> {
  await using opening = new AsyncDisposableStack();
  const pair = opening.use(await ptyPair());
  const port = { type: "serial", baud: 115_200 };
  const settings = serialSettings.parse({ ...port, port: pair.ports[1] });
  const line = opening.use(await openByteLine(settings));
  const { characterMs } = lineTiming({ ...settings, type: "serial" });
  const options = { units, characterMs, faults, lateMs, random: Math.random };
  const slaves = opening.use(new Slaves(line, options));
  const stack = opening.move();
  const connection = { ...port, port: pair.ports[0] };
  return { connection, slaves, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
