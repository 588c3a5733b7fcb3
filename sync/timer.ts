/** Time as links and journals use it: a parameter, so that a simulation can have its own. */

export interface Timer {
  /** Never goes back, milliseconds. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemTimer: Timer = { nowMs: () => performance.now(), pause };

/** Resolves after `ms`, or at once when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => resolve();
  signal.addEventListener("abort", stop);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
}
