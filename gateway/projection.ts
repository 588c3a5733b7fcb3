/** Query tables made of entries: they can be thrown away and made again from the journal. */
import type { Database } from "../sync/database.ts";
import type { Entry } from "../sync/entry.ts";

export interface Projection {
  readonly name: string;
  /** A change of this number makes the tables anew. */
  readonly version: number;
  /** `STRICT` tables; nobody else writes them. */
  readonly schema: string;
  /**
   * Takes entries of one (origin, stream), in their order. Runs in the transaction that moves
   * the cursor, so that each entry counts once. Of the hashes only those of the last entry, and of
   * the last before each midnight, are sure to be there. An entry that is not understood changes
   * nothing.
   */
  apply(database: Database, entries: readonly Entry[]): void;
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
