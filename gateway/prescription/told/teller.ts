/** Follows the journal, and notes of each prescription that it touches where that stands now. */
import { readContents } from "../../../sync/entry.ts";
import type { Journal } from "../../../sync/journal.ts";
import { streamKey, type StreamState } from "../../../sync/segments.ts";
import { Changes } from "../../../sync/changes.ts";
import type { QueryTables } from "../../tables.ts";
import { numberOf } from "../life/event.ts";
import { eventIn } from "../record/life_entry.ts";
import { chunksOf, eventsOf, nameOf, type RecordKey } from "../record/stored_events.ts";
import { standingViewOf } from "../standing_view.ts";
import type { Place, ToldStore } from "./told_store.ts";

/** Entries of one read. */
const LIMITS = { entriesMax: 500, bytesMax: 1 << 20 };
/** Prescriptions whose standing is made in one go. */
const AT_ONCE = 100;

export interface TellerParts {
  readonly journal: Pick<Journal, "changes" | "read" | "positions">;
  readonly tables: Pick<QueryTables, "rows" | "caughtUp">;
  readonly store: ToldStore;
  readonly authorities: readonly string[];
}

export class Teller {
  readonly #parts: TellerParts;
  readonly #read = new Map<string, number>();
  readonly #changes = new Changes();

  constructor(parts: TellerParts) {
    this.#parts = parts;
  }

  /** Yields at once, and when there is more to tell. */
  changes(signal: AbortSignal): AsyncIterable<unknown> {
    return this.#changes.watch(signal);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { journal, store } = this.#parts;
    if (store.isNew) store.note([], journal.positions());
    for (const { origin, stream, seq } of store.places()) {
      this.#read.set(streamKey(origin, stream), seq);
    }
    for await (const moved of journal.changes(signal)) {
      for (const state of moved) {
        await this.#follow(state, signal);
        if (signal.aborted) return;
      }
    }
  }

  async #follow({ origin, stream, seq }: StreamState, signal: AbortSignal): Promise<void> {
    const { journal } = this.#parts;
    const key = streamKey(origin, stream);
    for (let after = this.#read.get(key) ?? 0; after < seq && !signal.aborted;) {
      const result = await journal.read(origin, stream, after, LIMITS);
      if (result.kind === "end") break;
      const touched = new Map<string, RecordKey>();
      if (result.kind === "run") {
        let next = result.run.first;
        for (const content of readContents(result.run.contents)) {
          const entry = { origin, stream, seq: next++, ...content, hash: new Uint8Array() };
          const event = eventIn(entry, this.#parts.authorities);
          if (event === null) continue;
          const { site, prescription: number } = numberOf(event);
          touched.set(nameOf({ site, number }), { site, number });
        }
        after = result.run.last;
      } else {
        after = (result.kind === "pruned" ? result.floor : result.next) - 1;
      }
      await this.#note([...touched.values()], { origin, stream, seq: after });
      this.#read.set(key, after);
    }
  }

  async #note(touched: readonly RecordKey[], place: Place): Promise<void> {
    const { journal, tables, store } = this.#parts;
    if (touched.length > 0) await tables.caughtUp(journal);
    const standings: (RecordKey & { body: string })[] = [];
    for (const chunk of chunksOf(touched, AT_ONCE)) {
      const events = await eventsOf(tables, chunk);
      for (const key of chunk) {
        const view = standingViewOf(events.get(nameOf(key)) ?? []);
        if (view !== null) standings.push({ ...key, body: JSON.stringify(view) });
      }
    }
    if (store.note(standings, [place])) this.#changes.tell();
  }
}
