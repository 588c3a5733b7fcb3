/** What entries said of waste, as the tables keep it. */
import { CLOCK_STATES } from "../../../sync/entry.ts";
import type { Parameter, Row } from "../../sql/sql.ts";
import type { WasteEvent } from "../entry/event.ts";
import { type WasteWord, wordOf } from "./waste_entry.ts";

/** Whatever answers a statement: the tables' own transaction, or their thread. */
export interface Rows {
  rows(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>;
}

/** Keys of one statement. */
const KEYS_MAX = 100;

const COLUMNS = "SELECT e.origin AS origin, e.stream AS stream, e.seq AS seq, e.kind AS kind, " +
  "e.node AS node, e.wall AS wall, e.bootid AS bootid, e.bootms AS bootms, e.clock AS clock, " +
  "e.body AS body";

/** The statement for so many keys. */
export function wordsSelect(keys: number): string {
  const places = Array.from({ length: keys }, () => "?").join(", ");
  return `${COLUMNS}, k.name AS name FROM wastekeys k JOIN wasteevents e ` +
    `ON e.origin = k.origin AND e.stream = k.stream AND e.seq = k.seq WHERE k.name IN (${places})`;
}

/** Reads each entry and each key once: for as long as nothing is written in between. */
export class StoredWords {
  readonly #rows: Rows;
  readonly #byKey = new Map<string, WasteWord[]>();
  readonly #byPlace = new Map<string, WasteWord>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** All that are found under one of these keys, each once. */
  async under(keys: readonly string[]): Promise<WasteWord[]> {
    const fresh = [...new Set(keys)].filter((key) => !this.#byKey.has(key));
    for (let at = 0; at < fresh.length; at += KEYS_MAX) {
      const chunk = fresh.slice(at, at + KEYS_MAX);
      for (const key of chunk) this.#byKey.set(key, []);
      for (const row of await this.#rows.rows(wordsSelect(chunk.length), chunk)) {
        this.#byKey.get(row.text("name"))?.push(this.#wordIn(row));
      }
    }
    return [...new Set(keys.flatMap((key) => this.#byKey.get(key) ?? []))];
  }

  /** Of these the events in the life of waste. */
  readonly events = async (keys: readonly string[]): Promise<WasteEvent[]> => {
    const words = await this.under(keys);
    return words.flatMap((word) => word.about === "life" ? [word.event] : []);
  };

  #wordIn(row: Row): WasteWord {
    const place = `${row.text("origin")}/${row.text("stream")}/${row.number("seq")}`;
    const known = this.#byPlace.get(place);
    if (known !== undefined) return known;
    const said = row.text("clock");
    const time = {
      wallMs: row.number("wall"),
      bootId: row.text("bootid"),
      bootMs: row.number("bootms"),
      clock: CLOCK_STATES.find((state) => state === said) ?? "untrusted",
    } as const;
    const written = { place, node: row.text("node"), time };
    const word = wordOf(row.text("kind"), JSON.parse(row.text("body")), written);
    if (word === null) throw new Error(`The tables hold ${row.text("kind")}, which is no waste`);
    this.#byPlace.set(place, word);
    return word;
  }
}
