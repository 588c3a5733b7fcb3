/** What time it was when a site's clock was wrong, as far as its entries tell (T12). */
import type { Row } from "../../sync/database.ts";
import type { QueryTables } from "../tables.ts";

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
