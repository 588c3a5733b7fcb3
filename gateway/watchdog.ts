/** Feeds systemd's watchdog, but only while the node does what it is for. */
import { pause } from "../sync/backoff.ts";
import type { Journal } from "../sync/journal.ts";
import type { Collector } from "./collector.ts";
import { Notifier } from "./notify.ts";

export interface WatchdogParts {
  readonly notifier: Notifier;
  readonly journal: Journal;
  readonly collector: Collector | null;
  readonly signal: AbortSignal;
}

/**
 * Runs until the signal aborts. Food is given three times in the interval that systemd allows:
 * after the journal's thread has answered, which it does behind all commits that wait, and
 * unless a batch of a driver has been waiting for longer than that.
 */
export async function watchdog(parts: WatchdogParts): Promise<void> {
  const { notifier, journal, collector, signal } = parts;
  const intervalMs = Notifier.watchdogMs();
  while (intervalMs !== null && !signal.aborted) {
    await journal.status();
    if ((collector?.stuckMs ?? 0) < intervalMs) await notifier.send("WATCHDOG=1");
    await pause(intervalMs / 3, signal);
  }
}
