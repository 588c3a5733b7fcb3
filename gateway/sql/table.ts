/** Tables, described once for both stores. */
import type { Dialect, Statements } from "./sql.ts";

/** With `?`: may hold NULL. `integer` is within 2^53, `real` a double, `blob` bytes. */
export type ColumnType = "text" | "integer" | "real" | "blob";
export type Column = ColumnType | `${ColumnType}?`;

export interface Table {
  /** Lower case, one word, and of one domain only. */
  readonly name: string;
  readonly columns: Readonly<Record<string, Column>>;
  /** Columns of the primary key: none of them holds NULL. */
  readonly key: readonly string[];
  /**
   * Rows of kilobytes: libsql keeps them in the order they came, apart from their key. With their
   * key as their place each would touch pages all over the file.
   */
  readonly wide?: boolean;
  /** Columns of further indexes, by the index's name. */
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
  /** Indexes of those rows alone whose column `of` is not NULL: the few that are looked for. */
  readonly sparse?: Readonly<Record<string, SparseIndex>>;
}

export interface SparseIndex {
  readonly of: string;
  readonly columns: readonly string[];
}

/** As PostgreSQL writes its types; text is compared byte by byte, as libsql does. */
const POSTGRES: Readonly<Record<ColumnType, string>> = {
  text: 'TEXT COLLATE "C"',
  integer: "BIGINT",
  real: "DOUBLE PRECISION",
  blob: "BYTEA",
};

export function typeOf(column: Column): ColumnType {
  switch (column) {
    case "text":
    case "text?":
      return "text";
    case "integer":
    case "integer?":
      return "integer";
    case "real":
    case "real?":
      return "real";
    case "blob":
    case "blob?":
      return "blob";
  }
}

/** Statements that make a table and its indexes, which must not be there. */
export function creationOf(
  { name, columns, key, wide = false, indexes = {}, sparse = {} }: Table,
  dialect: Dialect,
): string[] {
  const listed = Object.entries(columns).map(([column, type]) => {
    const known = typeOf(type);
    const written = dialect === "libsql" ? known.toUpperCase() : POSTGRES[known];
    return `  ${column} ${written}${type.endsWith("?") ? "" : " NOT NULL"}`;
  });
  const behind = dialect !== "libsql" ? "" : wide ? " STRICT" : " STRICT, WITHOUT ROWID";
  const primary = `  PRIMARY KEY (${key.join(", ")})`;
  return [
    `CREATE TABLE ${name} (\n${[...listed, primary].join(",\n")}\n)${behind}`,
    ...Object.entries(indexes).map(([index, columns]) =>
      `CREATE INDEX ${index} ON ${name} (${columns.join(", ")})`
    ),
    ...Object.entries(sparse).map(([index, { of, columns }]) =>
      `CREATE INDEX ${index} ON ${name} (${columns.join(", ")}) WHERE ${of} IS NOT NULL`
    ),
  ];
}

/** Makes tables, which must not be there yet. */
export async function createTables(sql: Statements, tables: readonly Table[]): Promise<void> {
  for (const table of tables) {
    for (const statement of creationOf(table, sql.dialect)) await sql.run(statement);
  }
}

/** All rows of a table, in the order of its key. */
export function selectionOf({ name, columns, key }: Table): string {
  return `SELECT ${Object.keys(columns).join(", ")} FROM ${name} ORDER BY ${key.join(", ")}`;
}
