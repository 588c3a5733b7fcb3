/**
 * Entries that the tables may know of and the journal does not hold any more: pruned after both
 * centres had them, lost with the disk, or of a life that both hold and that left this node. What
 * the tables know of them cannot be made again here.
 */
import type { Journal } from "../../sync/journal.ts";
import type { QueryTables } from "../tables.ts";

export interface GoneEntries {
  readonly origin: string;
  readonly stream: string;
  readonly first: number;
  readonly last: number;
}

interface Parts {
  readonly journal: Pick<Journal, "position" | "missing">;
  readonly tables: Pick<QueryTables, "rows">;
}

export async function goneEntries({ journal, tables }: Parts): Promise<GoneEntries[]> {
  const followed = await tables.rows(
    "SELECT origin, stream, seq FROM cursors WHERE seq > 0 ORDER BY origin, stream",
  );
  const pruned = followed.flatMap((row): GoneEntries[] => {
    const { origin, stream } = { origin: row.text("origin"), stream: row.text("stream") };
    const floor = journal.position(origin, stream)?.floor ?? Infinity;
    const last = Math.min(row.number("seq"), floor - 1);
    return last < 1 ? [] : [{ origin, stream, first: 1, last }];
  });
  return [...pruned, ...journal.missing()];
}

/** Streams named in a sentence. */
const NAMED_MAX = 3;

export function goneText(gone: readonly GoneEntries[]): string {
  const named = gone.slice(0, NAMED_MAX).map(({ origin, stream, first, last }) =>
    `${first}–${last} of ${stream} of "${origin}"`
  );
  const more = gone.length - named.length;
  return `entries ${named.join(", ")}${more > 0 ? `, and of ${more} more streams` : ""}`;
}
