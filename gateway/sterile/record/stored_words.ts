/** What entries said of sterile supply, as the tables keep it. */
import { KeyedWords } from "../../keyed_words.ts";
import type { Rows } from "../../sql/sql.ts";
import type { SupplyEvent } from "../supply/event.ts";
import { keyOf, type SterileWord, wordOf } from "./sterile_entry.ts";

/** The statement for so many keys of a site. */
export function wordsSelect(keys: number): string {
  const places = Array.from({ length: keys }, () => "?").join(", ");
  return "SELECT e.origin AS origin, e.stream AS stream, e.seq AS seq, e.kind AS kind, " +
    "e.wall AS wall, e.body AS body, k.name AS name " +
    "FROM sterilekeys k JOIN sterileevents e " +
    "ON e.origin = k.origin AND e.stream = k.stream AND e.seq = k.seq " +
    `WHERE k.site = ? AND k.name IN (${places})`;
}

/** Words of one site, for as long as nothing is written in between. */
export class StoredWords {
  readonly #words: KeyedWords<SterileWord>;

  constructor(rows: Rows, site: string) {
    this.#words = new KeyedWords({
      ask: (keys) => rows.rows(wordsSelect(keys.length), [site, ...keys]),
      wordIn: (row, place) => {
        const written = { place, timeMs: row.number("wall") };
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
