import { join } from "node:path";
import { Database } from "../../../sync/database.ts";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { PostgresServer } from "../../../sync/postgres/fixture_server.ts";
import { LibsqlSql } from "../../sql/libsql_sql.ts";
import { PostgresSql } from "../../sql/postgres_sql.ts";
import { queueConformance } from "./conformance.ts";

queueConformance("libsql", () => {
  using opened = new DisposableStack();
  const folder = opened.use(new TemporaryFolder());
  const path = join(folder.path, "queue.db");
  const database = opened.use(new Database({ path, synchronous: "FULL", checkpointPages: 1000 }));
  const closing = opened.move();
  return Promise.resolve({
    sql: new LibsqlSql(database),
    [Symbol.asyncDispose]: () => Promise.resolve(closing.dispose()),
  });
});

queueConformance("PostgreSQL", async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await PostgresServer.start());
  const sql = opened.use(await PostgresSql.open({ ...server.server, schema: "queue" }));
  const closing = opened.move();
  return { sql, [Symbol.asyncDispose]: () => closing.disposeAsync() };
});
