import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "../../../sync/database.ts";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { LibsqlSql } from "../../sql/libsql_sql.ts";
import { putInto } from "../../sql/put.ts";
import type { Parameter } from "../../sql/sql.ts";
import { createTables } from "../../sql/table.ts";
import { PRESCRIPTIONS } from "../record/life_tables.ts";
import { afterCounts, MONTH_SELECTS, verdictCounts, waitsOf } from "./office_reads.ts";
import { DECISIONS, OFFICE_TABLES, VERDICTS } from "./office_tables.ts";

const HOUR_MS = 3_600_000;
const SPAN = { fromMs: 0, toMs: 24 * HOUR_MS };
const POLICY = { warnMs: 180_000, escalateMs: 300_000 };

const opened = new AsyncDisposableStack();
let sql: LibsqlSql;
beforeAll(async () => {
  const path = join(opened.use(new TemporaryFolder()).path, "tables.db");
  sql = new LibsqlSql(opened.use(new Database({ path, synchronous: "OFF", checkpointPages: 0 })));
  await createTables(sql, [...OFFICE_TABLES, PRESCRIPTIONS]);
});
afterAll(() => opened.disposeAsync());

async function put(into: ReturnType<typeof putInto>, rows: Parameter[][]): Promise<void> {
  await sql.transaction((transaction) => into(transaction, rows));
}

const order = (wallMs: number): Parameter[] => [wallMs, -wallMs, `county-a.1-0/to:s/${wallMs}`];

function verdict(number: string, mode: string, outcome: string, wallMs: number): Parameter[] {
  const code = outcome === "pass" && mode !== "after-review" ? "pass" : null;
  const kept = [outcome, "none", code, "pack", 1, 400, null, null];
  return ["s", number, 1, mode, `${mode} ${number}`, ...kept, ...order(wallMs)];
}

function decision(number: string, sinceMs: number | null, wallMs: number): Parameter[] {
  const said = ["approve", "li", `county ${number}`, sinceMs, null, "[]", null, null];
  return ["s", number, `decision ${number}`, 1, ...said, ...order(wallMs)];
}

describe("a month's report and sample", () => {
  test.each(
    [
      ["verdicts", /^SEARCH officeverdicts USING COVERING INDEX officeverdictscounted \(mode=/],
      ["afters", /^SEARCH v USING COVERING INDEX officeverdictscounted \(mode=/],
      ["waits", /^SEARCH d USING (COVERING )?INDEX officedecisionswritten \(wall>/],
      ["discharged", /^SEARCH m USING (COVERING )?INDEX officeprescriptionsofmonth \(sample=/],
    ] as const,
  )("P8 P12 reads its %s off an index, and scans no table", async (name, wanted) => {
    const select = MONTH_SELECTS[name];
    const values = [...select.matchAll(/\?/g)].map((_, index) => index);
    const plan = await sql.rows(`EXPLAIN QUERY PLAN ${select}`, values);
    const details = plan.map((row) => row.text("detail"));
    expect(details.filter((detail) => wanted.test(detail))).toHaveLength(1);
    // What stands in the statement itself is read as a table of its own.
    expect(details.filter((detail) => /^SCAN (?!waits|\(subquery)/.test(detail))).toEqual([]);
  });

  test("P8 P12 counts each verdict once, from the first moment to before the last", async () => {
    await put(putInto(VERDICTS, { onConflict: { newer: ["early", "place"] } }), [
      verdict("1", "county", "pass", 0),
      verdict("2", "county", "pass", 6 * HOUR_MS - 1),
      verdict("3", "county", "pharmacist", 6 * HOUR_MS),
      verdict("4", "degraded", "pass", 12 * HOUR_MS),
      verdict("4", "after-review", "pharmacist", 30 * HOUR_MS),
      verdict("5", "degraded", "pass", 24 * HOUR_MS - 1),
      verdict("6", "county", "pass", 24 * HOUR_MS),
    ]);
    const counts = await verdictCounts(sql, SPAN);
    const total = (mode: string, outcome: string) =>
      counts.filter((one) => one.mode === mode && one.outcome === outcome)
        .reduce((sum, { count }) => sum + count, 0);
    expect(total("county", "pass")).toBe(2);
    expect(total("county", "pharmacist")).toBe(1);
    expect(total("degraded", "pass")).toBe(2);
    expect(total("after-review", "pharmacist")).toBe(0);
    const afters = await afterCounts(sql, SPAN);
    expect(afters.map(({ outcome, after, count }) => [outcome, after, count])).toEqual([
      ["pass", "pharmacist", 1],
      ["pass", null, 1],
    ]);
  });

  test("P8 counts waits of three and five minutes, and a millisecond less as none", async () => {
    await put(putInto(DECISIONS, { onConflict: { newer: ["early", "place"] } }), [
      decision("1", HOUR_MS, HOUR_MS + 179_999),
      decision("2", HOUR_MS, HOUR_MS + 180_000),
      decision("7", HOUR_MS, HOUR_MS + 299_999),
      decision("8", HOUR_MS, HOUR_MS + 300_000),
      // Of its verdict, which is of six hours after the beginning.
      decision("3", null, 6 * HOUR_MS + 300_000),
      // Nobody knows its verdict.
      decision("9", null, 7 * HOUR_MS),
      decision("6", 0, 24 * HOUR_MS),
    ]);
    expect(await waitsOf(sql, SPAN, POLICY, 0))
      .toEqual({ decided: 6, warned: 4, escalated: 2, waiting: 0, waitingEscalated: 0 });
  });
});
