/** Looks at the tables at once, and whenever they have changed. */
import { pause } from "../../../sync/timer.ts";
import type { QueryTables } from "../../tables.ts";

/** What is left is looked at again so often, also where nothing changes. */
const AGAIN_MS = 100;

/** `look` says whether something is left; what it throws ends it. */
export async function whenChanged(
  tables: Pick<QueryTables, "changes">,
  signal: AbortSignal,
  look: () => Promise<boolean>,
): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  let woken = Promise.withResolvers<void>();
  const listening = (async () => {
    for await (const _ of tables.changes(either)) woken.resolve();
    woken.resolve();
  })();
  try {
    while (!signal.aborted) {
      woken = Promise.withResolvers();
      const isLeft = await look();
      if (signal.aborted) return;
      await (isLeft ? Promise.race([woken.promise, pause(AGAIN_MS, either)]) : woken.promise);
    }
  } finally {
    over.abort();
    await listening;
  }
}
