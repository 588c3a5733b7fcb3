/**
 * Streams say what overtakes what on a line: an earlier one here leaves first. Each (origin,
 * stream) has a sequence and a hash chain of its own. A county writes to each site in a stream
 * of its own as well, `to:SITE`, which that site pulls.
 */
import { NODE_NAME } from "./origin.ts";

export const STREAMS = ["alarm", "record", "reading", "audit"] as const;

/**
 * `alarm` before what a county tells a site before `record` (clinical, custody) before `reading`
 * (telemetry) before `audit`.
 */
export type Stream = typeof STREAMS[number] | `to:${string}`;

const TO = "to:";

export function isStream(name: string): name is Stream {
  return STREAMS.some((known) => known === name) || siteOf(name) !== null;
}

/** The stream in which counties tell a site what it has to know. */
export function streamTo(node: string): Stream {
  return `to:${node}`;
}

/** The site that a stream is for, or `null` where it is for the counties. */
export function siteOf(stream: string): string | null {
  if (!stream.startsWith(TO)) return null;
  const node = stream.slice(TO.length);
  return NODE_NAME.test(node) ? node : null;
}

/** Rank in which streams leave, from 0; a stream that is not known leaves last. */
export function streamRank(stream: string): number {
  if (stream === "alarm") return 0;
  if (siteOf(stream) !== null) return 1;
  const rank = STREAMS.findIndex((known) => known === stream);
  return rank < 0 ? STREAMS.length + 1 : rank + 1;
}
