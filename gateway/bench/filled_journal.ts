/** Journals with as many entries as a box gathers in years, filled as the collector does. */
import { join } from "node:path";
import type { NewEntry } from "../../sync/append.ts";
import { type Journal, openJournal } from "../../sync/journal.ts";
import { SystemClock } from "../clock.ts";
import type { Config } from "../config.ts";
import { openKeystore } from "../keystore.ts";
import { readings } from "./readings.ts";

/** Bodies are used over and over: to make millions would take longer than to store them. */
const BODIES = 20_000;
/** Entries of a commit: as many as the journal takes at one time. */
export const COMMIT = 1024;
const COMMITS_WAITING = 4;

/** Opens a node's journal while the node is not running. */
export async function openJournalOf(config: Config): Promise<Journal> {
  const directory = join(config.dataDir, "journal");
  Deno.mkdirSync(directory, { recursive: true });
  return await openJournal({
    directory,
    node: config.node,
    hashName: config.journal.hash,
    encryptionKeys: openKeystore(config.dataDir, config.keyFile).storage.keys,
    segmentBytesMax: config.journal.segmentMiB << 20,
    stamp: new SystemClock().now(),
  });
}

/** Makes readings that come one behind the other, without an end. */
export class ReadingSource {
  readonly #bodies = Array.from(readings(BODIES), ({ body }) => body);
  readonly #stamp = new SystemClock().now();
  #made = 0;

  next(): NewEntry {
    const at = this.#made++;
    const { wallMs, bootMs } = this.#stamp;
    // As if all of it were from the last weeks: ten a second.
    const time = { ...this.#stamp, wallMs: wallMs + at * 100, bootMs: bootMs + at * 100 };
    const body = this.#bodies[at % BODIES];
    return { kind: "entry", stream: "reading", entryKind: "reading", time, body };
  }
}

/** Appends so many readings in full commits; a few wait while one is written. */
export async function fill(
  journal: Journal,
  source: ReadingSource,
  entries: number,
): Promise<void> {
  const stamp = new SystemClock().now();
  const waiting: Promise<unknown>[] = [];
  for (let left = entries; left > 0; left -= COMMIT) {
    const items = Array.from({ length: Math.min(COMMIT, left) }, () => source.next());
    waiting.push(journal.append(items, stamp));
    if (waiting.length >= COMMITS_WAITING) await waiting.shift();
  }
  await Promise.all(waiting);
}
