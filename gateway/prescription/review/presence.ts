/** Open workbenches: who has one is present, and hears when the queue has changed (P7). */
import { problemResponse } from "../../../sync/problem.ts";
import { EventStreams } from "../../event_stream.ts";
import { pause } from "../../../sync/timer.ts";

/** The queue is looked at so often for each open workbench. */
const LOOK_MS = 1000;
/** Open workbenches of one node. */
export const STREAMS_MAX = 200;
/** Of one account: tabs and devices that were left open. */
const OWN_MAX = 5;
/** Chunks that wait for a slow reader before it is cut, and not present. */
const BEHIND_MAX = 16;

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
  readonly #streams = new EventStreams(STREAMS_MAX);
  readonly #own = new Map<string, number>();

  /** Ends when its reader goes, or may not see it any more. */
  respond(bench: OpenBench, { signal }: Request): Response {
    const { account } = bench;
    const isFull = this.#streams.isFull || (this.#own.get(account) ?? 0) >= OWN_MAX;
    if (isFull) return problemResponse(TOO_MANY);
    return this.#streams.respond(
      async (controller, either) => {
        this.#count(account, 1);
        try {
          await show(bench, controller, either);
        } finally {
          this.#count(account, -1);
        }
      },
      signal,
      BEHIND_MAX,
    );
  }

  #count(account: string, change: 1 | -1): void {
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
