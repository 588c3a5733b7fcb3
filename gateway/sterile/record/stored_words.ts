/** What entries said of sterile supply, as the tables keep it. */
import { CLOCK_STATES, type Stamp } from "../../../sync/entry.ts";
import { among, KeyedWords } from "../../keyed_words.ts";
import type { Row, Rows } from "../../sql/sql.ts";
import type { SupplyEvent } from "../supply/event.ts";
import { keyOf, type SterileWord, wordOf } from "./sterile_entry.ts";

/** The statement for so many keys of a site. */
export function placesSelect(keys: number): string {
  return "SELECT name, origin, stream, seq FROM sterilekeys " +
    `WHERE site = ? AND ${among("name", keys)}`;
}

/** The statement for so many entries of a stream. */
export function wordsSelect(entries: number): string {
  return "SELECT seq, kind, node, wall, bootid, bootms, clock, body FROM sterileevents " +
    `WHERE origin = ? AND stream = ? AND ${among("seq", entries)}`;
}

/** Words of one site, for as long as nothing is written in between. */
export class StoredWords {
  readonly #words: KeyedWords<SterileWord>;

  constructor(rows: Rows, site: string) {
    this.#words = new KeyedWords({
      placesUnder: (keys) => rows.rows(placesSelect(keys.length), [site, ...keys]),
      entriesAt: (origin, stream, seqs) =>
        rows.rows(wordsSelect(seqs.length), [origin, stream, ...seqs]),
      wordIn: (row, place) => {
        const written = { place, ...momentIn(row) };
        return wordOf(row.text("kind"), JSON.parse(row.text("body")), written);
      },
    });
  }

  /** All that are found under one of these keys, each once. */
  under(keys: readonly string[]): Promise<SterileWord[]> {
    return this.#words.under(keys);
  }

  /**
   * Events under these keys, with all that bears on whether they count: others of the same id, and
   * what takes them back.
   */
  async events(keys: readonly string[]): Promise<SupplyEvent[]> {
    const found = new Set(eventsIn(await this.under(keys)));
    const asked = new Set<string>();
    for (let ids = idsIn(found, asked); ids.length > 0; ids = idsIn(found, asked)) {
      for (const id of ids) asked.add(id);
      for (const event of eventsIn(await this.under(ids.map(keyOf.id)))) found.add(event);
    }
    return [...found];
  }
}

/** By whose clocks a row says that something was written, and when. */
export function momentIn(row: Row) {
  const said = row.text("clock");
  const time: Stamp = {
    wallMs: row.number("wall"),
    bootId: row.text("bootid"),
    bootMs: row.number("bootms"),
    clock: CLOCK_STATES.find((state) => state === said) ?? "untrusted",
  };
  return { node: row.text("node"), time };
}

export function eventsIn(words: readonly SterileWord[]): SupplyEvent[] {
  return words.flatMap((word) => word.about === "supply" ? [word.event] : []);
}

/** Ids that decide which of these count, and were not asked for yet. */
function idsIn(events: ReadonlySet<SupplyEvent>, asked: ReadonlySet<string>): string[] {
  const ids = [...events].flatMap((event) =>
    event.kind === "sterile-reversal" ? [event.body.id, event.body.reverses] : [event.body.id]
  );
  return [...new Set(ids)].filter((id) => !asked.has(id));
}
