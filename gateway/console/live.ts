/** Server-sent events: a page's inside, whenever it has changed. */
import { pause } from "../../sync/timer.ts";
import type { QueryTables } from "../tables.ts";
import type { Html } from "./view.ts";

/** A page is drawn anew at most so often, however fast values come. */
const DRAW_MS = 1000;
/** And looked at so often without any, since links go up and down and values grow stale. */
const LOOK_MS = 3000;

/** The response for one open page; ends when its reader goes. */
export function liveResponse(
  tables: QueryTables,
  render: () => Promise<Html | string>,
  signal: AbortSignal,
): Response {
  const gone = new AbortController();
  const either = AbortSignal.any([signal, gone.signal]);
  const body = new ReadableStream<string>({
    start: async (controller) => {
      let shown = "";
      for await (const _ of ticks(tables, either)) {
        const html = String(await render());
        const content = withoutAges(html);
        if (content === shown) continue;
        shown = content;
        const data = JSON.stringify({ html, nowMs: Date.now() });
        controller.enqueue(`event: main\ndata: ${data}\n\n`);
      }
      controller.close();
    },
    cancel: () => gone.abort(),
  });
  return new Response(body.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}

/** Ages count by themselves in the browser: a page that differs only in them has not changed. */
function withoutAges(html: string): string {
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
