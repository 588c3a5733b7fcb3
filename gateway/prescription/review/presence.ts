/** Open workbenches: who has one is present, and hears when the queue has changed (P7). */
import { problemResponse } from "../../../sync/problem.ts";
import { pause } from "../../../sync/timer.ts";

/** The queue is looked at so often for each open workbench. */
const LOOK_MS = 1000;
/** Open workbenches of one node. */
export const STREAMS_MAX = 200;
/** Of one account: tabs and devices that were left open. */
const OWN_MAX = 5;

export interface OpenBench {
  readonly account: string;
  /** Told in a moment's event `queue`. */
  readonly look: () => Promise<object>;
  readonly beat: () => Promise<void>;
  /** How often that is due. */
  readonly beatMs: number;
  /** Whether who opened it may still see it. */
  readonly allowed: () => boolean;
}

export class Presence {
  #open = 0;
  readonly #own = new Map<string, number>();

  /** Ends when its reader goes, or may not see it any more. */
  respond(bench: OpenBench, { signal }: Request): Response {
    const own = this.#own.get(bench.account) ?? 0;
    if (this.#open >= STREAMS_MAX || own >= OWN_MAX) return problemResponse(TOO_MANY);
    this.#count(bench.account, 1);
    const gone = new AbortController();
    const either = AbortSignal.any([signal, gone.signal]);
    const body = new ReadableStream<string>({
      start: async (controller) => {
        try {
          await show(bench, controller, either);
          if (!gone.signal.aborted) controller.close();
        } catch (error) {
          if (!gone.signal.aborted) controller.error(error);
        } finally {
          gone.abort();
          this.#count(bench.account, -1);
        }
      },
      cancel: () => gone.abort(),
    }, { highWaterMark: 16 });
    const headers = { "content-type": "text/event-stream", "cache-control": "no-store" };
    return new Response(body.pipeThrough(new TextEncoderStream()), { headers });
  }

  #count(account: string, change: 1 | -1): void {
    this.#open += change;
    const own = (this.#own.get(account) ?? 0) + change;
    if (own === 0) this.#own.delete(account);
    else this.#own.set(account, own);
  }
}

async function show(
  { look, beat, beatMs, allowed }: OpenBench,
  controller: ReadableStreamDefaultController<string>,
  signal: AbortSignal,
): Promise<void> {
  let shown = "";
  let beatenMs = -Infinity;
  while (!signal.aborted) {
    if (!allowed()) {
      controller.enqueue("event: ended\ndata: {}\n\n");
      return;
    }
    // Who does not read is cut, and not present.
    if ((controller.desiredSize ?? 1) <= 0) return;
    const nowMs = performance.now();
    if (nowMs - beatenMs >= beatMs) {
      beatenMs = nowMs;
      await beat();
      controller.enqueue(": present\n\n");
    }
    const data = JSON.stringify(await look());
    if (signal.aborted) return;
    if (data !== shown) controller.enqueue(`event: queue\ndata: ${data}\n\n`);
    shown = data;
    await pause(Math.min(LOOK_MS, beatMs), signal);
  }
}

const TOO_MANY = {
  status: 503,
  code: "too-many-pages",
  title: "Too many workbenches are open",
  detail: `this node has ${STREAMS_MAX} at most, and one account ${OWN_MAX}`,
  hint: "close some, or open the workbench at the other centre",
};
