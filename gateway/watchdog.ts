/** Feeds systemd's watchdog, but only while the node does what it is for. */
import { pause } from "../sync/timer.ts";
import { type Journal, JournalUnwritable } from "../sync/journal.ts";
import type { Collector } from "./collector.ts";
import type { Notifier } from "./notify.ts";

export interface WatchdogParts {
  readonly notifier: Notifier;
  readonly journal: Pick<Journal, "probe">;
  /** `null` where nothing is collected. */
  readonly collector: Pick<Collector, "stuckMs"> | null;
  readonly signal: AbortSignal;
  /** How long systemd waits for food, milliseconds; `null` where it waits for none. */
  readonly intervalMs?: number | null;
}

/**
 * Runs until the signal aborts. Food is given three times in the interval that systemd allows,
 * each time after the journal has proved that it commits: by what was committed since the last
 * time or, on a node with nothing to store, by a commit made to find out. A commit that hangs
 * gives no proof, so systemd ends the process. A journal that says that it cannot write, as on a
 * full disk, does not hang: a restart would mend nothing, and would end console and alarms. No food
 * either while a driver's batch has been waiting for its commit for a whole interval; and the loop
 * that collects is the one that feeds.
 */
export async function watchdog(parts: WatchdogParts): Promise<void> {
  const { notifier, journal, collector, signal, intervalMs = wantedIntervalMs() } = parts;
  while (intervalMs !== null && !signal.aborted) {
    await journal.probe().catch((error) => {
      if (!(error instanceof JournalUnwritable)) throw error;
    });
    if ((collector?.stuckMs ?? 0) < intervalMs) await notifier.send("WATCHDOG=1");
    await pause(intervalMs / 3, signal);
  }
}

/** What systemd asks of this very process (sd_watchdog_enabled(3)), milliseconds. */
function wantedIntervalMs(): number | null {
  const microseconds = Number(Deno.env.get("WATCHDOG_USEC") ?? 0);
  const whose = Deno.env.get("WATCHDOG_PID") ?? String(Deno.pid);
  return microseconds > 0 && whose === String(Deno.pid) ? microseconds / 1000 : null;
}
