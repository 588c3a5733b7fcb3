/** What entries said, as a projection's tables keep it under keys. */
import type { Row } from "./sql/sql.ts";

/** Keys of one statement. */
const KEYS_MAX = 100;

export interface WordTables<Word> {
  /** Rows with `name`, the key that each is under, `origin`, `stream`, `seq` and `kind`. */
  readonly ask: (keys: readonly string[]) => Promise<Row[]>;
  /** `place`: `origin/stream/seq`; `null`: the tables should not hold it. */
  readonly wordIn: (row: Row, place: string) => Word | null;
}

/** Reads each entry and each key once: for as long as nothing is written in between. */
export class KeyedWords<Word> {
  readonly #tables: WordTables<Word>;
  readonly #byKey = new Map<string, Word[]>();
  readonly #byPlace = new Map<string, Word>();

  constructor(tables: WordTables<Word>) {
    this.#tables = tables;
  }

  /** All that are found under one of these keys, each once. */
  async under(keys: readonly string[]): Promise<Word[]> {
    const fresh = [...new Set(keys)].filter((key) => !this.#byKey.has(key));
    for (let at = 0; at < fresh.length; at += KEYS_MAX) {
      const chunk = fresh.slice(at, at + KEYS_MAX);
      for (const key of chunk) this.#byKey.set(key, []);
      for (const row of await this.#tables.ask(chunk)) {
        this.#byKey.get(row.text("name"))?.push(this.#wordIn(row));
      }
    }
    return [...new Set(keys.flatMap((key) => this.#byKey.get(key) ?? []))];
  }

  #wordIn(row: Row): Word {
    const place = `${row.text("origin")}/${row.text("stream")}/${row.number("seq")}`;
    const known = this.#byPlace.get(place);
    if (known !== undefined) return known;
    const word = this.#tables.wordIn(row, place);
    if (word === null) throw new Error(`The tables hold ${row.text("kind")}, which is not theirs`);
    this.#byPlace.set(place, word);
    return word;
  }
}
