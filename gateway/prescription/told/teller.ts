/** Follows the journal, and notes of each prescription that it touches where that stands now. */
import type { Journal } from "../../../sync/journal.ts";
import { streamKey, type StreamState } from "../../../sync/segments.ts";
import { Changes } from "../../../sync/changes.ts";
import type { QueryTables } from "../../tables.ts";
import { numberOf } from "../life/event.ts";
import { newEntries } from "../../new_entries.ts";
import { eventIn } from "../record/life_entry.ts";
import { chunksOf, eventsOf, nameOf, type RecordKey } from "../record/stored_events.ts";
import { standingViewOf } from "../standing_view.ts";
import type { Place, ToldStore } from "./told_store.ts";

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

  /** There is more to tell that was not read from the journal. */
  wake(): void {
    this.#changes.tell();
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

  async #follow(state: StreamState, signal: AbortSignal): Promise<void> {
    const { journal, authorities } = this.#parts;
    const { origin, stream } = state;
    const key = streamKey(origin, stream);
    for await (const { entries, upTo } of newEntries(journal, state, this.#read.get(key) ?? 0)) {
      const touched = new Map<string, RecordKey>();
      for (const entry of entries) {
        const event = eventIn(entry, authorities);
        if (event === null) continue;
        const { site, prescription: number } = numberOf(event);
        touched.set(nameOf({ site, number }), { site, number });
      }
      await this.#note([...touched.values()], { origin, stream, seq: upTo });
      this.#read.set(key, upTo);
      if (signal.aborted) return;
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
