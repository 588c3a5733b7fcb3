/**
 * What time it was when a clock was wrong: `clock-trusted` entries say by how much, and nothing
 * that was stored is changed for it (T12).
 */
import * as z from "zod";
import type { Database, Row } from "../../sync/database.ts";
import type { Entry } from "../../sync/entry.ts";
import { nodeOf } from "../../sync/origin.ts";
import { bodyOf, type Projection } from "../projection.ts";
import type { QueryTables } from "../tables.ts";

export const corrections: Projection = {
  name: "corrections",
  version: 1,
  schema: `
CREATE TABLE corrections (
  node TEXT NOT NULL,
  bootid TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  offsetms INTEGER NOT NULL,
  PRIMARY KEY (node, bootid, until)
) STRICT, WITHOUT ROWID;`,
  apply,
};

const body = z.object({
  bootId: z.string(),
  sinceBootMs: z.int(),
  bootMs: z.int(),
  offsetMs: z.int(),
});

function apply(database: Database, entries: readonly Entry[]): void {
  for (const entry of entries) {
    if (entry.kind !== "clock-trusted") continue;
    const parsed = body.safeParse(bodyOf(entry));
    if (!parsed.success) continue;
    const { bootId, sinceBootMs, bootMs, offsetMs } = parsed.data;
    database.run("INSERT OR REPLACE INTO corrections VALUES (?,?,?,?,?)", [
      nodeOf(entry.origin),
      bootId,
      sinceBootMs,
      bootMs,
      offsetMs,
    ]);
  }
}

/** A moment as a table holds it: columns `node`, `bootid`, `bootms`, `clock`. */
export type Corrections = (row: Row) => number | null;

/** Gives the right wall clock of moments at which it was doubtful; `null` where nobody knows. */
export async function readCorrections(
  tables: QueryTables,
  site: string | null,
): Promise<Corrections> {
  const where = site === null ? "" : "WHERE node = ?";
  const known = await tables.rows(
    `SELECT * FROM corrections ${where} ORDER BY until`,
    site === null ? [] : [site],
  );
  const byBoot = Map.groupBy(known, bootKey);
  return (row) => {
    if (row.textOrNull("bootid") === null || row.text("clock") === "trusted") return null;
    const bootMs = row.number("bootms");
    // Of spans that overlap the one that ended first is about this moment.
    const span = byBoot.get(bootKey(row))
      ?.find((one) => one.number("since") <= bootMs && bootMs <= one.number("until"));
    return span === undefined ? null : bootMs + span.number("offsetms");
  };
}

function bootKey(row: Row): string {
  return `${row.text("node")} ${row.text("bootid")}`;
}
