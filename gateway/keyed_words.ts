/** What entries said, as a projection's tables keep it under keys. */
import type { Row } from "./sql/sql.ts";

/** Keys, and entries, of one statement. */
const ASKED_MAX = 100;

/**
 * Where entries are is asked apart from what they say: a manifest is under the keys of all of its
 * bags, and is read once.
 */
export interface WordTables<Word> {
  /** Rows with `name`, the key that each is under, `origin`, `stream` and `seq`. */
  readonly placesUnder: (keys: readonly string[]) => Promise<Row[]>;
  /** Rows of entries of one stream, with `seq`, `kind` and what they say. */
  readonly entriesAt: (
    origin: string,
    stream: string,
    seqs: readonly number[],
  ) => Promise<Row[]>;
  /** `place`: `origin/stream/seq`; `null`: the tables should not hold it. */
  readonly wordIn: (row: Row, place: string) => Word | null;
}

/** The end of a statement for so many values of a column. */
export function among(column: string, values: number): string {
  return `${column} IN (${Array.from({ length: values }, () => "?").join(", ")})`;
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
    for (const chunk of chunks(fresh)) {
      const found = await this.#tables.placesUnder(chunk);
      await this.#read(found);
      for (const key of chunk) this.#byKey.set(key, []);
      for (const row of found) {
        const word = this.#byPlace.get(placeIn(row));
        if (word !== undefined) this.#byKey.get(row.text("name"))?.push(word);
      }
    }
    return [...new Set(keys.flatMap((key) => this.#byKey.get(key) ?? []))];
  }

  /** What lies there and was not read yet. */
  async #read(places: readonly Row[]): Promise<void> {
    const fresh = places.filter((row) => !this.#byPlace.has(placeIn(row)));
    const streams = Map.groupBy(
      fresh,
      (row) => JSON.stringify([row.text("origin"), row.text("stream")]),
    );
    for (const some of streams.values()) {
      const [origin, stream] = [some[0].text("origin"), some[0].text("stream")];
      const seqs = [...new Set(some.map((row) => row.number("seq")))];
      for (const chunk of chunks(seqs)) {
        for (const row of await this.#tables.entriesAt(origin, stream, chunk)) {
          const place = `${origin}/${stream}/${row.number("seq")}`;
          const word = this.#tables.wordIn(row, place);
          if (word === null) {
            throw new Error(`The tables hold ${row.text("kind")}, which is not theirs`);
          }
          this.#byPlace.set(place, word);
        }
      }
    }
  }
}

/** As many together as one statement asks for. */
export function chunks<T>(all: readonly T[]): (readonly T[])[] {
  const count = Math.ceil(all.length / ASKED_MAX);
  return Array.from({ length: count }, (_, n) => all.slice(n * ASKED_MAX, (n + 1) * ASKED_MAX));
}

function placeIn(row: Row): string {
  return `${row.text("origin")}/${row.text("stream")}/${row.number("seq")}`;
}
