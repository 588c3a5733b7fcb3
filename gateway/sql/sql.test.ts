import { join } from "node:path";
import { expect, test } from "vitest";
import { Database } from "../../sync/database.ts";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { PostgresServer } from "../../sync/postgres/fixture_server.ts";
import { sqlConformance } from "./conformance.ts";
import { LibsqlSql } from "./libsql_sql.ts";
import { numberedPlaces } from "./placeholders.ts";
import { PostgresSql } from "./postgres_sql.ts";
import type { Transaction } from "./sql.ts";

sqlConformance("libsql", () => {
  using opened = new DisposableStack();
  const folder = opened.use(new TemporaryFolder());
  const path = join(folder.path, "tables.db");
  const options = { path, synchronous: "NORMAL", checkpointPages: 1000 } as const;
  const database = opened.use(new Database(options));
  const closing = opened.move();
  return Promise.resolve({
    sql: new LibsqlSql(database),
    [Symbol.asyncDispose]: () => Promise.resolve(closing.dispose()),
  });
});

sqlConformance("PostgreSQL", async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await PostgresServer.start());
  const sql = opened.use(await PostgresSql.open({ ...server.server, schema: "rules" }));
  const closing = opened.move();
  return { sql, [Symbol.asyncDispose]: () => closing.disposeAsync() };
});

test("P7: at PostgreSQL a row in other hands is passed over, not waited for", async () => {
  await using server = await PostgresServer.start();
  const open = () => PostgresSql.open({ ...server.server, schema: "rules" });
  await using here = await open();
  await using there = await open();
  await here.run("CREATE TABLE jobs (id BIGINT PRIMARY KEY)");
  await here.run("INSERT INTO jobs VALUES (1), (2)");
  const lock = async (transaction: Transaction) => {
    const rows = await transaction.lockedRows("SELECT id FROM jobs ORDER BY id LIMIT 1");
    return rows.map((row) => row.number("id"));
  };
  const both = await here.transaction(async (transaction) => [
    await lock(transaction),
    await there.transaction(lock),
  ]);
  expect(both).toEqual([[1], [2]]);
});

test("places become numbers, and numbered ones stay what they are", () => {
  expect(numberedPlaces("SELECT ? FROM t WHERE a = '?' AND b = ?")).toBe(
    "SELECT $1 FROM t WHERE a = '?' AND b = $2",
  );
  expect(numberedPlaces('SELECT ?2, "?", ?1')).toBe('SELECT $2, "?", $1');
  expect(() => numberedPlaces("SELECT ?1, ?")).toThrow("? beside ?1");
});
