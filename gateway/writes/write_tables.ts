/** What the tables know of writes to devices. */
import type { QueryTables } from "../tables.ts";
import { outcomeBody, viewOf, writeBody, type WriteView } from "./device_writes.ts";

const SELECT = `SELECT wall, write, outcome FROM devicewrites
LEFT JOIN writeoutcomes
ON writeoutcomes.node = devicewrites.node AND writeoutcomes.id = devicewrites.id
WHERE devicewrites.node = ?`;
const DEVICE = "devicewrites.device = ?";
const LATEST_FIRST = `ORDER BY devicewrites.life DESC, devicewrites.seq DESC,
devicewrites.origin DESC`;

/** Writes to a device as far as they are kept, the latest first. */
export function writesTo(
  tables: Pick<QueryTables, "rows">,
  node: string,
  device: string,
): Promise<WriteView[]> {
  return views(tables, `${SELECT} AND ${DEVICE} ${LATEST_FIRST}`, [node, device]);
}

export async function writeOf(
  tables: Pick<QueryTables, "rows">,
  node: string,
  id: string,
): Promise<WriteView | null> {
  return (await views(tables, `${SELECT} AND devicewrites.id = ?`, [node, id])).at(0) ?? null;
}

/** Writes of which nothing more was told. */
export function unsettledWrites(
  tables: Pick<QueryTables, "rows">,
  node: string,
): Promise<WriteView[]> {
  return views(tables, `${SELECT} AND outcome IS NULL ${LATEST_FIRST}`, [node]);
}

async function views(
  tables: Pick<QueryTables, "rows">,
  sql: string,
  parameters: readonly string[],
): Promise<WriteView[]> {
  return (await tables.rows(sql, parameters)).map((row) => {
    const outcome = row.textOrNull("outcome");
    return viewOf(
      writeBody.parse(JSON.parse(row.text("write"))),
      row.number("wall"),
      outcome === null ? null : outcomeBody.parse(JSON.parse(outcome)),
    );
  });
}
