/** Counts what became of a device's requests, and tells it now and then. */
import type { Statistic, StatisticsItem } from "../driver.ts";
import type { Asked } from "./bus.ts";

/** Often enough for a page, seldom enough to cost nothing. */
const TELL_MS = 5000;

export class RequestTally {
  readonly #device: string;
  #counts: Record<Statistic, number> = nothing();
  #latencyMs = 0;
  #toldMs = -Infinity;

  constructor(device: string) {
    this.#device = device;
  }

  add({ answer, latencyMs }: Asked): void {
    if (answer.kind === "failed" && answer.code === "waiting") return;
    this.#counts.requests++;
    if (answer.kind === "failed") {
      const names = { timeout: "timeouts", crc: "crcErrors", mismatch: "mismatches" } as const;
      if (answer.code !== "waiting") this.#counts[names[answer.code]]++;
      return;
    }
    if (answer.kind === "exception") this.#counts.exceptions++;
    this.#counts.answers++;
    this.#latencyMs += latencyMs;
  }

  /** So many polls were due while one before them was not over yet: they were left out. */
  leftOut(polls: number): void {
    this.#counts.leftOut += polls;
  }

  /** What was counted since the last time, when it is time to tell it. */
  due(nowMs: number): StatisticsItem | null {
    if (this.#counts.requests === 0 || nowMs - this.#toldMs < TELL_MS) return null;
    const item: StatisticsItem = {
      kind: "statistics",
      device: this.#device,
      counts: this.#counts,
      latencyMs: this.#latencyMs,
    };
    this.#counts = nothing();
    this.#latencyMs = 0;
    this.#toldMs = nowMs;
    return item;
  }
}

function nothing(): Record<Statistic, number> {
  return {
    ...{ requests: 0, answers: 0, timeouts: 0, crcErrors: 0, mismatches: 0, exceptions: 0 },
    leftOut: 0,
  };
}
