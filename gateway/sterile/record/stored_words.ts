/** What entries said of sterile supply, as the tables keep it. */
import type { Parameter, Row } from "../../sql/sql.ts";
import type { SupplyEvent } from "../supply/event.ts";
import { keyOf, type SterileWord, wordOf } from "./sterile_entry.ts";

/** Whatever answers a statement: the tables' own transaction, or their thread. */
export interface Rows {
  rows(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>;
}

/** Keys of one statement. */
const KEYS_MAX = 100;

/** The statement for so many keys of a site. */
export function wordsSelect(keys: number): string {
  const places = Array.from({ length: keys }, () => "?").join(", ");
  return "SELECT e.origin AS origin, e.stream AS stream, e.seq AS seq, e.kind AS kind, " +
    "e.wall AS wall, e.body AS body, k.name AS name " +
    "FROM sterilekeys k JOIN sterileevents e " +
    "ON e.origin = k.origin AND e.stream = k.stream AND e.seq = k.seq " +
    `WHERE k.site = ? AND k.name IN (${places})`;
}

/** Words of one site; reads each key once: for as long as nothing is written in between. */
export class StoredWords {
  readonly #rows: Rows;
  readonly #site: string;
  readonly #byKey = new Map<string, SterileWord[]>();
  readonly #byPlace = new Map<string, SterileWord>();

  constructor(rows: Rows, site: string) {
    this.#rows = rows;
    this.#site = site;
  }

  /** All that are found under one of these keys, each once. */
  async under(keys: readonly string[]): Promise<SterileWord[]> {
    const fresh = [...new Set(keys)].filter((key) => !this.#byKey.has(key));
    for (let at = 0; at < fresh.length; at += KEYS_MAX) {
      const chunk = fresh.slice(at, at + KEYS_MAX);
      for (const key of chunk) this.#byKey.set(key, []);
      const found = await this.#rows.rows(wordsSelect(chunk.length), [this.#site, ...chunk]);
      for (const row of found) this.#byKey.get(row.text("name"))?.push(this.#wordIn(row));
    }
    return [...new Set(keys.flatMap((key) => this.#byKey.get(key) ?? []))];
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

  #wordIn(row: Row): SterileWord {
    const place = `${row.text("origin")}/${row.text("stream")}/${row.number("seq")}`;
    const known = this.#byPlace.get(place);
    if (known !== undefined) return known;
    const written = { place, timeMs: row.number("wall") };
    const word = wordOf(row.text("kind"), JSON.parse(row.text("body")), written);
    if (word === null) throw new Error(`The tables hold ${row.text("kind")}, which is not theirs`);
    this.#byPlace.set(place, word);
    return word;
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
