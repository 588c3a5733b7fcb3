/** Tables of the queue. They hold nothing that the journal does not: lost, they are made anew. */
import type { Sql, Statements } from "../../sql/sql.ts";
import { createTables, type Table } from "../../sql/table.ts";

export const ITEMS: Table = {
  name: "reviewitems",
  columns: {
    site: "text",
    prescription: "text",
    version: "integer",
    purpose: "text",
    barred: "text",
    about: "text",
    senior: "integer",
    emergency: "integer",
    severity: "integer",
    since: "integer",
    state: "integer",
    holder: "text?",
    fence: "integer",
  },
  key: ["site", "prescription"],
  indexes: {
    reviewitemsinorder: ["state", "emergency", "severity", "since", "site", "prescription"],
    reviewitemsofholder: ["holder"],
  },
};

/** Never deleted: a count that began anew would look like one that was not raised. */
const HOLDERS: Table = {
  name: "reviewholders",
  columns: { holder: "text", duty: "integer", beat: "integer" },
  key: ["holder"],
};

const STORE: Table = {
  name: "reviewstore",
  columns: { id: "integer", name: "text", fence: "integer", told: "text" },
  key: ["id"],
};

/**
 * Makes the tables where they are not there, and raises the fence to `fence` at least. `name` is
 * random, and becomes the store's where it is new. Several nodes may open it at one time.
 */
export async function openTables(sql: Sql, name: string, fence: number): Promise<void> {
  await sql.transaction(async (transaction) => {
    if (!(await isThere(transaction))) {
      await createTables(transaction, [ITEMS, HOLDERS, STORE]);
      await transaction.run("INSERT INTO reviewstore VALUES (1, ?, 0, 'in-time')", [name]);
    }
    await transaction.run("UPDATE reviewstore SET fence = ?1 WHERE fence < ?1", [fence]);
  });
}

async function isThere(sql: Statements): Promise<boolean> {
  const tables = sql.dialect === "libsql"
    ? "SELECT name FROM sqlite_master WHERE name = ?"
    : "SELECT table_name FROM information_schema.tables " +
      "WHERE table_schema = current_schema() AND table_name = ?";
  return (await sql.rows(tables, [STORE.name])).length > 0;
}
