/** How a store finds what a statement asks for; for tests that no table is gone through. */
import type { Parameter, Rows, Sql, Statements } from "./sql.ts";
import type { Table } from "./table.ts";

export interface Asked {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/** Statements that were asked, each once. */
export class AskedStatements {
  readonly #asked = new Map<string, Asked>();

  readonly hear = (sql: string, parameters: readonly Parameter[] = []): void => {
    this.#asked.set(sql, { sql, parameters });
  };

  all(): readonly Asked[] {
    return [...this.#asked.values()];
  }
}

/** The same store, of which `hear` hears every statement. */
export function heardSql(sql: Sql, hear: AskedStatements["hear"]): Sql {
  const heard = <S extends Statements>(of: S) => ({
    dialect: of.dialect,
    rows: (text: string, parameters?: readonly Parameter[]) => {
      hear(text, parameters);
      return of.rows(text, parameters);
    },
    run: (text: string, parameters?: readonly Parameter[]) => {
      hear(text, parameters);
      return of.run(text, parameters);
    },
  });
  return {
    ...heard(sql),
    transaction: (work) =>
      sql.transaction((inner) =>
        work({ ...heard(inner), lockedRows: (...asked) => inner.lockedRows(...asked) })
      ),
  };
}

export interface Bounds {
  readonly tables: readonly Table[];
  /** Tables that stay short however long the node runs: they may be gone through. */
  readonly short?: readonly string[];
  /** Neither may what was found be sorted: it comes in the order that is asked for. */
  readonly sorted?: true;
}

/** `SCAN name`, `SEARCH name USING COVERING INDEX index (site=?)` and the like. */
const STEP = /^(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?INDEX (\w+))?/;

/**
 * Steps of a statement's plan that go through a table that grows, or through all that one site has
 * of it, which at a site is the same. Rows that a sparse index holds are few, and an index that is
 * walked until a page is full ends there.
 */
export async function scansOf(
  rows: Rows,
  { sql, parameters }: Asked,
  { tables, short = [], sorted }: Bounds,
): Promise<string[]> {
  const plan = await rows.rows(`EXPLAIN QUERY PLAN ${sql}`, parameters);
  const details = plan.map((row) => row.text("detail"));
  const sorts = details.filter((detail) => detail.includes("TEMP B-TREE"));
  const names = namesIn(sql, tables);
  const sparse = new Set(tables.flatMap((table) => Object.keys(table.sparse ?? {})));
  const isWalked = /\bLIMIT\b/.test(sql) && sorts.length === 0;
  const scans = details.filter((detail) => {
    const step = STEP.exec(detail);
    if (step === null || !names.has(step[2])) return false;
    const [, how, name, index = ""] = step;
    if (short.includes(names.get(name) ?? "") || sparse.has(index)) return false;
    const isWhole = how === "SCAN" || /AUTOMATIC|\(site=\?\)$/.test(detail);
    return isWhole && !(isWalked && !/AUTOMATIC/.test(detail));
  });
  return sorted === true ? [...scans, ...sorts] : scans;
}

/** The plan of a statement on one line, its steps by `; `, whatever its parameters are. */
export async function planOf(rows: Rows, select: string): Promise<string> {
  const plan = await rows.rows(`EXPLAIN QUERY PLAN ${select.replaceAll("?", "1")}`);
  return plan.map((row) => row.text("detail")).join("; ");
}

/** Of each table, and of each name that the statement gives one, the table. */
function namesIn(sql: string, tables: readonly Table[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { name } of tables) {
    const given = new RegExp(`\\b${name}\\b(?: AS)?(?: (?!WHERE|ON|JOIN|SET|ORDER|GROUP)(\\w+))?`);
    const found = given.exec(sql);
    if (found === null) continue;
    names.set(name, name);
    if (found[1] !== undefined) names.set(found[1], name);
  }
  return names;
}
