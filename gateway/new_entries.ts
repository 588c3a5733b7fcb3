/** Entries of a stream as they come, for those who follow the journal and not the tables. */
import { type Entry, readContents } from "../sync/entry.ts";
import type { Journal } from "../sync/journal.ts";
import { streamKey, type StreamState } from "../sync/segments.ts";

/** Entries of one read: a burst after an outage comes in several. */
const LIMITS = { entriesMax: 500, bytesMax: 1 << 20 };

export interface NewEntries {
  /** Without their hashes, which the journal has checked. */
  readonly entries: readonly Entry[];
  /** The number behind which the next are; none of those between is held any more. */
  readonly upTo: number;
}

/** Those behind `after`, as far as the stream has come; what is lost or pruned is passed over. */
export async function* newEntries(
  journal: Pick<Journal, "read">,
  { origin, stream, seq }: Pick<StreamState, "origin" | "stream" | "seq">,
  after: number,
): AsyncGenerator<NewEntries> {
  for (let from = after; from < seq;) {
    const result = await journal.read(origin, stream, from, LIMITS);
    if (result.kind === "end") return;
    const entries: Entry[] = [];
    if (result.kind === "run") {
      for (const content of readContents(result.run.contents)) {
        const seq = result.run.first + entries.length;
        entries.push({ origin, stream, seq, ...content, hash: new Uint8Array() });
      }
      from = result.run.last;
    } else {
      from = (result.kind === "pruned" ? result.floor : result.next) - 1;
    }
    yield { entries, upTo: from };
  }
}

/**
 * Hears what comes into the wanted streams from now on, until the signal aborts: what was here
 * before, the tables know.
 */
export async function hearNew(
  journal: Pick<Journal, "changes" | "read">,
  wants: (state: StreamState) => boolean,
  hear: (entries: readonly Entry[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const read = new Map<string, number>();
  let isStart = true;
  for await (const moved of journal.changes(signal)) {
    for (const state of moved.filter(wants)) {
      const key = streamKey(state.origin, state.stream);
      if (isStart) {
        read.set(key, state.seq);
        continue;
      }
      for await (const { entries, upTo } of newEntries(journal, state, read.get(key) ?? 0)) {
        hear(entries);
        read.set(key, upTo);
      }
    }
    isStart = false;
  }
}
