/** Keeps a line to devices running: runs its driver, and again after a pause when it fails. */
import { DeviceError, type Run } from "../drivers/driver.ts";
import type { Exchange, WritePort } from "../drivers/mod.ts";
import { backoffMs } from "../sync/backoff.ts";
import { pause } from "../sync/timer.ts";
import type { Collector } from "./collector.ts";
import type { Counters } from "./counters.ts";
import type { Log } from "./log.ts";

/** A line to devices, ready to be run any number of times. */
export interface Source {
  readonly name: string;
  readonly driver: string;
  /** Names of the devices on it. */
  readonly devices: readonly string[];
  readonly run: (signal: AbortSignal) => Run;
  /** The last exchanges with a device, oldest first, where the line keeps them. */
  readonly exchangesWith?: (device: string) => readonly Exchange[];
  /** Where writes to its devices come in, where its protocol has them. */
  readonly writes?: WritePort;
}

/** How a line is doing. Times count like `performance.now()`. */
export interface SourceStatus {
  readonly name: string;
  readonly driver: string;
  readonly devices: readonly string[];
  readonly state: "starting" | "running" | "waiting";
  /** What it says of itself: `listening on 0.0.0.0:1883`. */
  readonly detail: string;
  readonly sinceMs: number;
  /** Failures in a row. */
  readonly attempts: number;
  readonly nextTryMs: number | null;
}

export interface SupervisorParts {
  /** Where what a line brings goes. */
  readonly collector: Pick<Collector, "drive" | "tellOffline">;
  readonly counters: Counters;
  readonly log: Log;
  /** In [0, 1). */
  readonly random: () => number;
}

/** A line that held for so long has recovered: its failures are counted from one again. */
const HELD_MS = 60_000;

export class Supervisor {
  readonly #source: Source;
  readonly #parts: SupervisorParts;
  #state: SourceStatus["state"] = "starting";
  #detail = "";
  #sinceMs = performance.now();
  #attempts = 0;
  #nextTryMs: number | null = null;

  constructor(source: Source, parts: SupervisorParts) {
    this.#source = source;
    this.#parts = parts;
  }

  status(): SourceStatus {
    const { name, driver, devices } = this.#source;
    return {
      name,
      driver,
      devices,
      state: this.#state,
      detail: this.#detail,
      sinceMs: this.#sinceMs,
      attempts: this.#attempts,
      nextTryMs: this.#nextTryMs,
    };
  }

  /** The last exchanges with a device of this line; `null` where the line keeps none. */
  exchangesWith(device: string): readonly Exchange[] | null {
    return this.#source.exchangesWith?.(device) ?? null;
  }

  /** Runs until the signal aborts; throws only what is no failure of device or line. */
  async run(signal: AbortSignal): Promise<void> {
    const { name } = this.#source;
    const { collector, log } = this.#parts;
    while (!signal.aborted) {
      this.#enter("starting", "");
      try {
        await collector.drive(name, this.#source.run(signal), (detail) => {
          this.#enter("running", detail);
          log({ kind: "source-up", source: name, detail });
        });
        if (!signal.aborted) throw new DeviceError("The driver ended by itself");
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof DeviceError)) throw error;
        await this.#failed(error, signal);
      }
    }
  }

  async #failed(error: DeviceError, signal: AbortSignal): Promise<void> {
    const { name, devices } = this.#source;
    const { collector, counters, log, random } = this.#parts;
    const held = this.#state === "running" && performance.now() - this.#sinceMs > HELD_MS;
    this.#attempts = held ? 1 : this.#attempts + 1;
    const waitMs = backoffMs(this.#attempts, random());
    counters.add("tributary_source_failures_total", { source: name });
    const reason = error.message;
    log({ kind: "source-down", source: name, reason, attempts: this.#attempts, waitMs });
    this.#enter("waiting", reason);
    this.#nextTryMs = performance.now() + waitMs;
    await collector.tellOffline(devices, reason);
    await pause(waitMs, signal);
    this.#nextTryMs = null;
  }

  #enter(state: SourceStatus["state"], detail: string): void {
    this.#state = state;
    this.#detail = detail;
    this.#sinceMs = performance.now();
  }
}
