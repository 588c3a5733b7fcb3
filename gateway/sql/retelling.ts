/** Rows that are told anew whenever something about them comes. */
import { type Put, putInto } from "./put.ts";
import type { Parameter, Transaction } from "./sql.ts";
import type { Table } from "./table.ts";

/** Rows of one DELETE. */
const CHUNK = 100;

/**
 * Puts a row for each of these names, and takes out that of which there is nothing to tell.
 * `within`: values of the key's columns before the name.
 */
export type Retell = (
  sql: Transaction,
  within: readonly Parameter[],
  names: readonly string[],
  rowOf: (name: string) => Parameter[] | null,
) => Promise<void>;

/** For a table whose key ends with a name. */
export function retelling(table: Table): Retell {
  const put: Put = putInto(table, { onConflict: "replace" });
  const before = table.key.slice(0, -1).map((column) => `${column} = ? AND `).join("");
  const name = table.key[table.key.length - 1];
  return async (sql, within, names, rowOf) => {
    const rows: Parameter[][] = [];
    const gone: string[] = [];
    for (const one of names) {
      const row = rowOf(one);
      if (row === null) gone.push(one);
      else rows.push(row);
    }
    await put(sql, rows);
    for (let at = 0; at < gone.length; at += CHUNK) {
      const chunk = gone.slice(at, at + CHUNK);
      const places = chunk.map(() => "?").join(", ");
      const where = `${before}${name} IN (${places})`;
      await sql.run(`DELETE FROM ${table.name} WHERE ${where}`, [...within, ...chunk]);
    }
  };
}
