/** Parts of one desk that run side by side. */

export interface Working {
  run(signal: AbortSignal): Promise<void>;
}

/** Where one fails, all begin again. */
export async function together(desks: readonly Working[], signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const running = desks.map((desk) => desk.run(either));
  try {
    await Promise.race(running);
  } finally {
    over.abort();
    await Promise.allSettled(running);
  }
}
