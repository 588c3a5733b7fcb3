/** Which of those that wait comes first, and when somebody is told that it waits too long (P8). */
import * as z from "zod";
import type { Finding } from "../verdict.ts";

/**
 * Columns of a queue, each the lower the sooner. `emergency`: 0 an emergency or a rescue, 1 anybody
 * else who waits, 2 a review afterwards, for which nobody waits.
 */
export interface QueueOrder {
  readonly emergency: 0 | 1 | 2;
  /** By the gravest finding: 0 red, 1 could not check, 2 orange, 3 yellow, 4 none of them. */
  readonly severity: number;
  /** Since when a pharmacist is waited for, milliseconds since 1970 UTC. */
  readonly sinceMs: number;
}

/** What `ORDER BY` takes where the columns are named so; the last two make it one order. */
export const QUEUE_ORDER = "emergency, severity, since, site, prescription";

/** The unknown may be anything: it goes before what is known to be orange. */
const SEVERITIES: Readonly<Record<Finding["level"], number>> = {
  "black": 0,
  "red": 0,
  "could-not-check": 1,
  "orange": 2,
  "yellow": 3,
  "blue": 4,
};

export function severityOf(findings: readonly Pick<Finding, "level">[]): number {
  return Math.min(4, ...findings.map(({ level }) => SEVERITIES[level]));
}

/** Negative: `one` is to be taken before `other`; the same order as {@link QUEUE_ORDER}. */
export function compareWaiting(one: QueueOrder, other: QueueOrder): number {
  return one.emergency - other.emergency || one.severity - other.severity ||
    one.sinceMs - other.sinceMs;
}

/** When a queued prescription warns, and when it goes to the next level. */
export const waitPolicy = z.object({
  rule: z.literal("P8").default("P8"),
  source: z.string().default(
    "Practice of county review centres, and our own goal: no regulation names a time",
  ),
  effective: z.iso.date().default("2026-01-01"),
  warnMs: z.int().min(1000).max(3_600_000).default(180_000),
  escalateMs: z.int().min(1000).max(3_600_000).default(300_000),
}).refine(({ warnMs, escalateMs }) => warnMs < escalateMs, {
  path: ["escalateMs"],
  error: "want more than warnMs: it comes after the warning",
});
export type WaitPolicy = z.infer<typeof waitPolicy>;

/** No length of it lets a prescription pass (P3). */
export function waitState(
  sinceMs: number,
  nowMs: number,
  { warnMs, escalateMs }: Pick<WaitPolicy, "warnMs" | "escalateMs">,
): "in-time" | "warn" | "escalate" {
  const waited = nowMs - sinceMs;
  if (waited >= escalateMs) return "escalate";
  return waited >= warnMs ? "warn" : "in-time";
}
