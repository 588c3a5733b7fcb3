/** A site's disk is freed of files that both centres have; a county keeps what it was given. */
import type { BlobStore } from "../../sync/blobs/store.ts";
import { pause } from "../../sync/timer.ts";
import type { Node } from "../node.ts";

/** How often a node looks for files whose retention is over, and after a receipt. */
const LOOK_MS = 60_000;
const AFTER_RECEIPT_MS = 1000;
/** Both have to have what leaves this disk (G2): with one configured nothing does. */
const CENTRES = 2;
const DAY_MS = 86_400_000;

export async function removeDelivered(
  { config, blobs, losses, clockWatch, log }: Node,
  configured: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (config.role !== "site" || configured.length < CENTRES) return;
  const keepMs = config.blobs.retentionDays * DAY_MS;
  while (!signal.aborted) {
    // Of a centre declared lost no receipt is waited for, but one there has to be.
    const centres = configured.filter((centre) => !losses.lost.has(centre));
    const files = await blobs.prune({ centres, keepMs, nowMs: clockWatch.ageingMs() });
    if (files > 0) log({ kind: "blobs-removed", files });
    const looking = new AbortController();
    const until = AbortSignal.any([signal, looking.signal]);
    await Promise.race([pause(LOOK_MS, until), changed(blobs, until)]);
    looking.abort();
    await pause(AFTER_RECEIPT_MS, signal);
  }
}

/** Resolves when files come or are delivered, or the signal aborts. */
async function changed(blobs: BlobStore, signal: AbortSignal): Promise<void> {
  let times = 0;
  for await (const _ of blobs.changes(signal)) {
    if (++times > 1) return;
  }
}
