/** The node's clocks (rule T12): the wall clock as read, and one that never jumps. */
import type { ClockState, Stamp } from "../sync/entry.ts";

/** What Linux says when its clock is not synchronised: adjtimex(2), TIME_ERROR. */
const TIME_ERROR = 5;
/** `struct timex` has 208 bytes on 64-bit Linux; more does no harm. */
const TIMEX_BYTES = 256;
/** How often the kernel is asked whether it is synchronised, and the boot-time clock read anew. */
const REFRESH_MS = 1000;
/** They are read at once when the wall clock has moved by more than this, milliseconds. */
const MOVED_MS = 200;

export interface Clock {
  /** This moment. */
  now(): Stamp;
  /** Reads the clocks once: gives the stamp of any moment that `performance.now()` told. */
  ruler(): Ruler;
}

/** The stamp of a moment on the clock of `performance.now()`. */
export type Ruler = (performanceMs: number) => Stamp;

/** What a clock is read from. */
export interface Timepieces {
  /** The kernel's boot id, 32 lower-case hexadecimal digits. */
  readonly bootId: string;
  /** Milliseconds on a clock that never jumps; it may stand still while the machine sleeps. */
  performanceMs(): number;
  /** Milliseconds since 1970 UTC, as far as anybody knows. */
  wallMs(): number;
  /** Milliseconds since boot, sleep included, in hundredths of a second. */
  uptimeMs(): number;
  /** Whether whoever keeps the time says that it is right. */
  synchronised(): boolean;
}

function thisMachine(): Timepieces {
  return {
    bootId: Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").trim().replaceAll("-", ""),
    performanceMs: () => performance.now(),
    wallMs: () => Date.now(),
    uptimeMs: () => Number(Deno.readTextFileSync("/proc/uptime").split(" ")[0]) * 1000,
    synchronised: kernelSynchronised(),
  };
}

/** The clocks of a machine. */
export class SystemClock implements Clock {
  readonly #timepieces: Timepieces;
  /** `performance.now()` + this = milliseconds since boot. */
  #bootOffsetMs = 0;
  /** The same of the wall clock, when it was read last. */
  #wallOffsetMs = 0;
  #state: ClockState = "untrusted";
  #refreshedMs = -Infinity;

  constructor(timepieces = thisMachine()) {
    this.#timepieces = timepieces;
  }

  now(): Stamp {
    return this.ruler()(this.#timepieces.performanceMs());
  }

  ruler(): Ruler {
    const { bootId } = this.#timepieces;
    const nowMs = this.#timepieces.performanceMs();
    const wallOffsetMs = this.#timepieces.wallMs() - nowMs;
    // After a sleep the wall clock has gone on and performance.now() has not: that is no jump.
    const moved = Math.abs(wallOffsetMs - this.#wallOffsetMs) > MOVED_MS;
    this.#wallOffsetMs = wallOffsetMs;
    if (moved || nowMs - this.#refreshedMs > REFRESH_MS) this.#refresh(nowMs);
    const bootOffsetMs = this.#bootOffsetMs;
    const clock = this.#state;
    return (performanceMs) => ({
      wallMs: Math.round(performanceMs + wallOffsetMs),
      bootId,
      bootMs: Math.round(performanceMs + bootOffsetMs),
      clock,
    });
  }

  #refresh(nowMs: number): void {
    this.#refreshedMs = nowMs;
    // The uptime counts suspended time as well, which performance.now() may not.
    const offsetMs = this.#timepieces.uptimeMs() - nowMs;
    // It is told in hundredths of a second: smaller differences are no news.
    if (Math.abs(offsetMs - this.#bootOffsetMs) > 20) this.#bootOffsetMs = offsetMs;
    if (this.#timepieces.synchronised()) this.#state = "trusted";
    else if (this.#state === "trusted") this.#state = "holdover";
  }
}

/** Asks the kernel whether whoever keeps the time says that it is right. */
function kernelSynchronised(): () => boolean {
  try {
    const libc = Deno.dlopen("libc.so.6", {
      adjtimex: { parameters: ["buffer"], result: "i32" },
    });
    const timex = new Uint8Array(TIMEX_BYTES);
    return () => {
      const state = libc.symbols.adjtimex(timex.fill(0));
      return state >= 0 && state !== TIME_ERROR;
    };
  } catch {
    // A libc without it cannot vouch for the clock, so nobody does.
    return () => false;
  }
}
