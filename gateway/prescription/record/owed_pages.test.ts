import { join } from "node:path";
import { expect, test } from "vitest";
import { Database } from "../../../sync/database.ts";
import { range, TemporaryFolder } from "../../../sync/fixtures.ts";
import { LibsqlSql } from "../../sql/libsql_sql.ts";
import { OwedPages } from "./owed_pages.ts";
import type { RecordKey } from "./stored_events.ts";

const QUERY = { sql: "SELECT site, number FROM owed ORDER BY received", values: [], max: 500 };

/** Prescriptions of one site, the oldest first. */
async function owing(numbers: readonly string[]) {
  using opened = new DisposableStack();
  const folder = opened.use(new TemporaryFolder());
  const path = join(folder.path, "tables.db");
  const options = { path, synchronous: "NORMAL", checkpointPages: 1000 } as const;
  const sql = new LibsqlSql(opened.use(new Database(options)));
  await sql.run("CREATE TABLE owed (received INTEGER PRIMARY KEY, site TEXT, number TEXT)");
  for (const [received, number] of numbers.entries()) {
    await sql.run("INSERT INTO owed VALUES (?, 'site-1', ?)", [received, number]);
  }
  return { sql, pages: new OwedPages(sql, QUERY), closing: opened.move() };
}

const isStuck = ({ number }: RecordKey) => number.startsWith("stuck");
const numbersOf = (keys: readonly RecordKey[]) => keys.map(({ number }) => number);

test("T6 T10: 500 that cannot go on hold up none behind them, and have their turn again", async () => {
  const stuck = range(1, 500).map((n) => `stuck-${n}`);
  const { sql, pages, closing } = await owing([...stuck, "good"]);
  using _ = closing;
  const first = await pages.next((key) => !isStuck(key));
  expect(first).toEqual({ ready: [], round: null, isMore: true });
  const second = await pages.next((key) => !isStuck(key));
  expect(numbersOf(second.ready)).toEqual(["good"]);
  expect(second.round?.length).toBe(501);
  expect(second.isMore).toBe(true);
  await sql.run("DELETE FROM owed WHERE number = 'good'");
  const third = await pages.next(() => true);
  expect(numbersOf(third.ready)).toEqual(stuck);
});

test("what can go on comes oldest first, however many wait, and then it is the end", async () => {
  const { sql, pages, closing } = await owing(range(1, 700).map((n) => `good-${n}`));
  using _ = closing;
  const first = await pages.next(() => true);
  expect([first.ready.length, first.ready[0].number]).toEqual([500, "good-1"]);
  await sql.run("DELETE FROM owed WHERE received < 500");
  const second = await pages.next(() => true);
  expect([second.ready.length, second.ready[0].number]).toEqual([200, "good-501"]);
  expect(second.isMore).toBe(false);
});
