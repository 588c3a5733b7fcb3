/** Tells of devices that are silent: alarms `no-data` and `data-again` (rule C7). */
import type { NewEntry } from "../../sync/append.ts";
import { type Journal, JournalUnwritable } from "../../sync/journal.ts";
import { pause } from "../../sync/timer.ts";
import type { Admission } from "../admission.ts";
import type { Clock } from "../clock.ts";
import { newEntry } from "../collected_entry.ts";
import { type DeviceConfig, shortestIntervalSeconds } from "../config.ts";
import type { Log } from "../log.ts";
import type { QueryTables } from "../tables.ts";
import { SilenceWatch } from "./silence.ts";

/** How often it is looked who is silent. */
const LOOK_MS = 1000;
/** Alarms that wait for a disk that does not write; of more the oldest are forgotten. */
const OWED_MAX = 1000;

export interface SilenceParts {
  readonly node: string;
  readonly tables: QueryTables;
  readonly journal: Journal;
  readonly admission: Admission;
  readonly clock: Clock;
  readonly log: Log;
}

export class SilenceAlarms {
  readonly #parts: SilenceParts;
  readonly #watch: SilenceWatch;
  readonly #owed: NewEntry[] = [];

  constructor(devices: readonly DeviceConfig[], parts: SilenceParts) {
    this.#parts = parts;
    const watched = devices.map((device) => ({
      device: device.id,
      intervalMs: shortestIntervalSeconds(device) * 1000,
    }));
    this.#watch = new SilenceWatch(watched, performance.now());
  }

  /** Takes up of whom was told before this process that they are silent. */
  async recall(signal?: AbortSignal): Promise<void> {
    const { tables, journal, node } = this.#parts;
    // Tables that are behind name devices that have spoken since, and not those that fell silent.
    await tables.caughtUp(journal, signal);
    const sql = "SELECT device FROM devices WHERE node = ? AND silent IS NOT NULL";
    const rows = await tables.rows(sql, [node]);
    this.#watch.recall(rows.map((row) => row.text("device")));
  }

  heard(device: string, receivedMs: number): void {
    this.#watch.heard(device, receivedMs);
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.recall(signal);
    while (!signal.aborted) {
      await this.look();
      await pause(LOOK_MS, signal);
    }
  }

  /** Looks once who is silent, and writes down what is to be told. */
  async look(): Promise<void> {
    const { clock, admission, log } = this.#parts;
    const now = clock.now();
    for (const { kind, device, silentMs } of this.#watch.look(performance.now())) {
      const silentSeconds = silentMs === null ? null : Math.round(silentMs / 1000);
      this.#owed.push(newEntry("alarm", kind, now, { device, silentSeconds }));
      if (this.#owed.length > OWED_MAX) this.#owed.shift();
      log({ kind, device, silentSeconds });
    }
    if (this.#owed.length === 0) return;
    const owed = [...this.#owed];
    try {
      await admission.append(owed, now);
      this.#owed.splice(0, owed.length);
    } catch (error) {
      if (!(error instanceof JournalUnwritable)) throw error;
    }
  }
}
