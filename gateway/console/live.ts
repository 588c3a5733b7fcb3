/** Server-sent events: a page's inside, whenever it has changed. */
import { problemResponse } from "../../sync/problem.ts";
import { pause } from "../../sync/timer.ts";
import { EVENT_HEADERS, EventStreams } from "../event_stream.ts";
import type { QueryTables } from "../tables.ts";
import type { Html } from "./view.ts";

/** A page is drawn anew at most so often, however fast values come. */
const DRAW_MS = 1000;
/** And looked at so often without any, since links go up and down and values grow stale. */
const LOOK_MS = 3000;

/** Open pages of one node: each is drawn anew for itself, which costs time. */
export const STREAMS_MAX = 50;

/** One open page. */
export interface LivePage {
  readonly render: () => Promise<Html | string>;
  /** Whether its reader may still see it. */
  readonly allowed: () => boolean;
}

/** The open pages of a node. */
export class LiveStreams {
  readonly #tables: QueryTables;
  readonly #streams = new EventStreams(STREAMS_MAX);

  constructor(tables: QueryTables) {
    this.#tables = tables;
  }

  /** The response for one page; ends when its reader goes, or may not see it any more. */
  respond(page: LivePage, { method, signal }: Request): Response {
    if (this.#streams.isFull) return tooMany();
    if (method === "HEAD") return new Response(null, { headers: EVENT_HEADERS });
    return this.#streams.respond((controller, either) => {
      return this.#show(page, controller, either);
    }, signal);
  }

  async #show(
    { render, allowed }: LivePage,
    controller: ReadableStreamDefaultController<string>,
    signal: AbortSignal,
  ): Promise<void> {
    let shown = "";
    for await (const _ of ticks(this.#tables, signal)) {
      if (!allowed()) {
        controller.enqueue("event: ended\ndata: {}\n\n");
        break;
      }
      const html = String(await render());
      const content = withoutAges(html);
      if (signal.aborted || content === shown) continue;
      shown = content;
      const data = JSON.stringify({ html, nowMs: Date.now() });
      controller.enqueue(`event: main\ndata: ${data}\n\n`);
    }
  }
}

function tooMany(): Response {
  return problemResponse({
    status: 503,
    code: "too-many-pages",
    title: "Too many pages are open",
    detail: `${STREAMS_MAX} pages follow this node already`,
    hint: "close some; a page that is reloaded shows how things are then",
  });
}

/** Ages count by themselves in the browser: a page that differs only in them has not changed. */
export function withoutAges(html: string): string {
  return html.replaceAll(/(<time [^>]*data-age[^>]*>)[^<]*/g, "$1");
}

async function* ticks(tables: QueryTables, signal: AbortSignal): AsyncGenerator<void> {
  let changed = true;
  let wake = () => {};
  const listen = async () => {
    for await (const _ of tables.changes(signal)) {
      changed = true;
      wake();
    }
  };
  const listening = listen();
  while (!signal.aborted) {
    changed = false;
    yield;
    await pause(DRAW_MS, signal);
    if (changed) continue;
    const resting = new AbortController();
    wake = () => resting.abort();
    await pause(LOOK_MS - DRAW_MS, AbortSignal.any([signal, resting.signal]));
    wake = () => {};
  }
  await listening;
}
