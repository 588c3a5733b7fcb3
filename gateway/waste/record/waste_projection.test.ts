import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "../../../sync/database.ts";
import type { Entry } from "../../../sync/entry.ts";
import { stampAt, TemporaryFolder } from "../../../sync/fixtures.ts";
import { streamKey } from "../../../sync/segments.ts";
import { AUTHORITIES, entriesOfKinds } from "../../fixture_entries.ts";
import { scansOf } from "../../sql/fixture_plans.ts";
import { LibsqlSql } from "../../sql/libsql_sql.ts";
import { type Parameter, storable } from "../../sql/sql.ts";
import { createTables, selectionOf, type Table } from "../../sql/table.ts";
import { scaled } from "../fixture_waste.ts";
import { WASTE_ENTRY_KINDS } from "../kinds.ts";
import { ledgerOf } from "../life/ledger.ts";
import { Hearers } from "../life/untold.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { DELIVERIES_SELECT } from "./deliveries.ts";
import { placesSelect, wordsSelect } from "./stored_words.ts";
import { tracedBy } from "../desk/trace_read.ts";
import { manifestsOf } from "../manifest/manifest.ts";
import { traceOf } from "../manifest/trace.ts";
import { wordIn } from "./waste_entry.ts";
import { wasteOf } from "./waste_projection.ts";
import { alarmsSelect, bagsSelect, boxesSelect, manifestsSelect, SELECTS } from "./waste_reads.ts";
import { PAGE_SELECTS } from "./watched.ts";
import { bagRow, loadRow, passedRows } from "./waste_rows.ts";
import { WASTE_BAGS, WASTE_LOADS, WASTE_PASSED, WASTE_TABLES } from "./waste_tables.ts";

const projection = wasteOf(AUTHORITIES);
const opened = new AsyncDisposableStack();
let sql: LibsqlSql;
beforeAll(async () => {
  const path = join(opened.use(new TemporaryFolder()).path, "tables.db");
  sql = new LibsqlSql(opened.use(new Database({ path, synchronous: "OFF", checkpointPages: 0 })));
  await createTables(sql, WASTE_TABLES);
});
afterAll(() => opened.disposeAsync());

const entries = entriesOfKinds(WASTE_ENTRY_KINDS);

async function apply(batches: readonly (readonly Entry[])[]): Promise<void> {
  for (const batch of batches) {
    await sql.transaction((transaction) => projection.apply(transaction, batch));
  }
}

async function rowsOf(...tables: readonly Table[]): Promise<string[]> {
  const dumped: string[] = [];
  for (const table of tables) {
    for (const row of await sql.rows(selectionOf(table))) {
      dumped.push(text(table, Object.keys(table.columns).map((column) => row.value(column))));
    }
  }
  return dumped;
}

function text({ name }: Table, values: readonly Parameter[]): string {
  return `${name} ${JSON.stringify(values.map(storable))}`;
}

async function anew(batches: readonly (readonly Entry[])[]): Promise<string[]> {
  for (const { name } of WASTE_TABLES) await sql.run(`DELETE FROM ${name}`);
  await apply(batches);
  return await rowsOf(...WASTE_TABLES);
}

function streamByStream(all: readonly Entry[]): Entry[][] {
  return [...Map.groupBy(all, ({ origin, stream }) => streamKey(origin, stream)).values()];
}

describe("the tables of waste", () => {
  test("W4 hold the same in whatever order streams come, and at one time", async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (all) => {
        const asWritten = await anew(all.map((entry) => [entry]));
        expect(await anew(streamByStream(all).toReversed())).toEqual(asWritten);
        expect(await anew([streamByStream(all).flat()])).toEqual(asWritten);
      }),
      { numRuns: 1000 },
    );
  });

  test("W4 hold the same when all is given twice, or a stream is forgotten and given again", async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (all) => {
        const [first = []] = streamByStream(all);
        const without = await anew(
          all.filter((entry) => !first.includes(entry)).map((one) => [one]),
        );
        const whole = await anew([all]);
        await apply([all]);
        expect(await rowsOf(...WASTE_TABLES)).toEqual(whole);
        const { origin = "", stream = "" } = first.at(0) ?? {};
        await sql.transaction(async (one) => await projection.forget?.(one, origin, stream));
        expect(await rowsOf(...WASTE_TABLES)).toEqual(without);
        await apply([first]);
        expect(await rowsOf(...WASTE_TABLES)).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  test("W4, W8 say of each bag and load, and of each code, what all entries together say", async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (all) => {
        await anew(all.map((entry) => [entry]));
        const events = all.flatMap((entry) => {
          const word = wordIn(entry, AUTHORITIES);
          return word?.about === "life" ? [word.event] : [];
        });
        const ledger = ledgerOf(events, DEFAULT_RULES);
        const others = (bag: string) =>
          ledger.faults.reduce(
            (sum, fault) =>
              fault.kind === "one-reading-two-bags" && fault.bags.includes(bag)
                ? sum + fault.bags.length - 1
                : sum,
            0,
          );
        const hearers = new Hearers(events);
        const bags = [...ledger.bags.values()].map((one) => {
          const beside = { faults: others(one.bag), untold: hearers.untold(one).length };
          return text(WASTE_BAGS, bagRow(one, beside));
        });
        const loads = [...ledger.loads.values()].map((one) => text(WASTE_LOADS, loadRow(one)));
        const passed = [...ledger.bags.values()].flatMap(passedRows)
          .map((row) => text(WASTE_PASSED, row));
        expect(await rowsOf(WASTE_BAGS, WASTE_PASSED, WASTE_LOADS))
          .toEqual([...bags, ...passed, ...loads]);
        const { manifests } = manifestsOf(events, ledger);
        const code = ["B1", "L2", "box-1", "M-1", "R-1"][all.length % 5];
        expect(await tracedBy(sql, code)).toEqual(traceOf(code, {
          bags: [...ledger.bags.values()],
          boxes: new Map([...ledger.loads.values()].map(({ load, box }) => [load, box])),
          manifests: [...manifests.values()].filter(({ manifest }) => manifest !== code)
            .concat(manifests.get(code) ?? []),
        }));
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ["one thing", { category: "841-001-01" }],
    ["two things", { category: "841-002-01" }],
  ])("W4 hold the same of %s under one id, told to two streams at one moment", async (_, more) => {
    const both = { person: { id: "p" }, credential: { method: "pin", id: "p" } };
    const seal = {
      ...{ id: "w-1", site: "site-1", bag: "B1", category: "841-001-01", source: { ward: "w" } },
      weight: scaled(4000),
      confirmations: [both],
    };
    const resolution = {
      ...{ id: "w-2", site: "site-1", subject: "B1", about: "category", keeps: "w-3" },
      ...{ against: ["w-1"], over: [], reason: "a", confirmation: both },
    };
    const [site, county] = ["site-1.1-0000000000000001", "county-a.1-0000000000000004"];
    const written = (origin: string, stream: string, kind: string, body: object): Entry => {
      const bytes = new TextEncoder().encode(JSON.stringify(body));
      return { origin, stream, seq: 1, time: stampAt(0), kind, body: bytes, hash: bytes };
    };
    const pair = [
      written(site, "record", "waste-sealed", seal),
      written(county, "to:site-1", "waste-sealed", { ...seal, ...more }),
    ];
    const aside = written(county, "record", "waste-resolution", resolution);
    for (const rest of [[], [aside]]) {
      const orders = [[...pair, ...rest], [...rest, ...pair.toReversed()], [...pair.toReversed()]];
      if (rest.length > 0) orders.pop();
      const first = await anew(orders[0].map((entry) => [entry]));
      for (const order of orders) {
        expect(await anew(order.map((entry) => [entry]))).toEqual(first);
        expect(await anew([order])).toEqual(first);
        const { origin, stream } = order[1];
        await sql.transaction(async (one) => await projection.forget?.(one, origin, stream));
        await apply([[order[1]]]);
        expect(await rowsOf(...WASTE_TABLES)).toEqual(first);
      }
    }
  });

  test("a site speaks for itself, its county for all", () => {
    const said = (origin: string, stream: string, site: string) => {
      const body = {
        ...{ id: "w-1", site, scope: site, isOn: true, replaces: [], basis: "a", reason: "b" },
        confirmation: { person: { id: "p" }, credential: { method: "pin", id: "p" } },
      };
      const time = { wallMs: 1, bootId: "0".repeat(32), bootMs: 1, clock: "trusted" } as const;
      const bytes = new TextEncoder().encode(JSON.stringify(body));
      const entry = { origin, stream, seq: 1, time, kind: "waste-epidemic", hash: bytes };
      return wordIn({ ...entry, body: bytes }, AUTHORITIES) !== null;
    };
    const [site, county] = ["site-1.1-0000000000000001", "county-a.1-0000000000000004"];
    expect(said(site, "audit", "site-1")).toBe(true);
    expect(said(site, "audit", "site-2")).toBe(false);
    expect(said(county, "audit", "site-2")).toBe(true);
    expect(said(county, "to:site-2", "site-2")).toBe(true);
    expect(said(county, "to:site-2", "site-1")).toBe(false);
  });

  test.each([
    ...Object.entries(SELECTS),
    ["deliveries", DELIVERIES_SELECT],
    ["places", placesSelect(3)],
    ["words", wordsSelect(3)],
    ["bags", bagsSelect(3)],
    ["boxes", boxesSelect(3)],
    ["manifests by their ids", manifestsSelect(3)],
    ["alarms by their ids", alarmsSelect(3)],
    ...Object.entries(PAGE_SELECTS).map(([name, select]) => [`a page of ${name}`, select]),
  ])(
    "are not scanned for %s",
    async (_name, select) => {
      const parameters = [...select.matchAll(/\?/g)].map((_, index) => index);
      const bounds = { tables: WASTE_TABLES, sorted: true } as const;
      expect(await scansOf(sql, { sql: select, parameters }, bounds)).toEqual([]);
    },
  );
});
