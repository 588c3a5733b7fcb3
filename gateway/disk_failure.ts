/** Failures that a disk is to blame for: they pass, or a person mends them, while the node runs. */
import { JournalUnwritable } from "../sync/journal.ts";
import { pause } from "../sync/timer.ts";
import type { Log } from "./log.ts";

/**
 * What SQLite, Deno and libc say when a disk is full, fails or may only be read; of an error that
 * came from another thread nothing but this is left.
 */
const DISK_FAILURE =
  /disk I\/O error|disk is full|readonly database|\b(ENOSPC|EDQUOT|EIO|EROFS)\b|os error (5|28|30|122)\b/i;

/** How long a part rests after the disk failed it. */
const REST_MS = 2000;

export function isDiskFailure(error: unknown): boolean {
  return error instanceof JournalUnwritable ||
    (error instanceof Error && DISK_FAILURE.test(error.message));
}

/**
 * Runs a part of the node until it is done, and again after a rest when the disk failed it: the
 * others go on meanwhile. What else it throws is thrown on.
 */
export async function despiteDisk(
  log: Log,
  run: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!isDiskFailure(error)) throw error;
      if (signal.aborted) return;
      log({ kind: "disk-failure", error: String(error) });
      await pause(REST_MS, signal);
    }
  }
}
