/** Who did what, as the tables have it of the audit; a county has it of all its sites. */
import { startOfDay } from "../../sync/day.ts";
import type { QueryTables } from "../tables.ts";

export interface TrailQuery {
  /** An account, or anything that `who` begins with (`session`, `program his`); empty: all. */
  readonly who: string;
  /** A day in China, counted as in sync/day.ts; `null`: all. */
  readonly day: number | null;
  /** From 0. */
  readonly page: number;
}

export interface TrailRow {
  readonly node: string;
  readonly wallMs: number;
  readonly kind: string;
  readonly who: string;
  /** JSON, without what is secret or long. */
  readonly detail: string;
}

/** Rows of one page. */
export const TRAIL_ROWS = 100;
/** Pages that can be turned; a day or a person tells the rest. */
export const TRAIL_PAGES_MAX = 100;

const SELECT = `SELECT node, wall, kind, who, detail FROM trail
WHERE wall >= ? AND wall < ?
AND (? = '' OR substr(who, 1, ?) = ? OR substr(who, 1, ?) = ? OR detail ->> '$.account' = ?
OR (kind = 'account' AND detail ->> '$.id' = ?))
ORDER BY wall DESC, origin DESC, seq DESC LIMIT ? OFFSET ?`;

/** The latest first. */
export async function trailOf(
  tables: Pick<QueryTables, "rows">,
  { who, day, page }: TrailQuery,
): Promise<TrailRow[]> {
  const from = day === null ? Number.MIN_SAFE_INTEGER : startOfDay(day);
  const to = day === null ? Number.MAX_SAFE_INTEGER : startOfDay(day + 1);
  const person = `person ${who} `;
  const begins = [who.length, who, person.length, person];
  const rows = await tables.rows(
    SELECT,
    [from, to, who, ...begins, who, who, TRAIL_ROWS, page * TRAIL_ROWS],
  );
  return rows.map((row) => ({
    node: row.text("node"),
    wallMs: row.number("wall"),
    kind: row.text("kind"),
    who: row.text("who"),
    detail: row.text("detail"),
  }));
}
