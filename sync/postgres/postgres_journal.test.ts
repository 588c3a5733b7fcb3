import { afterAll, beforeAll } from "vitest";
import { stampAt } from "../fixtures.ts";
import { describeJournal, NODE } from "../journal_conformance.ts";
import { PostgresServer } from "./fixture_server.ts";
import { openPostgresJournal } from "./postgres_journal.ts";

let postgres: PostgresServer;
beforeAll(async () => void (postgres = await PostgresServer.start()));
afterAll(() => postgres[Symbol.asyncDispose]());

let schemas = 0;

describeJournal("PostgreSQL", () => {
  const server = { ...postgres.server, schema: `journal_${++schemas}` };
  return Promise.resolve({
    open: (options = {}) =>
      openPostgresJournal({
        server,
        node: NODE,
        hashName: "sha256",
        stamp: stampAt(0),
        ...options,
      }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});
