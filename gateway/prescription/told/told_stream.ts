/** Server-sent events (HTML Living Standard, 9.2): each change of where a prescription stands. */
import { problemResponse } from "../../../sync/problem.ts";
import { EventStreams, type ShowEvents } from "../../event_stream.ts";
import { includesSite, type SiteScope } from "../../site_scope.ts";
import { pause } from "../../../sync/timer.ts";
import type { Change, ToldStore } from "./told_store.ts";
import type { Teller } from "./teller.ts";

/** Listeners of one node: a HIS each, and some that try. */
export const LISTENERS_MAX = 50;
/** Changes that are read in one go. */
const AT_ONCE = 100;
/** A line that tells nothing, so that whoever is between does not close it. */
const HEARTBEAT_MS = 15_000;
/** Chunks that wait for a slow reader before it is cut: it comes back where it was. */
const BEHIND_MAX = 200;

export interface Listening {
  /** The last that was heard; `null`: from now on. */
  readonly after: number | null;
  readonly sites: SiteScope;
}

export class ToldStreams {
  readonly #store: ToldStore;
  readonly #teller: Teller;
  readonly #streams = new EventStreams(LISTENERS_MAX);

  constructor(store: ToldStore, teller: Teller) {
    this.#store = store;
    this.#teller = teller;
  }

  respond(listening: Listening, { signal }: Request, over: AbortSignal): Response {
    if (this.#streams.isFull) return problemResponse(TOO_MANY);
    const show: ShowEvents = (controller, either) => this.#show(listening, controller, either);
    return this.#streams.respond(show, AbortSignal.any([signal, over]), BEHIND_MAX);
  }

  async #show(
    { after, sites }: Listening,
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
    const beating = (async () => {
      while (!signal.aborted) {
        await pause(HEARTBEAT_MS, signal);
        if (!signal.aborted) controller.enqueue(": \n\n");
      }
    })();
    for await (const _ of this.#teller.changes(signal)) {
      for (;;) {
        const changes = this.#store.after(last, AT_ONCE);
        for (const change of changes) {
          if (includesSite(sites, change.site)) controller.enqueue(eventText(change));
          last = change.id;
        }
        if (changes.length < AT_ONCE || signal.aborted) break;
        if ((controller.desiredSize ?? 1) <= 0) return;
        await pause(0, signal);
      }
      if ((controller.desiredSize ?? 1) <= 0) return;
    }
    await beating;
  }
}

/** JSON has no line breaks of its own. */
function eventText({ id, body }: Change): string {
  return `id: ${id}\nevent: prescription\ndata: ${body}\n\n`;
}

const TOO_MANY = {
  status: 503,
  code: "too-many-listeners",
  title: "Too many listen already",
  detail: `${LISTENERS_MAX} listen to this node`,
  hint: "close some; GET /api/prescriptions/{id} tells where one stands at any time",
};
