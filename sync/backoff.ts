/** Waiting before the next try: 1 s → 60 s, doubling, with jitter (rule T9). */

export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

export const BACKOFF: BackoffLimits = { firstMs: 1000, maxMs: 60_000 };

/**
 * How long to wait after `attempts` failures in a row (≥1), milliseconds. Half of it is chance,
 * so that what failed together does not come back together; `random` is in [0, 1).
 */
export function backoffMs(
  attempts: number,
  random: number,
  { firstMs, maxMs }: BackoffLimits = BACKOFF,
): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempts - 1, 30));
  return Math.round(full / 2 + (full / 2) * random);
}

/** Nobody is believed who says to come back later than this, milliseconds. */
const RETURN_MAX_MS = 60_000;

/** How long to wait where the other end said for how long: up to twice that, by chance. */
export function returnMs(retryAfterMs: number, random: number): number {
  return Math.round(Math.min(RETURN_MAX_MS, retryAfterMs) * (1 + random));
}
