/** Makes a table like another one of the same shape, by writing only what differs. */
import { type Database, type Parameter, Row } from "../sync/database.ts";
import { putInto } from "./sql/put.ts";
import type { Statements } from "./sql/sql.ts";
import { selectionOf, type Table } from "./sql/table.ts";

/** Within a transaction of `to`, over which nobody reads meanwhile; returns the rows written. */
export async function adoptRows(
  table: Table,
  from: Database,
  { database: to, sql }: { readonly database: Database; readonly sql: Statements },
): Promise<number> {
  const columns = Object.keys(table.columns);
  const put = putInto(table, { onConflict: "replace" });
  const remove = `DELETE FROM ${table.name} WHERE ` +
    table.key.map((column) => `${column} = ?`).join(" AND ");
  const changes = [...differences(table, from.each(selectionOf(table)), to)];
  for (const { kind, row } of changes) {
    if (kind === "put") await put(sql, [columns.map((column) => row.value(column))]);
    else await sql.run(remove, table.key.map((column) => row.value(column)));
  }
  return changes.length;
}

interface Difference {
  readonly kind: "put" | "remove";
  readonly row: Row;
}

/** Both in the order of their key, side by side. */
function* differences(
  table: Table,
  wanted: Iterator<unknown>,
  to: Database,
): Generator<Difference> {
  const found = to.each(selectionOf(table));
  const columns = Object.keys(table.columns);
  let [next, old] = [rowOf(wanted), rowOf(found)];
  while (next !== null || old !== null) {
    const order = next === null ? 1 : old === null ? -1 : compared(next, old, table.key);
    if (order <= 0 && next !== null) {
      if (order < 0 || old === null || compared(next, old, columns) !== 0) {
        yield { kind: "put", row: next };
      }
      next = rowOf(wanted);
    }
    if (order >= 0 && old !== null) {
      if (order > 0) yield { kind: "remove", row: old };
      old = rowOf(found);
    }
  }
}

function rowOf(rows: Iterator<unknown>): Row | null {
  const { value, done } = rows.next();
  return done === true ? null : new Row(value);
}

function compared(a: Row, b: Row, columns: readonly string[]): number {
  for (const column of columns) {
    const order = comparedValues(a.value(column), b.value(column));
    if (order !== 0) return order;
  }
  return 0;
}

/** As libsql orders values of one column: NULL first, text by its bytes in UTF-8. */
export function comparedValues(a: Parameter, b: Parameter): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") throw new TypeError("Columns have one type");
  return Buffer.compare(bytesOf(a), bytesOf(b));
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? Buffer.from(value) : value;
}
