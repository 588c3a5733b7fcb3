/**
 * How old a moment is (rule T12): by the boot-time clock where the machine that wrote it still
 * runs, which no correction of a wall clock moves; else by wall clocks, as far as they can be
 * believed, and never less than this machine has known of it. Clocks that warn go by this, so that
 * setting a wall clock neither starts nor stops them.
 */
import type * as z from "zod";
import type { Stamp } from "../sync/entry.ts";
import type { clockTrustedBody } from "./clock_trust.ts";

/** What a node found out later of its clock in one boot: bodies of `clock-trusted`. */
export type Correction = z.infer<typeof clockTrustedBody>;

export interface Age {
  /** Never negative. */
  readonly ms: number;
  /** `least`: the wall clocks say less than is known to have passed. */
  readonly by: "boot" | "wall" | "least";
  /** Whether both clocks could be believed; else it may be older or younger, and is shown so. */
  readonly isCertain: boolean;
}

/** A moment whose machine is not known, as a label prints it: a wall clock and its state. */
export interface PrintedMoment {
  readonly wallMs: number;
  readonly clock: Stamp["clock"];
}

/** A moment and, where that is known, which node wrote it down. */
export interface WrittenMoment extends Stamp {
  readonly node?: string;
}

export interface Present {
  readonly now: Stamp;
  readonly corrections: readonly Correction[];
  /** Who asks: what it wrote in another boot is as old as this boot, at least. */
  readonly node?: string;
}

/**
 * `later` are moments that surely came after it: those of this boot say how much has passed at
 * least, whatever any wall clock says. Where wall clocks are in doubt the greater age counts, so
 * that a clock warns too early rather than too late.
 */
export function ageOf(
  moment: WrittenMoment | PrintedMoment,
  { now, corrections, node }: Present,
  later: readonly Stamp[] = [],
): Age {
  if ("bootId" in moment && moment.bootId === now.bootId) {
    return { ms: Math.max(0, now.bootMs - moment.bootMs), by: "boot", isCertain: true };
  }
  const isOwn = node !== undefined && "node" in moment && moment.node === node;
  const known = sameBoot(later, now).map(({ bootMs }) => now.bootMs - bootMs);
  const leastMs = Math.max(0, isOwn ? now.bootMs : 0, ...known);
  const then = "bootId" in moment ? corrected(moment, corrections) : moment;
  const wallMs = now.wallMs - then.wallMs;
  const isBelieved = now.clock !== "untrusted" && then.clock !== "untrusted";
  if (wallMs >= leastMs) return { ms: wallMs, by: "wall", isCertain: isBelieved };
  return { ms: leastMs, by: "least", isCertain: false };
}

function sameBoot(moments: readonly Stamp[], now: Stamp): Stamp[] {
  return moments.filter(({ bootId }) => bootId === now.bootId);
}

/** With the wall clock that its own node later found to have been right at that moment. */
function corrected(moment: Stamp, corrections: readonly Correction[]): PrintedMoment {
  const { bootId, bootMs } = moment;
  const found = corrections.find((one) =>
    one.bootId === bootId && one.sinceBootMs <= bootMs && bootMs <= one.bootMs
  );
  return found === undefined ? moment : { wallMs: bootMs + found.offsetMs, clock: "trusted" };
}
