/**
 * A simulated scale: sends frames as its profile says, at the pace of its line, to whoever
 * connects, as a converter would, or to a serial port.
 */
import * as net from "node:net";
import type { ByteLine } from "../serial/byte_line.ts";
import { characterMs } from "../serial/settings.ts";
import { type Faults, SimulationError } from "../simulated_faults.ts";
import type { Model } from "../simulation.ts";
import { type FormatConfig, formatOf } from "./formats.ts";
import type { FrameFormat, Shown } from "./frame.ts";
import type { ScaleProfile } from "./profile.ts";
import { inUnit } from "./weight_units.ts";

export interface ScaleSimulation {
  readonly profile: ScaleProfile;
  /** Values by field; see {@link loadModel}. */
  readonly model: Model;
  readonly faults?: Faults<ScaleFault> | undefined;
}

/**
 * silent: a frame is not sent; wrong-checksum: one of its digits is another; noise: other bytes
 * before it; truncated: it ends in its midst.
 */
export const SCALE_FAULTS = ["silent", "wrong-checksum", "noise", "truncated"] as const;
export type ScaleFault = typeof SCALE_FAULTS[number];

/** Refuses a fault that this format cannot have. */
export function refuseFaults(
  asked: readonly { readonly fault: ScaleFault }[],
  format: FormatConfig,
): void {
  const bare = format.name === "equals" || format.name === "toledo" && format.checksum === "none";
  if (!bare || !asked.some(({ fault }) => fault === "wrong-checksum")) return;
  throw new SimulationError(`Frames of the format "${format.name}" have no checksum here`);
}

const NOISE_BYTES_MAX = 8;
/** In every format with a checksum digits stand there. */
const DIGITS = { first: 4, last: 8 } as const;

/** Such indicators weigh about ten times a second. */
const FRAME_MS = 100;
/** What was shown so long ago tells whether the load moves. */
const MOTION_MS = 200;
const DECIMALS = 2;
/** A peer that takes nothing gets nothing: what a serial line sends is gone, too. */
const QUEUED_BYTES_MAX = 4096;
const REQUEST_BYTES_MAX = 64;

/** Loads one after the other, kilograms. */
const LOADS = [4.14, 9.86, 1.32, 6.5, 12.08];
/** Of each: nothing on it, then the load that settles, then it is taken off. */
const CYCLE_MS = 20_000;
const PUT_ON_MS = 5000;
const TAKEN_OFF_MS = 16_000;
/** A load swings for about so long. */
const SETTLING_MS = 600;
const SWING_MS = 420;

/** What is on a scale in a waste room: bags are put on, settle, and are taken off again. */
export function loadModel(offset = 0): Model {
  return (ms) => {
    const at = ms + offset;
    const load = LOADS[Math.floor(at / CYCLE_MS) % LOADS.length];
    const phase = at % CYCLE_MS;
    if (phase < PUT_ON_MS || phase >= TAKEN_OFF_MS) return { live: 0, tare: 0 };
    const since = phase - PUT_ON_MS;
    const swing = Math.exp(-since / SETTLING_MS) * Math.cos(2 * Math.PI * since / SWING_MS);
    return { live: Math.max(0, load * (1 - swing)), tare: 0 };
  };
}

/** What the scale shows of its model at one moment. */
export function shownAt({ profile, model }: ScaleSimulation, ms: number): Shown {
  const { unit, maximum, division = 10 ** -DECIMALS } = profile;
  const weight = (at: number) => {
    const { live, tare } = model(at);
    return { gross: Number(live), tare: Number(tare ?? 0) };
  };
  const { gross, tare } = weight(ms);
  const round = (value: number) => Number((Math.round(value / division) * division).toFixed(6));
  const named = profile.frameUnit ?? unit;
  const decimals = Math.max(0, Math.min(4, -Math.floor(Math.log10(division) + 1e-9)));
  return {
    value: inUnit(round(gross - tare), unit, named),
    decimals,
    unit: named,
    net: tare !== 0,
    tare: inUnit(tare, unit, named),
    motion: Math.abs(gross - weight(Math.max(0, ms - MOTION_MS)).gross) > division,
    trouble: gross > maximum ? "overload" : null,
  };
}

export class ScaleSimulator implements AsyncDisposable {
  /** Of a socket; 0 on a serial port. */
  readonly port: number;
  readonly #close: () => Promise<void>;

  private constructor(port: number, close: () => Promise<void>) {
    this.port = port;
    this.#close = close;
  }

  /** Listens as a converter does; `port` 0 for any that is free. */
  static async listen(
    { host, port, ...simulation }: ScaleSimulation & {
      readonly host: string;
      readonly port: number;
    },
  ): Promise<ScaleSimulator> {
    const speaker = new Speaker(simulation);
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => socket.destroy());
      socket.on("data", (bytes) => speaker.heard(Buffer.from(bytes)));
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(port, host, resolve);
    await promise;
    const address = server.address();
    const bound = typeof address === "object" && address !== null ? address.port : port;
    speaker.start((bytes) => {
      for (const socket of sockets) {
        if (socket.writableLength < QUEUED_BYTES_MAX) socket.write(bytes);
      }
    });
    return new ScaleSimulator(bound, async () => {
      speaker[Symbol.dispose]();
      for (const socket of sockets) socket.destroy();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    });
  }

  /** Speaks on a line that is open; closing that is for whoever opened it. */
  static onLine(simulation: ScaleSimulation, line: ByteLine): ScaleSimulator {
    const speaker = new Speaker(simulation);
    line.listen((bytes) => speaker.heard(bytes));
    // A line that breaks takes no more; whoever opened it sees that.
    speaker.start((bytes) => line.write(bytes).catch(() => {}));
    return new ScaleSimulator(0, () => {
      speaker[Symbol.dispose]();
      return Promise.resolve();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

/** Frames at the pace of the line, or one for each request. */
class Speaker implements Disposable {
  readonly #simulation: ScaleSimulation;
  readonly #format: FrameFormat;
  readonly #request: Uint8Array | null;
  readonly #startMs = performance.now();
  #heard: number[] = [];
  #send: (bytes: Uint8Array) => void = () => {};
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(simulation: ScaleSimulation) {
    const { format, request } = simulation.profile;
    this.#simulation = simulation;
    this.#format = formatOf(format);
    this.#request = request === undefined
      ? null
      : Uint8Array.fromHex(request.hex.replaceAll(" ", ""));
  }

  start(send: (bytes: Uint8Array) => void): void {
    this.#send = send;
    if (this.#request !== null) return;
    const paceMs = this.#format.length * characterMs(this.#simulation.profile.serial);
    this.#timer = setInterval(() => this.#say(), Math.max(FRAME_MS, paceMs));
  }

  heard(bytes: Uint8Array): void {
    const request = this.#request;
    if (request === null) return;
    this.#heard = [...this.#heard, ...bytes].slice(-REQUEST_BYTES_MAX);
    const tail = this.#heard.slice(-request.length);
    if (tail.length < request.length || tail.some((byte, at) => byte !== request[at])) return;
    this.#heard = [];
    this.#say();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** Where the format cannot say it, as of an overload, an indicator shows stripes and is mute. */
  #say(): void {
    const shown = shownAt(this.#simulation, performance.now() - this.#startMs);
    const frame = this.#format.write(shown);
    if (frame === null) return;
    const { faults } = this.#simulation;
    const fault = faults?.next() ?? null;
    if (faults === undefined || fault === null) return this.#send(frame);
    switch (fault) {
      case "silent":
        return;
      case "wrong-checksum":
        frame[faults.between(DIGITS.first, DIGITS.last)] ^= 1;
        return this.#send(frame);
      case "noise":
        return this.#send(Uint8Array.of(...faults.noise(NOISE_BYTES_MAX), ...frame));
      case "truncated":
        return this.#send(frame.subarray(0, faults.between(1, frame.length - 1)));
    }
  }
}
