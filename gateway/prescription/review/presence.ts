/**
 * Open workbenches: who answers from one is present, and hears when the queue has changed (P7).
 *
 * A stream alone proves nothing: of a line that dies without a word the kernel tells only after
 * many minutes. So the stream asks for a sign of life, and the answer names it. A browser answers
 * when the event arrives, which it does in a tab behind others too, where it holds up timers.
 */
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

export interface Bench {
  readonly account: string;
  /** In which it was opened. */
  readonly session: string | null;
}

export interface OpenBench extends Bench {
  /** Events to tell, in their order; each is told again only when it has changed. */
  readonly look: () => Promise<readonly BenchEvent[]>;
  readonly beat: () => Promise<void>;
  /** How often that is due. */
  readonly beatMs: number;
  /** A stream from which nobody answers for so long is closed. */
  readonly awayMs: number;
  /** Whether who opened it may still see it. */
  readonly allowed: () => boolean;
}

export interface BenchEvent {
  readonly event: string;
  /** Of what it tells, where one kind of event tells of several things. */
  readonly part?: string;
  /** Without what changes by itself, such as ages: what is compared. */
  readonly content: string;
  readonly data: object;
}

/** What a workbench answers with: the stream that asked, and which time that was. */
export interface Sign {
  readonly stream: string;
  readonly beat: number;
}

interface Stream {
  readonly name: string;
  readonly bench: OpenBench;
  readonly end: AbortController;
  /** The last sign of life that was asked for, and the last that was given. */
  asked: number;
  given: number;
  /** When; on the process's steady clock. */
  givenMs: number;
}

export class Presence {
  readonly #streams = new EventStreams(STREAMS_MAX);
  readonly #open = new Map<string, Stream>();

  /** Ends when its reader goes, answers no more, or may not see it any more. */
  respond(bench: OpenBench, { signal }: Request, instead?: string): Response {
    this.#replaced(bench, instead);
    const own = [...this.#open.values()].filter((one) => one.bench.account === bench.account);
    if (this.#streams.isFull || own.length >= OWN_MAX) return problemResponse(TOO_MANY);
    const name = crypto.randomUUID();
    const end = new AbortController();
    const stream = { name, bench, end, asked: 0, given: 0, givenMs: performance.now() };
    return this.#streams.respond(
      async (controller, either) => {
        this.#open.set(name, stream);
        try {
          await show(stream, controller, AbortSignal.any([either, end.signal]));
        } finally {
          this.#open.delete(name);
        }
      },
      signal,
      BEHIND_MAX,
    );
  }

  /** A page that heard nothing for long opens another; nobody has to wait for the old one's end. */
  #replaced({ account }: Bench, instead?: string): void {
    const before = this.#open.get(instead ?? "");
    if (before?.bench.account !== account) return;
    this.#open.delete(before.name);
    before.end.abort();
  }

  /** Takes a sign of life; `false`: no such stream asked the one who gives it for that. */
  async answer({ account, session }: Bench, { stream: name, beat }: Sign): Promise<boolean> {
    const stream = this.#open.get(name);
    if (stream === undefined || beat > stream.asked) return false;
    const { bench } = stream;
    if (bench.account !== account || bench.session !== session) return false;
    if (beat <= stream.given) return true;
    stream.given = beat;
    stream.givenMs = performance.now();
    await bench.beat();
    return true;
  }
}

async function show(
  stream: Stream,
  controller: ReadableStreamDefaultController<string>,
  signal: AbortSignal,
): Promise<void> {
  const { name, bench: { look, beat, beatMs, awayMs, allowed } } = stream;
  const shown = new Map<string, string>();
  let askedMs = -Infinity;
  await beat();
  while (!signal.aborted) {
    if (!allowed()) {
      controller.enqueue(eventText("ended", {}));
      return;
    }
    if ((controller.desiredSize ?? 1) <= 0) return;
    const nowMs = performance.now();
    if (nowMs - stream.givenMs >= awayMs) return;
    if (nowMs - askedMs >= beatMs) {
      askedMs = nowMs;
      stream.asked++;
      controller.enqueue(
        eventText("beat", { stream: name, beat: stream.asked, everyMs: Math.round(beatMs) }),
      );
    }
    const events = await look();
    if (signal.aborted) return;
    for (const { event, part = "", content, data } of events) {
      const key = `${event} ${part}`;
      if (shown.get(key) !== content) controller.enqueue(eventText(event, data));
      shown.set(key, content);
    }
    await pause(Math.min(LOOK_MS, beatMs), signal);
  }
}

/** JSON has no line breaks of its own. */
function eventText(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

const TOO_MANY = {
  status: 503,
  code: "too-many-pages",
  title: "Too many workbenches are open",
  detail: `this node has ${STREAMS_MAX} at most, and one account ${OWN_MAX}`,
  hint: "close some, or open the workbench at the other centre",
};
