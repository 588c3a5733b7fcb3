import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "../../../sync/database.ts";
import type { Entry } from "../../../sync/entry.ts";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { AUTHORITIES } from "../../fixture_entries.ts";
import { LibsqlSql } from "../../sql/libsql_sql.ts";
import type { Rows } from "../../sql/sql.ts";
import { createTables } from "../../sql/table.ts";
import type { WasteEvent } from "../entry/event.ts";
import { BOTH, confirmed, HOUR_MS, SITE, START_MS, Story } from "../fixture_waste.ts";
import { ledgerOf } from "../life/ledger.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { leftBehind } from "../store/left_behind.ts";
import { Deliveries } from "./deliveries.ts";
import { StoredWords } from "./stored_words.ts";
import { wasteOf } from "./waste_projection.ts";
import { WASTE_TABLES } from "./waste_tables.ts";

const opened = new AsyncDisposableStack();
let sql: LibsqlSql;
beforeAll(async () => {
  const path = join(opened.use(new TemporaryFolder()).path, "tables.db");
  sql = new LibsqlSql(opened.use(new Database({ path, synchronous: "OFF", checkpointPages: 0 })));
  await createTables(sql, WASTE_TABLES);
});
afterAll(() => opened.disposeAsync());

async function tell(events: readonly WasteEvent[]): Promise<void> {
  for (const { name } of WASTE_TABLES) await sql.run(`DELETE FROM ${name}`);
  const entries = events.map(({ kind, body, time }, index): Entry => {
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    const place = { origin: `${SITE}.1-0000000000000001`, stream: "record", seq: index + 1 };
    return { ...place, time, kind, body: bytes, hash: bytes };
  });
  await sql.transaction((transaction) => wasteOf(AUTHORITIES).apply(transaction, entries));
}

/** By the tables, with how many rows were read; and by all that was told. */
async function leftOf(events: readonly WasteEvent[]) {
  const { bags, deliveries } = ledgerOf(events, DEFAULT_RULES);
  let read = 0;
  const counted: Rows = {
    rows: async (...asked) => {
      const found = await sql.rows(...asked);
      read += found.length;
      return found;
    },
  };
  const some = await new Deliveries(counted, new StoredWords(counted))
    .thatMissed([...bags.values()]);
  const said = (by: typeof deliveries) =>
    leftBehind({ bags, deliveries: by }).map(({ bag, stored }) => `${bag} ${stored}`);
  return { tables: said(some), all: said(deliveries), read };
}

test("W6 of a collector's years the few deliveries are read that bear on bags on their way", async () => {
  const rows: number[] = [];
  for (const before of [10, 400]) {
    const store = new Story("store");
    const early = Array.from({ length: before }, (_, n) => store.stored([`E${n}`]));
    const bags = ["B1", "B2", "B3"];
    const collected = [...bags.map((bag) => store.sealed(bag)), store.handover(bags)];
    const late = Array.from({ length: before }, (_, n) => store.stored([`L${n}`]));
    const events = [...early, ...collected, ...late];
    await tell(events);
    const { tables, all, read } = await leftOf(events);
    expect(tables).toEqual(bags.map((bag) => `${bag} ${late[0].body.id}`));
    expect(all).toEqual(tables);
    rows.push(read);
  }
  expect(rows[1]).toBe(rows[0]);
  expect(rows[0]).toBeLessThan(30);
});

interface Moment {
  readonly boot: string;
  readonly wall: number;
  readonly bootMs: number;
}
const delivery = fc.record({
  boot: fc.constantFrom("a", "b"),
  wall: fc.integer({ min: -3, max: 5 }),
  bootMs: fc.integer({ min: 0, max: 9 }),
  bags: fc.constantFrom(["B1"], ["B2"], ["B9"], ["B8"]),
  becomes: fc.constantFrom("stands", "stands", "pending", "confirmed", "reversed"),
});

test("W6 what the tables say was left behind is what all entries together say", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(delivery, { maxLength: 12 }), async (deliveries) => {
      const story = new Story("store");
      const at = (event: WasteEvent, { boot, wall, bootMs }: Moment) => {
        const moment = { wallMs: START_MS + wall * HOUR_MS, bootId: boot.repeat(32), bootMs };
        return { ...event, time: { ...event.time, ...moment } };
      };
      const collected = { boot: "a", wall: 0, bootMs: 4 };
      const events = [
        ...["B1", "B2", "B3"].map((bag) => story.sealed(bag)),
        at(story.handover(["B1", "B2", "B3"]), collected),
        ...deliveries.flatMap((one) => {
          const waits = one.becomes === "pending" || one.becomes === "confirmed";
          const confirmations = waits ? [confirmed("nurse")] : BOTH;
          const stored = at(story.stored(one.bags, { confirmations }), one);
          if (one.becomes === "confirmed") return [stored, story.confirms(stored, "carrier")];
          return one.becomes === "reversed" ? [stored, story.reversed(stored)] : [stored];
        }),
      ];
      await tell(events);
      const { tables, all } = await leftOf(events);
      expect(tables).toEqual(all);
    }),
    { numRuns: 300 },
  );
});
