/** Bodies that have to come at some pace: who dawdles holds places and memory that others want. */

/** How slowly a body may come. */
export interface Pace {
  /** In each span at least `spanBytes` come, or it ends. */
  readonly spanMs: number;
  readonly spanBytes: number;
  /** All of it comes within this. */
  readonly totalMs: number;
}

/**
 * For what is held in memory. A sender gives up a line of less than 8 kB/s: on that the largest
 * batch that is sent, about 2 MiB, takes less than the total; an eighth of it is progress still.
 */
export const BODY_PACE: Pace = { spanMs: 30_000, spanBytes: 32 << 10, totalMs: 300_000 };

/** Why a body was given up. */
export class BodyTooSlow extends Error {
  override name = "BodyTooSlow";
}

/** Its sender went away, or said another length than there is: that is no fault of who reads. */
export class BodyBrokenOff extends Error {
  override name = "BodyBrokenOff";
}

/**
 * The parts of a body as they come. Throws {@link BodyTooSlow} where they come too slowly, and
 * {@link BodyBrokenOff} where not all of it comes; it is cancelled where not all was taken.
 */
export async function* pacedBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  pace: Pace = BODY_PACE,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const reader = body.getReader();
  // Only waiting counts, not what is done with what came.
  let [spanMs, totalMs] = [pace.spanMs, pace.totalMs];
  let spanBytes = pace.spanBytes;
  try {
    for (;;) {
      const fromMs = performance.now();
      const leftMs = Math.min(spanMs, totalMs);
      const found = leftMs <= 0 ? null : await within(leftMs, reader.read().catch(brokenOff));
      if (found === null) throw new BodyTooSlow("The body came too slowly");
      if (found.done) return;
      const waitedMs = performance.now() - fromMs;
      [spanMs, totalMs] = [spanMs - waitedMs, totalMs - waitedMs];
      spanBytes -= found.value.length;
      if (spanBytes <= 0) ({ spanMs, spanBytes } = pace);
      yield found.value;
    }
  } finally {
    // It may wait for a sender that says nothing any more.
    reader.cancel().catch(() => {});
  }
}

function brokenOff(cause: unknown): never {
  throw new BodyBrokenOff("The body ended before all of it had come", { cause });
}

/** What comes within the time; `null` where nothing does. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
