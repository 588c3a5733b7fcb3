/** The Modbus driver: asks each device of a line at its interval, one question at a time. */
import { DeviceError, type DeviceState, type Driver, type Reading } from "../driver.ts";
import { Gatherer } from "../gatherer.ts";
import { decodeBit, decodePoint, fault } from "./decode.ts";
import { type Answer, exceptionText, isSilence, type Line } from "./line.ts";
import { type Block, planBlocks } from "./plan.ts";
import { registersOf } from "./profile.ts";
import { type ModbusDevice, type ModbusSettings, modbusSettings } from "./settings.ts";

/** Polls in a row that nobody on the line answered, after which it is opened anew. */
const SILENT_POLLS_MAX = 3;
/** A device that does not answer is asked less and less often, up to this. */
const PROBE_MAX_MS = 60_000;

export const modbus: Driver<ModbusSettings> = {
  kind: "modbus",
  settings: modbusSettings,
  async *run(settings, signal) {
    const gatherer = new Gatherer();
    using line = await openLine(settings);
    gatherer.put({ kind: "line", detail: `connected to ${line.address}` });
    const stop = new AbortController();
    const polling = pollAll(settings, line, gatherer, AbortSignal.any([signal, stop.signal]));
    polling.catch((error) => gatherer.fail(error));
    try {
      yield* gatherer.run(signal);
    } finally {
      stop.abort();
    }
  },
};

async function openLine({ connection, devices }: ModbusSettings): Promise<Line> {
  // Its library takes 4 MiB, which a site without such a line keeps.
  const { TcpLine } = await import("./tcp_line.ts");
  const units = devices.map(({ unit, profile }) => ({ unit, timeoutMs: profile.timeoutMs }));
  const line = new TcpLine(connection.host, connection.port, units);
  try {
    await line.connect();
    return line;
  } catch (error) {
    line[Symbol.dispose]();
    throw error;
  }
}

/** A device, its plan, and how it has been doing. */
class Polled {
  readonly device: ModbusDevice;
  readonly blocks: readonly Block[];
  readonly intervalMs: number;
  /** When it is asked next, on the clock of `performance.now()`. */
  dueMs: number;
  state: DeviceState | null = null;
  /** Polls without any answer, in a row. */
  silent = 0;
  /** The last poll is not on disk yet. */
  storing = false;
  /** The last poll could not be stored, for want of room. */
  unstored = false;
  /** Polls skipped or not stored since the device was last said to be online. */
  skipped = 0;

  constructor(device: ModbusDevice, nowMs: number) {
    this.device = device;
    this.blocks = planBlocks(device.profile);
    this.intervalMs = (device.intervalSeconds ?? device.profile.intervalSeconds) * 1000;
    this.dueMs = nowMs;
  }

  /** Sets the time of the next poll: on the beat, or later while it is silent. */
  schedule(nowMs: number): void {
    const probes = Math.max(0, this.silent - 1);
    const probeMs = Math.max(this.intervalMs, PROBE_MAX_MS);
    const waitMs = Math.min(this.intervalMs * 2 ** Math.min(probes, 16), probeMs);
    const missed = Math.floor((nowMs - this.dueMs) / waitMs);
    this.dueMs += waitMs * (Math.max(0, missed) + 1);
  }
}

async function pollAll(
  settings: ModbusSettings,
  line: Line,
  gatherer: Gatherer,
  signal: AbortSignal,
): Promise<void> {
  const all = settings.devices.map((device) => new Polled(device, performance.now()));
  while (!signal.aborted) {
    const next = all.reduce((a, b) => (b.dueMs < a.dueMs ? b : a));
    await Promise.race([until(next.dueMs, signal), line.broken]);
    if (signal.aborted) return;
    if (next.storing) {
      next.skipped++;
      tellState(gatherer, next, "degraded", "a poll was skipped: the one before is not stored yet");
    } else {
      await Promise.race([poll(next, line, gatherer), line.broken]);
    }
    next.schedule(performance.now());
    if (all.every(({ silent }) => silent >= SILENT_POLLS_MAX)) {
      throw new DeviceError(`Nobody answers on ${line.address}`);
    }
  }
}

/** Reads all of a device; what came is one item, and a device that is silent is none. */
async function poll(polled: Polled, line: Line, gatherer: Gatherer): Promise<void> {
  const { device, blocks } = polled;
  const { timeoutMs } = device.profile;
  const readings: Reading[] = [];
  const troubles = new Set<string>();
  for (const block of blocks) {
    const answer = await line.read(device.unit, block, timeoutMs);
    if (answer.kind === "failed" || (answer.kind === "exception" && isSilence(answer.code))) {
      const reason = answer.kind === "failed" ? answer.reason : exceptionText(answer.code);
      polled.silent++;
      // Values of before and after a silence do not belong to one moment.
      return tellState(gatherer, polled, "offline", reason);
    }
    if (answer.kind === "exception") troubles.add(exceptionText(answer.code));
    readings.push(...decodeBlock(block, answer));
  }
  polled.silent = 0;
  if (troubles.size > 0) tellState(gatherer, polled, "degraded", [...troubles].join(", "));
  else if (!polled.unstored) {
    const { skipped } = polled;
    const missing = skipped === 0 ? "" : `; polls skipped before that: ${skipped}`;
    tellState(gatherer, polled, "online", `it answers${missing}`);
    polled.skipped = 0;
  }
  polled.storing = true;
  gatherer.put({
    kind: "reading",
    device: device.id,
    readings,
    deviceMs: null,
    receivedMs: performance.now(),
    identity: null,
    possibleDuplicate: false,
  }, (outcome) => {
    polled.storing = false;
    polled.unstored = outcome.kind === "unavailable";
    if (outcome.kind !== "unavailable") return;
    polled.skipped++;
    tellState(gatherer, polled, "degraded", `a poll was not stored: ${outcome.reason}`);
  });
}

function tellState(
  gatherer: Gatherer,
  polled: Polled,
  state: DeviceState,
  reason: string,
): void {
  if (polled.state === state) return;
  polled.state = state;
  const receivedMs = performance.now();
  gatherer.put({ kind: "state", device: polled.device.id, state, reason, receivedMs });
}

function decodeBlock(block: Block, answer: Exclude<Answer, { kind: "failed" }>): Reading[] {
  return block.points.map(({ point, at }) => {
    switch (answer.kind) {
      case "bits":
        return decodeBit(point, answer.bits[at]);
      case "registers": {
        const end = at + registersOf(point.register);
        return decodePoint(point, answer.bytes.subarray(2 * at, 2 * end));
      }
      case "exception":
        return fault(point, exceptionText(answer.code));
    }
  });
}

async function until(dueMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.max(0, dueMs - performance.now()));
  const stop = () => resolve();
  signal.addEventListener("abort", stop);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
}
