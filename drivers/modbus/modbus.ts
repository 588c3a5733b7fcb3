/** The Modbus driver: asks each device of a bus at its interval, one question at a time. */
import { DeviceError, type Driver, type Run } from "../driver.ts";
import { Gatherer } from "../gatherer.ts";
import { NoiseTally } from "../serial/noise_tally.ts";
import { type ModbusBus, openBus } from "./bus.ts";
import { PolledDevice } from "./polled_device.ts";
import { type ModbusSettings, modbusSettings } from "./settings.ts";
import { Trace } from "./trace.ts";
import { WritePort } from "./write_port.ts";

/** Polls in a row that nobody answered, after which a connection is opened anew. */
const SILENT_POLLS_MAX = 3;

export const modbus: Driver<ModbusSettings> = {
  kind: "modbus",
  settings: modbusSettings,
  run: (settings, signal) => tracedModbus(settings, signal, new Trace()),
};

/** Runs the driver; what is said on the line is seen in `trace`, and `writes` come in meanwhile. */
export async function* tracedModbus(
  settings: ModbusSettings,
  signal: AbortSignal,
  trace: Trace,
  writes = new WritePort(settings.devices),
): Run {
  const gatherer = new Gatherer();
  await using bus = await openBus(settings.connection, trace);
  gatherer.put({ kind: "line", detail: `connected to ${bus.address}` });
  const stop = new AbortController();
  const devices = settings.devices.map((device) => new PolledDevice(device, bus, gatherer));
  using _attached = writes.attach(devices);
  const line = { bus, gatherer, devices };
  const polling = pollAll(settings, line, AbortSignal.any([signal, stop.signal]));
  polling.catch((error) => gatherer.fail(error));
  try {
    yield* gatherer.run(signal);
  } finally {
    stop.abort();
  }
}

async function pollAll(
  { connection }: Pick<ModbusSettings, "connection">,
  { bus, gatherer, devices }: {
    readonly bus: ModbusBus;
    readonly gatherer: Gatherer;
    readonly devices: readonly PolledDevice[];
  },
  signal: AbortSignal,
): Promise<void> {
  const noise = new NoiseTally();
  const check = () => {
    const heard = noise.due(bus.strayBytes, performance.now());
    if (heard !== null) gatherer.put(heard);
    // A socket may be dead at one end only. A serial port has no other end to lose.
    if (connection.type === "serial") return;
    if (devices.some(({ schedule }) => schedule.failures < SILENT_POLLS_MAX)) return;
    throw new DeviceError(`Nobody answers on ${bus.address}`);
  };
  await Promise.race([
    Promise.all(devices.map((device) => pollDevice(device, check, signal))),
    bus.broken,
  ]);
}

/** The bus takes the requests of all devices in turn; each has one poll under way. */
async function pollDevice(
  device: PolledDevice,
  check: () => void,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await until(device.schedule.dueMs, signal);
    if (signal.aborted) return;
    await device.poll();
    if (signal.aborted) return;
    check();
  }
}

async function until(dueMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.max(0, dueMs - performance.now()));
  const stop = () => resolve();
  signal.addEventListener("abort", stop);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
}
