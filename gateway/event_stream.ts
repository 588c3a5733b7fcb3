/** Server-sent events (HTML Living Standard, 9.2): open streams of one kind, and their number. */

/** Writes events until it is done, or the signal says that the reader has gone. */
export type ShowEvents = (
  controller: ReadableStreamDefaultController<string>,
  signal: AbortSignal,
) => Promise<void>;

export const EVENT_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-store" };

export class EventStreams {
  readonly #most: number;
  #open = 0;

  /** `most`: that may be open at one time; whoever answers asks {@link isFull} first. */
  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#open >= this.#most;
  }

  /** `behindMax`: chunks that wait for a slow reader before `desiredSize` says it is behind. */
  respond(show: ShowEvents, signal: AbortSignal, behindMax = 1): Response {
    this.#open++;
    const gone = new AbortController();
    const body = new ReadableStream<string>({
      start: async (controller) => {
        try {
          await show(controller, AbortSignal.any([signal, gone.signal]));
          if (!gone.signal.aborted) controller.close();
        } finally {
          gone.abort();
          this.#open--;
        }
      },
      cancel: () => gone.abort(),
    }, { highWaterMark: behindMax });
    return new Response(body.pipeThrough(new TextEncoderStream()), { headers: EVENT_HEADERS });
  }
}
