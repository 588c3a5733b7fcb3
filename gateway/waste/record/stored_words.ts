/** What entries said of waste, as the tables keep it. */
import { CLOCK_STATES } from "../../../sync/entry.ts";
import { among, KeyedWords } from "../../keyed_words.ts";
import type { Row, Rows } from "../../sql/sql.ts";
import type { WasteEvent } from "../entry/event.ts";
import { type WasteWord, wordOf } from "./waste_entry.ts";

/** The statement for so many keys. */
export function placesSelect(keys: number): string {
  return `SELECT name, origin, stream, seq FROM wastekeys WHERE ${among("name", keys)}`;
}

/** The statement for so many entries of a stream. */
export function wordsSelect(entries: number): string {
  return "SELECT seq, kind, node, wall, bootid, bootms, clock, body FROM wasteevents " +
    `WHERE origin = ? AND stream = ? AND ${among("seq", entries)}`;
}

/** Words about waste, for as long as nothing is written in between. */
export class StoredWords {
  readonly #words: KeyedWords<WasteWord>;

  constructor(rows: Rows) {
    this.#words = new KeyedWords({
      placesUnder: (keys) => rows.rows(placesSelect(keys.length), keys),
      entriesAt: (origin, stream, seqs) =>
        rows.rows(wordsSelect(seqs.length), [origin, stream, ...seqs]),
      wordIn: storedWordOf,
    });
  }

  /** All that are found under one of these keys, each once. */
  under(keys: readonly string[]): Promise<WasteWord[]> {
    return this.#words.under(keys);
  }

  /** Of these the events in the life of waste. */
  readonly events = async (keys: readonly string[]): Promise<WasteEvent[]> => {
    const words = await this.under(keys);
    return words.flatMap((word) => word.about === "life" ? [word.event] : []);
  };
}

function storedWordOf(row: Row, place: string): WasteWord | null {
  const said = row.text("clock");
  const time = {
    wallMs: row.number("wall"),
    bootId: row.text("bootid"),
    bootMs: row.number("bootms"),
    clock: CLOCK_STATES.find((state) => state === said) ?? "untrusted",
  } as const;
  const written = { place, node: row.text("node"), time };
  return wordOf(row.text("kind"), JSON.parse(row.text("body")), written);
}
