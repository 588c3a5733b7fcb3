/**
 * Puts rows into a table, whether or not there is one of their key. libsql has ON CONFLICT for it;
 * of the PostgreSQL family not all do, so there it is an UPDATE, and an INSERT of what is missing.
 */
import { type Dialect, type Parameter, type Statements, storable } from "./sql.ts";
import { type Table, typeOf } from "./table.ts";

/** What becomes of a row whose key is there already. */
export type OnConflict =
  /** It replaces what is there. */
  | "replace"
  /** What is there stays. */
  | "keep"
  /** It replaces what is there where its values of these columns, compared in turn, are greater. */
  | { readonly newer: readonly string[] };

export interface PutColumns {
  /** Columns whose value all rows of a call share: they are bound once. */
  readonly shared?: readonly string[];
  /** The other ones; none: all that are not shared, in the table's order. */
  readonly own?: readonly string[];
  readonly onConflict: OnConflict;
}

/**
 * `rows` hold the values of the own columns. Columns that are neither shared nor own become NULL
 * in a new row, and stay as they are in one that is there.
 *
 * At PostgreSQL whoever else puts the same key at the same time makes one of the two fail as
 * `raced`: within `Sql.transaction` it runs again.
 */
export type Put = (
  sql: Statements,
  rows: readonly (readonly Parameter[])[],
  shared?: readonly Parameter[],
) => Promise<void>;

/** Rows of one statement: PostgreSQL takes 65,535 parameters, SQLite 32,766. */
const ROWS_MAX = 32;

export function putInto(table: Table, { shared = [], own, onConflict }: PutColumns): Put {
  const columns = own ?? Object.keys(table.columns).filter((name) => !shared.includes(name));
  const shape = { table, shared, columns, onConflict };
  const texts = new Map<string, readonly string[]>();
  const textsFor = (dialect: Dialect, rows: number) => {
    const key = `${dialect} ${rows}`;
    let known = texts.get(key);
    if (known === undefined) {
      known = dialect === "libsql" ? [onConflictText(shape, rows)] : portableTexts(shape, rows);
      texts.set(key, known);
    }
    return known;
  };
  const ownKey = columns.flatMap((name, at) => table.key.includes(name) ? [at] : []);
  return async (sql, rows, values = []) => {
    const batches = sql.dialect === "libsql" ? [rows] : apart(rows, ownKey);
    for (const some of batches.flatMap(chunked)) {
      const parameters = [...values, ...some.flat()];
      for (const text of textsFor(sql.dialect, some.length)) await sql.run(text, parameters);
    }
  };
}

function chunked<T>(rows: readonly T[]): T[][] {
  const count = Math.ceil(rows.length / ROWS_MAX);
  return Array.from({ length: count }, (_, n) => rows.slice(n * ROWS_MAX, (n + 1) * ROWS_MAX));
}

/** Rows of one key go into batches of their own: the portable statements see each but once. */
function apart(
  rows: readonly (readonly Parameter[])[],
  key: readonly number[],
): (readonly Parameter[])[][] {
  const batches: (readonly Parameter[])[][] = [];
  const met = new Map<string, number>();
  for (const row of rows) {
    const name = JSON.stringify(key.map((at) => storable(row[at])));
    const times = met.get(name) ?? 0;
    met.set(name, times + 1);
    (batches[times] ??= []).push(row);
  }
  return batches;
}

interface Shape {
  readonly table: Table;
  readonly shared: readonly string[];
  readonly columns: readonly string[];
  readonly onConflict: OnConflict;
}

/** `(?1, ?2, …)` for each row, the shared ones first; `cast` gives each its column's type. */
function valuesText({ table, shared, columns }: Shape, rows: number, cast: boolean): string {
  const place = (column: string, number: number) => {
    if (!cast) return `?${number}`;
    return `CAST(?${number} AS ${CAST[typeOf(table.columns[column])]})`;
  };
  const common = shared.map((column, index) => place(column, index + 1));
  return Array.from({ length: rows }, (_, row) => {
    const first = shared.length + row * columns.length + 1;
    return `(${[...common, ...columns.map((name, at) => place(name, first + at))].join(", ")})`;
  }).join(", ");
}

const CAST = { text: "TEXT", integer: "BIGINT", real: "DOUBLE PRECISION", blob: "BYTEA" } as const;

/** Columns that are written where the key is there already. */
function written({ table, shared, columns }: Shape): string[] {
  return [...shared, ...columns].filter((name) => !table.key.includes(name));
}

function onConflictText(shape: Shape, rows: number): string {
  const { table, shared, columns, onConflict } = shape;
  const names = [...shared, ...columns].join(", ");
  const insert = `INSERT INTO ${table.name} (${names}) VALUES ${valuesText(shape, rows, false)}`;
  const changes = written(shape).map((name) => `${name} = excluded.${name}`);
  if (onConflict === "keep" || changes.length === 0) return `${insert} ON CONFLICT DO NOTHING`;
  const update = `ON CONFLICT (${table.key.join(", ")}) DO UPDATE SET ${changes.join(", ")}`;
  return `${insert} ${update}${greater("WHERE", onConflict, "excluded", table.name)}`;
}

function portableTexts(shape: Shape, rows: number): string[] {
  const { table: { name: table, key }, shared, columns, onConflict } = shape;
  const names = [...shared, ...columns];
  const given = `(VALUES ${valuesText(shape, rows, true)}) AS given (${names.join(", ")})`;
  const same = key.map((column) => `${table}.${column} = given.${column}`).join(" AND ");
  const insert = `INSERT INTO ${table} (${names.join(", ")}) ` +
    `SELECT ${names.map((column) => `given.${column}`).join(", ")} FROM ${given} ` +
    `WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE ${same})`;
  const changes = written(shape).map((column) => `${column} = given.${column}`);
  if (onConflict === "keep" || changes.length === 0) return [insert];
  const update = `UPDATE ${table} SET ${changes.join(", ")} FROM ${given} WHERE ${same}`;
  return [`${update}${greater(" AND", onConflict, "given", table)}`, insert];
}

function greater(
  word: string,
  onConflict: Exclude<OnConflict, "keep">,
  given: string,
  table: string,
): string {
  if (onConflict === "replace") return "";
  const tuple = (of: string) => `(${onConflict.newer.map((name) => `${of}.${name}`).join(", ")})`;
  return ` ${word.trim()} ${tuple(given)} > ${tuple(table)}`;
}
