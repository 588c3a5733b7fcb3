import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "../sync/database.ts";
import type { Entry } from "../sync/entry.ts";
import { range, stampAt, TemporaryFolder } from "../sync/fixtures.ts";
import { PostgresServer } from "../sync/postgres/fixture_server.ts";
import { streamKey } from "../sync/segments.ts";
import { projectionsOf } from "./domain.ts";
import { DOMAINS } from "./domains.ts";
import { AUTHORITIES, MIXED_KINDS, mixedEntries } from "./fixture_entries.ts";
import { LibsqlSql } from "./sql/libsql_sql.ts";
import { PostgresSql } from "./sql/postgres_sql.ts";
import type { Sql } from "./sql/sql.ts";
import { createTables, selectionOf } from "./sql/table.ts";

const PROJECTIONS = projectionsOf(DOMAINS, AUTHORITIES);
const TABLES = PROJECTIONS.flatMap(({ tables }) => tables);

/** So many that none of some fifty kinds is missed by chance. */
const MIXES = 400;

const opened = new AsyncDisposableStack();
const stores: Sql[] = [];
beforeAll(async () => {
  const folder = opened.use(new TemporaryFolder());
  const path = join(folder.path, "tables.db");
  const options = { path, synchronous: "OFF", checkpointPages: 0 } as const;
  const database = opened.use(new Database(options));
  const server = opened.use(await PostgresServer.start());
  const postgres = opened.use(await PostgresSql.open({ ...server.server, schema: "tables" }));
  stores.push(new LibsqlSql(database), postgres);
  for (const sql of stores) await createTables(sql, TABLES);
});
afterAll(() => opened.disposeAsync());

async function applyAll(sql: Sql, batches: readonly (readonly Entry[])[]): Promise<void> {
  for (const entries of batches) {
    await sql.transaction(async (transaction) => {
      for (const projection of PROJECTIONS) await projection.apply(transaction, entries);
    });
  }
}

/** All rows that are made of these entries, with the type of each value. */
async function rowsOf(sql: Sql, batches: readonly (readonly Entry[])[]): Promise<string[]> {
  await sql.transaction(async (transaction) => {
    for (const { name } of TABLES) await transaction.run(`DELETE FROM ${name}`);
  });
  await applyAll(sql, batches);
  return await dump(sql);
}

async function dump(sql: Sql): Promise<string[]> {
  const dumped: string[] = [];
  for (const table of TABLES) {
    for (const row of await sql.rows(selectionOf(table))) {
      const values = Object.keys(table.columns).map((column) => row.value(column));
      dumped.push(`${table.name} ${JSON.stringify(values)}`);
    }
  }
  return dumped;
}

/** Each stream by itself, in pieces of this size, the streams in this order. */
function streamAfterStream(entries: readonly Entry[], order: number, size: number): Entry[][] {
  const streams = [
    ...Map.groupBy(entries, ({ origin, stream }) => streamKey(origin, stream)).values(),
  ];
  const from = order % Math.max(1, streams.length);
  const turned = [...streams.slice(from), ...streams.slice(0, from)];
  const ordered = order % 2 === 0 ? turned : turned.toReversed();
  return ordered.flatMap((own) =>
    range(1, Math.ceil(own.length / size)).map((n) => own.slice((n - 1) * size, n * size))
  );
}

const given = fc.record({
  entries: mixedEntries,
  order: fc.integer({ min: 0, max: 20 }),
  size: fc.integer({ min: 1, max: 6 }),
});

describe("the tables of all domains", () => {
  test("hold the same in whatever order streams come, and in whatever pieces", async () => {
    const [sql] = stores;
    await fc.assert(
      fc.asyncProperty(given, async ({ entries, order, size }) => {
        const asWritten = await rowsOf(sql, entries.map((entry) => [entry]));
        const otherwise = await rowsOf(sql, streamAfterStream(entries, order, size));
        expect(otherwise).toEqual(asWritten);
      }),
      { numRuns: 150 },
    );
  });

  test("hold the same when a stream is forgotten and given again", async () => {
    const [sql] = stores;
    await fc.assert(
      fc.asyncProperty(given, async ({ entries, order, size }) => {
        const batches = streamAfterStream(entries, order, size);
        const once = await rowsOf(sql, batches);
        const [first] = batches;
        if (first === undefined) return;
        const [{ origin, stream }] = first;
        await sql.transaction(async (transaction) => {
          for (const { forget } of PROJECTIONS) await forget?.(transaction, origin, stream);
        });
        const again = batches.filter(([entry]) =>
          entry.origin === origin && entry.stream === stream
        );
        await applyAll(sql, again);
        expect(await dump(sql)).toEqual(once);
      }),
      { numRuns: 50 },
    );
  });

  test("hold the same at libsql and at PostgreSQL", async () => {
    const [libsql, postgres] = stores;
    await fc.assert(
      fc.asyncProperty(given, async ({ entries, order, size }) => {
        const here = await rowsOf(libsql, streamAfterStream(entries, order, size));
        expect(await rowsOf(postgres, streamAfterStream(entries, order, size))).toEqual(here);
      }),
      { numRuns: 25 },
    );
  });

  test("C12: keep the last 100 writes to a device, and what became of them, in any order", async () => {
    const write = (life: number, number: number, kind: string): Entry => {
      const id = `w-${life}-${number}`;
      const body = kind === "device-write"
        ? { from: null, to: number, unit: "Cel", reason: "a test", who: "token" }
        : { state: "confirmed", readBack: null, detail: null };
      const named = JSON.stringify({ id, device: "fridge-1", point: "setpoint", ...body });
      return {
        origin: `site-1.${life}-000000000000000${life}`,
        stream: "audit",
        seq: 2 * number + (kind === "device-write" ? 0 : 1),
        time: stampAt(number),
        kind,
        body: new TextEncoder().encode(named),
        hash: new Uint8Array(),
      };
    };
    const life = (life: number) =>
      range(1, 80).flatMap((number) =>
        ["device-write", "device-write-outcome"].map((kind) => [write(life, number, kind)])
      );
    for (const sql of stores) {
      const rows = await rowsOf(sql, [...life(1), ...life(2), ...life(3)]);
      expect(await rowsOf(sql, [...life(3), ...life(1), ...life(2)])).toEqual(rows);
      const kept = await sql.rows(`SELECT devicewrites.id AS id FROM devicewrites
JOIN writeoutcomes ON writeoutcomes.node = devicewrites.node AND writeoutcomes.id = devicewrites.id
ORDER BY devicewrites.life, devicewrites.seq`);
      expect(kept.map((row) => row.text("id"))).toEqual([
        ...range(61, 80).map((number) => `w-2-${number}`),
        ...range(1, 80).map((number) => `w-3-${number}`),
      ]);
    }
  });

  test("what the tests mix is what the domains say of their kinds", async () => {
    const bodies = new Map(MIXED_KINDS.map(({ kind, body }) => [kind, body]));
    const met = new Set<string>();
    await fc.assert(
      fc.asyncProperty(mixedEntries, (entries) => {
        for (const { kind, body } of entries) {
          met.add(kind);
          const parsed = bodies.get(kind)?.safeParse(JSON.parse(new TextDecoder().decode(body)));
          expect(parsed?.error, kind).toBeUndefined();
        }
        return Promise.resolve();
      }),
      { numRuns: MIXES },
    );
    expect([...met].sort()).toEqual([...bodies.keys()].sort());
  });
});
