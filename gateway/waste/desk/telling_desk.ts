/**
 * A county tells each site that has a word on a bag what other sites wrote of it: that another
 * store took it over, most of all, since else its own clock goes on and warns (W5, W6). The home
 * centre of a site tells it; the other one where that is away. What both told is one thing.
 */
import type { NewEntry } from "../../../sync/append.ts";
import { streamTo } from "../../../sync/stream.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { isHomeFor, type OtherCentre } from "../../home_centre.ts";
import { onceCaughtUp } from "../../when_changed.ts";
import { type ToldBody, WASTE_TOLD } from "../entry/told_body.ts";
import { closureOf } from "../life/closure.ts";
import { ledgerOf } from "../life/ledger.ts";
import { Hearers, type Telling } from "../life/untold.ts";
import { StoredWords } from "../record/stored_words.ts";
import { untoldBags } from "../record/waste_reads.ts";
import { DEFAULT_RULES } from "../rules.ts";
import type { WasteNode } from "./waste_desk.ts";

/** Bags of one look, in memory together. */
const BAGS_MAX = 200;
/** Entries of one commit: a body has up to 64 KiB. */
const ENTRIES_MAX = 50;
/** What another home should have told is looked at again so often. */
const AGAIN_MS = 10_000;

export class TellingDesk {
  readonly #node: WasteNode;
  readonly #centres: OtherCentre;

  constructor(node: WasteNode, centres: OtherCentre) {
    this.#node = node;
    this.#centres = centres;
  }

  run(signal: AbortSignal): Promise<void> {
    return onceCaughtUp(this.#node, signal, () => this.look());
  }

  /** Writes what is to be told now; says whether there is more, or when to look again. */
  async look(): Promise<boolean | number> {
    const { tables, journal, clock, disk } = this.#node;
    const bags = await untoldBags(tables, BAGS_MAX);
    if (bags.length === 0) return false;
    const events = await closureOf({ bags }, new StoredWords(tables).events);
    const ledger = ledgerOf(events, DEFAULT_RULES);
    const hearers = new Hearers(events);
    const time = clock.now();
    const entries = new Map<string, NewEntry>();
    for (const bag of bags) {
      const standing = ledger.bags.get(bag);
      for (const telling of standing === undefined ? [] : hearers.untold(standing)) {
        if (!isHomeFor(telling.to, this.#node.name, this.#centres)) continue;
        const body = this.#bodyOf(telling);
        const entry = newEntry(streamTo(telling.to), WASTE_TOLD, time, body);
        entries.set(body.id, once(entry, WASTE_TOLD, body.id));
      }
    }
    const all = [...entries.values()];
    for (let at = 0; at < all.length; at += ENTRIES_MAX) {
      await disk.append(all.slice(at, at + ENTRIES_MAX), time);
    }
    await tables.caughtUp(journal);
    return all.length > 0 && bags.length === BAGS_MAX ? true : AGAIN_MS;
  }

  #bodyOf({ to, event }: Telling): ToldBody {
    const { node, place, time, kind, body } = event;
    const id = entryId(WASTE_TOLD, to, kind, JSON.stringify(body));
    return { id, site: to, node, place, time, kind, entry: { ...body } };
  }
}
