/** Query tables made of entries: they can be made again from the journal at any time. */
import type { Entry } from "../sync/entry.ts";
import type { Transaction } from "./sql/sql.ts";
import type { Table } from "./sql/table.ts";

/**
 * What its tables hold depends on which entries there are, and on nothing else: not on the order
 * in which streams come, not on how they are divided, not on an entry that is given once more.
 * Otherwise two nodes would not show the same, and a rebuild would change what people see.
 */
export interface Projection {
  readonly name: string;
  /** A change of this number makes the tables anew. */
  readonly version: number;
  /** Nobody else writes them. */
  readonly tables: readonly Table[];
  /**
   * Takes entries of one or several (origin, stream): those of each together and in their order,
   * see {@link streamsOf}. Runs in the transaction that moves the cursors. Of the hashes only those
   * of the last entry of each, and of the last before each midnight, are sure to be there. An entry
   * that is not understood changes nothing.
   */
  apply(sql: Transaction, entries: readonly Entry[]): Promise<void>;
  /**
   * For tables that count: takes out all that entries of this (origin, stream) have added, before
   * they are all given again.
   */
  forget?(sql: Transaction, origin: string, stream: string): Promise<void>;
}

/** The same entries, those of each (origin, stream) in a list of their own. */
export function streamsOf(entries: readonly Entry[]): (readonly Entry[])[] {
  const streams: (readonly Entry[])[] = [];
  let from = 0;
  for (let at = 1; at <= entries.length; at++) {
    const { origin, stream } = entries[from];
    const next = entries.at(at);
    if (next?.origin === origin && next.stream === stream) continue;
    streams.push(entries.slice(from, at));
    from = at;
  }
  return streams;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** An entry's body, or `undefined` where it is no JSON object. */
export function bodyOf(entry: Entry): object | undefined {
  try {
    const body: unknown = JSON.parse(decoder.decode(entry.body));
    return typeof body === "object" && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}
