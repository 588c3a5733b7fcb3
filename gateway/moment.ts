/** Moments that outlive a process, and how long ago they were. */
import * as z from "zod";
import { CLOCK_STATES, type Stamp } from "../sync/entry.ts";

/** A moment on all clocks of the node, as entries have it. */
export const momentSchema = z.object({
  wallMs: z.number(),
  bootId: z.string(),
  bootMs: z.number(),
  clock: z.enum(CLOCK_STATES),
});

/**
 * How long ago it was. Within a boot the boot-time clock tells, which no correction of the wall
 * clock moves. A moment of an earlier boot is as old as both wall clocks say where both could be
 * believed, and else at least as old as this boot.
 */
export function ageMs(moment: Stamp, now: Stamp): number {
  if (moment.bootId === now.bootId) return now.bootMs - moment.bootMs;
  const believed = now.clock !== "untrusted" && moment.clock !== "untrusted";
  return believed ? Math.max(now.bootMs, now.wallMs - moment.wallMs) : now.bootMs;
}
