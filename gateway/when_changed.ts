/** Looks at the tables at once, and whenever they have changed. */
import { pause } from "../sync/timer.ts";
import type { QueryTables } from "./tables.ts";

/** What is left is looked at again so often, also where nothing changes. */
const AGAIN_MS = 100;

/**
 * `look` says whether something is left, or in how many milliseconds it is; what it throws ends it.
 */
export async function whenChanged(
  tables: Pick<QueryTables, "changes">,
  signal: AbortSignal,
  look: () => Promise<boolean | number>,
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
      const left = await look();
      if (signal.aborted) return;
      const againMs = left === true ? AGAIN_MS : left;
      if (againMs === false) await woken.promise;
      else await Promise.race([woken.promise, pause(againMs, either)]);
    }
  } finally {
    over.abort();
    await listening;
  }
}

/** The same, once the tables hold all that the journal held at its start. */
export async function onceCaughtUp(
  { tables, journal }: {
    readonly tables: Pick<QueryTables, "caughtUp" | "changes">;
    readonly journal: Parameters<QueryTables["caughtUp"]>[0];
  },
  signal: AbortSignal,
  look: () => Promise<boolean | number>,
): Promise<void> {
  await tables.caughtUp(journal, signal);
  await whenChanged(tables, signal, look);
}
