/** Server-sent events (HTML Living Standard, 9.2): each change of where a prescription stands. */
import { problemResponse } from "../../../sync/problem.ts";
import { EventStreams, type ShowEvents } from "../../event_stream.ts";
import { includesSite, type SiteScope } from "../../site_scope.ts";
import { pause } from "../../../sync/timer.ts";
import { type Insight, seenBy, standingView } from "../standing_view.ts";
import type { Change, ToldStore } from "./told_store.ts";
import type { Teller } from "./teller.ts";

/** A site has a HIS and some that try; at a county, of each site one listens, and of some a few. */
export const LISTENERS_MAX = { site: 50, county: 400 } as const;
/** Of one program or person: a HIS, the one that takes its place, and some that try. */
export const OF_ONE_MAX = 5;
/** Changes that are read in one go. */
const AT_ONCE = 100;
/** A session that has ended, or a token that was revoked, is found out so soon. */
const LOOK_MS = 1000;
/** A line that tells nothing, so that whoever is between does not close it. */
const HEARTBEAT_MS = 15_000;
/** Chunks that wait for a slow reader before it is cut: it comes back where it was. */
const BEHIND_MAX = 200;

/** What may be heard. */
export interface Listener {
  readonly sites: SiteScope;
  readonly insight: Insight;
}

export interface Listening {
  /** Which program or person it is. */
  readonly name: string;
  /** The last that was heard; `null`: from now on. */
  readonly after: number | null;
  /** Asked again and again; `null`: who listens may not any more, and the stream ends. */
  readonly listener: () => Listener | null;
}

export class ToldStreams {
  readonly #store: ToldStore;
  readonly #teller: Teller;
  readonly #most: number;
  readonly #streams: EventStreams;
  /** How many of each program or person are open. */
  readonly #open = new Map<string, number>();

  constructor(store: ToldStore, teller: Teller, most: number) {
    this.#store = store;
    this.#teller = teller;
    this.#most = most;
    this.#streams = new EventStreams(most);
  }

  respond(listening: Listening, { signal }: Request, over: AbortSignal): Response {
    const { name } = listening;
    if ((this.#open.get(name) ?? 0) >= OF_ONE_MAX) return problemResponse(TOO_MANY_OF_ONE);
    if (this.#streams.isFull) {
      return problemResponse({ ...TOO_MANY, detail: `${this.#most} listen to this node` });
    }
    this.#count(name, 1);
    const show: ShowEvents = (controller, either) =>
      this.#show(listening, controller, either).finally(() => this.#count(name, -1));
    return this.#streams.respond(show, AbortSignal.any([signal, over]), BEHIND_MAX);
  }

  #count(name: string, change: 1 | -1): void {
    const open = (this.#open.get(name) ?? 0) + change;
    if (open === 0) this.#open.delete(name);
    else this.#open.set(name, open);
  }

  async #show(
    { after, listener }: Omit<Listening, "name">,
    controller: ReadableStreamDefaultController<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const watching = watch(listener, controller, either).finally(() => over.abort());
    try {
      await this.#tell({ after, listener }, controller, either);
    } finally {
      over.abort();
      await watching;
    }
    const isBehind = (controller.desiredSize ?? 1) <= 0;
    if (!signal.aborted && !isBehind) controller.enqueue("event: ended\ndata: {}\n\n");
  }

  /** Until the reader is behind, may not hear it any more, or the signal aborts. */
  async #tell(
    { after, listener }: Omit<Listening, "name">,
    controller: ReadableStreamDefaultController<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const { first, last: latest } = this.#store.span();
    let last = after ?? latest;
    controller.enqueue(": listening\n\n");
    // What it has not heard is not here any more: it has to ask for what it waits for.
    if (last > latest || last < first - 1) {
      last = Math.min(latest, Math.max(last, first - 1));
      controller.enqueue("event: gap\ndata: {}\n\n");
    }
    for await (const _ of this.#teller.changes(signal)) {
      for (;;) {
        const changes = this.#store.after(last, AT_ONCE);
        const now = listener();
        if (now === null) return;
        for (const change of changes) {
          if (includesSite(now.sites, change.site)) {
            controller.enqueue(eventText(change, now.insight));
          }
          last = change.id;
        }
        if (changes.length < AT_ONCE || signal.aborted) break;
        if ((controller.desiredSize ?? 1) <= 0) return;
        await pause(0, signal);
      }
      if ((controller.desiredSize ?? 1) <= 0) return;
    }
  }
}

/** Until who listens may not any more; keeps the line meanwhile. */
async function watch(
  listener: () => Listener | null,
  controller: ReadableStreamDefaultController<string>,
  signal: AbortSignal,
): Promise<void> {
  for (let quietMs = 0; !signal.aborted; quietMs += LOOK_MS) {
    await pause(LOOK_MS, signal);
    if (signal.aborted || listener() === null) return;
    if (quietMs < HEARTBEAT_MS) continue;
    controller.enqueue(": \n\n");
    quietMs = 0;
  }
}

/** JSON has no line breaks of its own. */
function eventText({ id, body }: Change, insight: Insight): string {
  const isWhole = insight.token && insight.findings;
  const text = isWhole
    ? body
    : JSON.stringify(seenBy(standingView.parse(JSON.parse(body)), insight));
  return `id: ${id}\nevent: prescription\ndata: ${text}\n\n`;
}

const TOO_MANY = {
  status: 503,
  code: "too-many-listeners",
  title: "Too many listen already",
  hint: "close some; GET /api/prescriptions/{id} tells where one stands at any time",
};

const TOO_MANY_OF_ONE = {
  status: 429,
  code: "too-many-listeners",
  title: "You listen too often already",
  detail: `${OF_ONE_MAX} of one program or person`,
  hint: "close some: one stream tells of all sites that you may hear of",
};
