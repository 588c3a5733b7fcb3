/**
 * Whether there is news of what waits for pharmacists (P8): another level, another emergency, or
 * newer ones past a limit behind those that were told of, at most once a minute for each limit.
 */
import * as z from "zod";

export const WAIT_LEVELS = ["in-time", "warn", "escalate"] as const;
const level = z.enum(WAIT_LEVELS);
export type WaitLevel = z.infer<typeof level>;

/** What is told of one limit while more and more pass it: no alarm for each. Our own choice. */
const AGAIN_MS = 60_000;

/** Where the queue stands; wall clock, milliseconds since 1970 UTC. */
export interface Waiting {
  readonly level: WaitLevel;
  /** Of the emergency that waits longest, since `urgentMs`. */
  readonly emergency: WaitLevel;
  readonly urgentMs: number | null;
  /** Since when the newest waits that is past each limit; `null`: none is. */
  readonly warnedMs: number | null;
  readonly escalatedMs: number | null;
}

const mark = z.object({ newestMs: z.number().nullable(), toldMs: z.number() });
type Mark = z.infer<typeof mark>;

const waitTold = z.object({
  level,
  emergency: level,
  urgentMs: z.number().nullable(),
  warned: mark,
  escalated: mark,
});
/** What was told last, and when of each limit. */
export type WaitTold = z.infer<typeof waitTold>;

/** What is to be told and noted; `null`: no news. */
export function newsOf(told: WaitTold, now: Waiting, nowMs: number): WaitTold | null {
  const isOther = now.level !== told.level || now.emergency !== told.emergency ||
    (now.emergency !== "in-time" && now.urgentMs !== told.urgentMs);
  const isNews = isOther || isNewer(told.warned, now.warnedMs, nowMs) ||
    isNewer(told.escalated, now.escalatedMs, nowMs);
  if (!isNews) return null;
  const { level, emergency, urgentMs } = now;
  return {
    level,
    emergency,
    urgentMs,
    warned: markedBy(told.warned, now.warnedMs, nowMs),
    escalated: markedBy(told.escalated, now.escalatedMs, nowMs),
  };
}

/** A clock that was set back silences nothing for longer than that. */
function isNewer({ newestMs, toldMs }: Mark, foundMs: number | null, nowMs: number): boolean {
  return grew(newestMs, foundMs) && Math.abs(nowMs - toldMs) >= AGAIN_MS;
}

function grew(newestMs: number | null, foundMs: number | null): boolean {
  return foundMs !== null && (newestMs === null || foundMs > newestMs);
}

/** Once the newest was decided, those before it are no news. */
function markedBy({ newestMs, toldMs }: Mark, foundMs: number | null, nowMs: number): Mark {
  if (foundMs === null) return { newestMs: null, toldMs };
  return grew(newestMs, foundMs) ? { newestMs: foundMs, toldMs: nowMs } : { newestMs, toldMs };
}

const NEVER: Mark = { newestMs: null, toldMs: 0 };

/** As it was noted; what a new store has, or one of before, tells a level at most. */
export function waitToldIn(text: string): WaitTold {
  const read = waitTold.safeParse(jsonIn(text));
  if (read.success) return read.data;
  const said = level.safeParse(text.split(" ", 1)[0]).data ?? "in-time";
  const none = { emergency: "in-time", urgentMs: null, warned: NEVER, escalated: NEVER } as const;
  return { level: said, ...none };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
