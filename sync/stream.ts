/**
 * Streams say what overtakes what on a line: an earlier one here leaves first. Each (origin,
 * stream) has a sequence and a hash chain of its own.
 */
export const STREAMS = ["alarm", "record", "reading", "audit"] as const;

/** `alarm` before `record` (clinical, custody) before `reading` (telemetry) before `audit`. */
export type Stream = typeof STREAMS[number];

export function isStream(name: string): name is Stream {
  return STREAMS.some((known) => known === name);
}

/** Rank in which streams leave; a stream that is not listed leaves last. */
export function streamRank(stream: string): number {
  const rank = STREAMS.findIndex((known) => known === stream);
  return rank < 0 ? STREAMS.length : rank;
}
