/** What entries said of waste, as the tables keep it. */
import { CLOCK_STATES } from "../../../sync/entry.ts";
import { KeyedWords } from "../../keyed_words.ts";
import type { Row, Rows } from "../../sql/sql.ts";
import type { WasteEvent } from "../entry/event.ts";
import { type WasteWord, wordOf } from "./waste_entry.ts";

const COLUMNS = "SELECT e.origin AS origin, e.stream AS stream, e.seq AS seq, e.kind AS kind, " +
  "e.node AS node, e.wall AS wall, e.bootid AS bootid, e.bootms AS bootms, e.clock AS clock, " +
  "e.body AS body";

/** The statement for so many keys. */
export function wordsSelect(keys: number): string {
  const places = Array.from({ length: keys }, () => "?").join(", ");
  return `${COLUMNS}, k.name AS name FROM wastekeys k JOIN wasteevents e ` +
    `ON e.origin = k.origin AND e.stream = k.stream AND e.seq = k.seq WHERE k.name IN (${places})`;
}

/** Words about waste, for as long as nothing is written in between. */
export class StoredWords {
  readonly #words: KeyedWords<WasteWord>;

  constructor(rows: Rows) {
    this.#words = new KeyedWords({
      ask: (keys) => rows.rows(wordsSelect(keys.length), keys),
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
