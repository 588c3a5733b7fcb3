/**
 * What a wall clock does against the boot-time clock, decided from readings of both (T12): jumps
 * and drift are told once each, and so is by how much it was wrong when trust returns.
 */
import type { ClockState, Stamp } from "../sync/entry.ts";

/** What differs by more than this is recorded (T12), milliseconds. */
export const STEP_MS = 1000;

/** What is known of the clock from before a reading. */
export interface ClockMemory {
  /** Wall clock minus boot-time clock at the last reading, milliseconds. */
  readonly offsetMs: number;
  /** The same when it was told last, and the moment of that. */
  readonly toldOffsetMs: number;
  readonly toldBootMs: number;
  /** The moment of the last reading, on the boot-time clock. */
  readonly bootMs: number;
  readonly state: ClockState;
  /** Since when nobody has vouched for it, on the boot-time clock; `null` while somebody does. */
  readonly doubtBootMs: number | null;
}

/** A body of an `audit` entry; wall clocks in milliseconds since 1970 UTC. */
export type ClockNote =
  | {
    /** It was set: between two readings it moved by more than a second. */
    readonly kind: "clock-step";
    /** What it would say now, had it not been set; what it says; the difference. */
    readonly beforeMs: number;
    readonly afterMs: number;
    readonly deltaMs: number;
    readonly bootMs: number;
    readonly state: ClockState;
  }
  | {
    /** It went too fast or too slow, by more than a second since `sinceBootMs`. */
    readonly kind: "clock-drift";
    readonly beforeMs: number;
    readonly afterMs: number;
    readonly deltaMs: number;
    readonly bootMs: number;
    readonly sinceBootMs: number;
    readonly state: ClockState;
  }
  | {
    /**
     * It is right from now on. Entries of this boot from `sinceBootMs` to `bootMs` came at their
     * own `bootMs` + `offsetMs`; just before, that was `shiftMs` later than their wall clocks say.
     */
    readonly kind: "clock-trusted";
    readonly bootId: string;
    readonly sinceBootMs: number;
    readonly bootMs: number;
    readonly offsetMs: number;
    readonly shiftMs: number;
    readonly from: ClockState;
  };

export interface ClockDecision {
  readonly memory: ClockMemory;
  readonly notes: readonly ClockNote[];
}

/** `memory` is `null` at the first reading of a boot. */
export function decideClock(now: Stamp, memory: ClockMemory | null): ClockDecision {
  const { wallMs: afterMs, bootMs, clock: state } = now;
  const offsetMs = afterMs - bootMs;
  if (memory === null) {
    // Before the first reading of a boot nobody has vouched for anything.
    const doubtBootMs = state === "trusted" ? null : 0;
    const told = { toldOffsetMs: offsetMs, toldBootMs: bootMs };
    return { memory: { offsetMs, bootMs, state, doubtBootMs, ...told }, notes: [] };
  }
  const notes: ClockNote[] = [];
  const moved = offsetMs - memory.offsetMs;
  const drifted = offsetMs - memory.toldOffsetMs;
  const told = { afterMs, bootMs, state };
  if (Math.abs(moved) > STEP_MS) {
    const beforeMs = bootMs + memory.offsetMs;
    notes.push({ kind: "clock-step", beforeMs, deltaMs: moved, ...told });
  } else if (Math.abs(drifted) > STEP_MS) {
    const [beforeMs, sinceBootMs] = [bootMs + memory.toldOffsetMs, memory.toldBootMs];
    notes.push({ kind: "clock-drift", beforeMs, deltaMs: drifted, sinceBootMs, ...told });
  }
  const { doubtBootMs } = memory;
  if (state === "trusted" && doubtBootMs !== null) {
    notes.push({
      kind: "clock-trusted",
      bootId: now.bootId,
      sinceBootMs: doubtBootMs,
      bootMs,
      offsetMs,
      shiftMs: moved,
      from: memory.state,
    });
  }
  const isTold = notes.length > 0;
  return {
    memory: {
      offsetMs,
      bootMs,
      toldOffsetMs: isTold ? offsetMs : memory.toldOffsetMs,
      toldBootMs: isTold ? bootMs : memory.toldBootMs,
      state,
      doubtBootMs: state === "trusted" ? null : doubtBootMs ?? memory.bootMs,
    },
    notes,
  };
}

/** What a process that is started anew in the same boot knows, from the last entry before it. */
export function memoryOf({ wallMs, bootMs, clock: state }: Stamp): ClockMemory {
  const offsetMs = wallMs - bootMs;
  return {
    offsetMs,
    toldOffsetMs: offsetMs,
    toldBootMs: bootMs,
    bootMs,
    state,
    // When the doubt began is not known any more; what was marked before is what it is about.
    doubtBootMs: state === "trusted" ? null : 0,
  };
}

/**
 * The wall clock by which entries grow old: as read while somebody vouches for it, and else never
 * further than the boot-time clock has come since the last entry of before. What seems old for a
 * clock's sake only is kept (G2).
 */
export function ageingMs(now: Stamp, start: Stamp, newestWallMs: number | null): number {
  if (now.clock === "trusted") return now.wallMs;
  const passedMs = now.bootMs - start.bootMs;
  return Math.min(now.wallMs, (newestWallMs ?? start.wallMs) + passedMs);
}
