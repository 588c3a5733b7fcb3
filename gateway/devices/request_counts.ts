/** What became of the requests to a device that is asked: counted, for metrics and its page. */
import type { StatisticsItem } from "../../drivers/driver.ts";
import type { Counters } from "../counters.ts";

export const OUTCOMES = ["answered", "exception", "timeout", "crc-error", "mismatch"] as const;
export type RequestOutcome = typeof OUTCOMES[number];

/** Since the start of this process. */
export interface RequestCounts {
  readonly outcomes: Readonly<Record<RequestOutcome, number>>;
  readonly requests: number;
  /** Polls left out because the line, or the device, was busy. */
  readonly leftOut: number;
  /** Mean time until an answer, milliseconds; `null` while there was none. */
  readonly latencyMs: number | null;
}

export function countRequests(
  counters: Counters,
  { device, counts, latencyMs }: StatisticsItem,
): void {
  const outcomes: Record<RequestOutcome, number> = {
    answered: counts.answers - counts.exceptions,
    exception: counts.exceptions,
    timeout: counts.timeouts,
    "crc-error": counts.crcErrors,
    mismatch: counts.mismatches,
  };
  for (const outcome of OUTCOMES) {
    if (outcomes[outcome] === 0) continue;
    counters.add("tributary_device_requests_total", { device, outcome }, outcomes[outcome]);
  }
  counters.add("tributary_device_latency_seconds_total", { device }, latencyMs / 1000);
  if (counts.leftOut === 0) return;
  counters.add("tributary_device_polls_left_out_total", { device }, counts.leftOut);
}

/** `null` for a device that was not asked. */
export function requestCounts(counters: Counters, device: string): RequestCounts | null {
  const of = (outcome: RequestOutcome) =>
    counters.value("tributary_device_requests_total", { device, outcome });
  const outcomes = {
    answered: of("answered"),
    exception: of("exception"),
    timeout: of("timeout"),
    "crc-error": of("crc-error"),
    mismatch: of("mismatch"),
  };
  const requests = OUTCOMES.reduce((sum, outcome) => sum + outcomes[outcome], 0);
  if (requests === 0) return null;
  const seconds = counters.value("tributary_device_latency_seconds_total", { device });
  const answers = outcomes.answered + outcomes.exception;
  const latencyMs = answers === 0 ? null : seconds * 1000 / answers;
  const leftOut = counters.value("tributary_device_polls_left_out_total", { device });
  return { outcomes, requests, leftOut, latencyMs };
}
