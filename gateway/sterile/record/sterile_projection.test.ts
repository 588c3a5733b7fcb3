import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "../../../sync/database.ts";
import type { Entry } from "../../../sync/entry.ts";
import { stampAt, TemporaryFolder } from "../../../sync/fixtures.ts";
import { PostgresServer } from "../../../sync/postgres/fixture_server.ts";
import { streamKey } from "../../../sync/segments.ts";
import { AUTHORITIES, entriesOfKinds } from "../../fixture_entries.ts";
import { scansOf } from "../../sql/fixture_plans.ts";
import { LibsqlSql } from "../../sql/libsql_sql.ts";
import { PostgresSql } from "../../sql/postgres_sql.ts";
import type { Sql } from "../../sql/sql.ts";
import { createTables, selectionOf } from "../../sql/table.ts";
import { STERILE_KINDS } from "../sterile_kinds.ts";
import { wordIn } from "./sterile_entry.ts";
import { sterileOf } from "./sterile_projection.ts";
import { STERILE_TABLES } from "./sterile_tables.ts";
import { SELECTS } from "./sterile_reads.ts";
import { placesSelect, wordsSelect } from "./stored_words.ts";
import { receivedHereSelect, receivedSelect } from "./supplied_packs.ts";

const projection = sterileOf(AUTHORITIES);
const opened = new AsyncDisposableStack();
let libsql: Sql;
let postgres: Sql;
beforeAll(async () => {
  const path = join(opened.use(new TemporaryFolder()).path, "tables.db");
  const options = { path, synchronous: "OFF", checkpointPages: 0 } as const;
  libsql = new LibsqlSql(opened.use(new Database(options)));
  const server = opened.use(await PostgresServer.start());
  postgres = opened.use(await PostgresSql.open({ ...server.server, schema: "tables" }));
  for (const sql of [libsql, postgres]) await createTables(sql, STERILE_TABLES);
});
afterAll(() => opened.disposeAsync());

const entries = entriesOfKinds(STERILE_KINDS);

async function apply(sql: Sql, batches: readonly (readonly Entry[])[]): Promise<void> {
  for (const batch of batches) {
    await sql.transaction((transaction) => projection.apply(transaction, batch));
  }
}

async function rowsOf(sql: Sql): Promise<string[]> {
  const dumped: string[] = [];
  for (const table of STERILE_TABLES) {
    for (const row of await sql.rows(selectionOf(table))) {
      const values = Object.keys(table.columns).map((column) => row.value(column));
      dumped.push(`${table.name} ${JSON.stringify(values)}`);
    }
  }
  return dumped;
}

async function anew(sql: Sql, batches: readonly (readonly Entry[])[]): Promise<string[]> {
  for (const { name } of STERILE_TABLES) await sql.run(`DELETE FROM ${name}`);
  await apply(sql, batches);
  return await rowsOf(sql);
}

function streamByStream(all: readonly Entry[]): Entry[][] {
  return [...Map.groupBy(all, ({ origin, stream }) => streamKey(origin, stream)).values()];
}

describe("the tables of sterile supply", () => {
  test("S5 hold the same in whatever order streams come, at one time, and given again", async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (all) => {
        const asWritten = await anew(libsql, all.map((entry) => [entry]));
        expect(await anew(libsql, streamByStream(all).toReversed())).toEqual(asWritten);
        expect(await anew(libsql, [streamByStream(all).flat()])).toEqual(asWritten);
        await apply(libsql, streamByStream(all));
        expect(await rowsOf(libsql)).toEqual(asWritten);
      }),
      { numRuns: 200 },
    );
  });

  test("S5 hold the same at both stores", async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (all) => {
        const batches = streamByStream(all);
        expect(await anew(postgres, batches)).toEqual(await anew(libsql, batches));
      }),
      { numRuns: 15 },
    );
  });

  test("S5 hold the same when a stream is forgotten and given again", async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (all) => {
        const [first = []] = streamByStream(all);
        const without = await anew(
          libsql,
          all.filter((entry) => !first.includes(entry)).map((one) => [one]),
        );
        const whole = await anew(libsql, streamByStream(all));
        const { origin = "", stream = "" } = first.at(0) ?? {};
        await libsql.transaction(async (one) => await projection.forget?.(one, origin, stream));
        expect(await rowsOf(libsql)).toEqual(without);
        await apply(libsql, [first]);
        expect(await rowsOf(libsql)).toEqual(whole);
      }),
      { numRuns: 150 },
    );
  });

  test("S5 say of a received pack that its recall is to be told, in whatever order it comes", async () => {
    const by = { id: "li" };
    const label = { lot: "C-7", sterilisedOn: "2026-03-01", expires: "2026-09-01" };
    const pack = { pack: "p-1", title: "包", implant: false, by, checkedBy: by };
    const recall = { steriliser: "S1", cause: "cycle-failed", because: ["c-1"], packs: ["p-1"] };
    const said: readonly (readonly [kind: string, ms: number, body: object])[] = [
      ["sterile-receipt", 3, { id: "i-1", site: "site-2", supplier: "site-1", ...pack, ...label }],
      ["sterile-recall", 4, { id: "i-2", site: "site-1", ...recall }],
      ["sterile-recall", 5, { id: "i-3", site: "site-2", supplier: "site-1", ...recall }],
      // Written before, it has the recall's id, so that there is none.
      ["sterile-issue", 1, { id: "i-2", site: "site-1", pack: "p-9", place: "手术室", by }],
    ];
    const [receipt, called, told, other] = said.map(([kind, ms, body]): Entry => ({
      ...{ origin: "county-a.1-0000000000000004", stream: "record", kind },
      ...{ seq: ms, time: stampAt(ms), hash: new Uint8Array() },
      body: new TextEncoder().encode(JSON.stringify(body)),
    }));
    const untold = async (...all: readonly Entry[]) => {
      await anew(libsql, all.map((entry) => [entry]));
      return (await libsql.rows(SELECTS.untold, [9])).map((row) => row.text("pack"));
    };
    for (const order of [[receipt, called], [called, receipt]]) {
      expect(await untold(...order)).toEqual(["p-1"]);
      expect(await untold(...order, told)).toEqual([]);
      expect(await untold(told, ...order)).toEqual([]);
      expect(await untold(...order, other)).toEqual([]);
      expect(await untold(other, ...order)).toEqual([]);
    }
  });

  test("a site speaks for itself, its county for all", () => {
    const said = (origin: string, stream: string, site: string) => {
      const issue = { id: "i-1", site, pack: "p-1", place: "手术室", by: { id: "li" } };
      const body = new TextEncoder().encode(JSON.stringify(issue));
      const kind = "sterile-issue";
      const entry = { origin, stream, seq: 1, time: stampAt(0), kind, body, hash: body };
      return wordIn(entry, AUTHORITIES) !== null;
    };
    const [site, county] = ["site-1.1-0000000000000001", "county-a.1-0000000000000004"];
    expect(said(site, "record", "site-1")).toBe(true);
    expect(said(site, "record", "site-2")).toBe(false);
    expect(said(county, "record", "site-2")).toBe(true);
    expect(said(county, "to:site-2", "site-2")).toBe(true);
    expect(said(county, "to:site-2", "site-1")).toBe(false);
  });

  test.each([
    ...Object.entries(SELECTS),
    ["places", placesSelect(3)],
    ["words", wordsSelect(3)],
    ["packs that went to other sites", receivedSelect(3)],
    ["packs that came from other sites", receivedHereSelect(3)],
  ])(
    "are not scanned for %s",
    async (_name, select) => {
      const parameters = [...select.matchAll(/\?/g)].map((_, index) => index);
      const bounds = { tables: STERILE_TABLES, sorted: true } as const;
      expect(await scansOf(libsql, { sql: select, parameters }, bounds)).toEqual([]);
    },
  );
});
