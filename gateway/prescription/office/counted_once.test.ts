import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "../../../sync/database.ts";
import type { Entry } from "../../../sync/entry.ts";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { LibsqlSql } from "../../sql/libsql_sql.ts";
import { createTables, selectionOf } from "../../sql/table.ts";
import type { LifeEvent } from "../life/event.ts";
import { entryOfEvent, NUMBER, SITE, Story } from "../life/fixture_life.ts";
import { PRESCRIPTIONS } from "../record/life_tables.ts";
import { dayReportOf } from "./day_report.ts";
import { officeOf } from "./office_projection.ts";
import * as reads from "./office_reads.ts";
import { OFFICE_TABLES } from "./office_tables.ts";
import { workloadOf } from "./workload.ts";

const START_MS = 1_772_416_800_000;
const SPAN = { fromMs: START_MS, toMs: START_MS + 86_400_000 };
const POLICY = { warnMs: 180_000, escalateMs: 300_000 };
const OFFICE = officeOf(["county-a", "county-b"]);

const opened = new AsyncDisposableStack();
let sql: LibsqlSql;
beforeAll(async () => {
  const path = join(opened.use(new TemporaryFolder()).path, "tables.db");
  sql = new LibsqlSql(opened.use(new Database({ path, synchronous: "OFF", checkpointPages: 0 })));
  await createTables(sql, [...OFFICE_TABLES, PRESCRIPTIONS]);
});
afterAll(() => opened.disposeAsync());

/** The tables made anew of these, entry by entry. */
async function apply(entries: readonly Entry[]): Promise<void> {
  await sql.transaction(async (transaction) => {
    for (const { name } of OFFICE_TABLES) await transaction.run(`DELETE FROM ${name}`);
    for (const entry of entries) await OFFICE.apply(transaction, [entry]);
  });
}

async function reportOf(events: readonly LifeEvent[]) {
  await apply(events.map(entryOfEvent));
  const counts = await reads.verdictCounts(sql, SPAN);
  const afters = await reads.afterCounts(sql, SPAN);
  const waits = await reads.waitsOf(sql, SPAN, POLICY, SPAN.toMs);
  return dayReportOf(counts, afters, waits);
}

async function workOf(events: readonly LifeEvent[]) {
  await apply(events.map(entryOfEvent));
  const { all, persons } = workloadOf(await reads.decisionsOf(sql, SPAN), POLICY.escalateMs);
  return { all: all.decided, persons: persons.map(({ person, decided }) => [person, decided]) };
}

const named = (some: readonly { name: string; count: number }[]) =>
  Object.fromEntries(some.filter(({ count }) => count > 0).map((one) => [one.name, one.count]));

/** A centre, or a site, since so many minutes after the beginning. */
const at = (node: string, minutes = 0) => new Story(node, START_MS + minutes * 60_000);

describe("P8 P11: what two centres reviewed apart", () => {
  test("counts once in a day's report, as the stricter says, and passed once", async () => {
    const report = await reportOf([
      at("county-a").verdict("pass"),
      at("county-b", 1).verdict("notice"),
    ]);
    expect([report.verdicts, named(report.outcomes), named(report.modes)])
      .toEqual([1, { notice: 1 }, { county: 1 }]);
    expect(named(report.passes)).toEqual({ notice: 1 });
    expect(report.sites).toEqual([
      { site: SITE, verdicts: 1, passes: 1, degraded: 0, intercepted: 0 },
    ]);
    const passes = await reads.passesOf(sql, SPAN, null, 10);
    expect(passes.map(({ code }) => code)).toEqual(["notice"]);
  });

  test("stays listed as passed where the other centre has stopped it: until then it had", async () => {
    const report = await reportOf([
      at("county-a").verdict("pass"),
      at("county-b").verdict("intercept"),
    ]);
    expect([report.verdicts, named(report.outcomes)]).toEqual([1, { intercept: 1 }]);
    expect(named(report.passes)).toEqual({ pass: 1 });
    expect(await reads.passesOf(sql, SPAN, null, 10)).toMatchObject([{ code: "pass" }]);
  });

  test("another version of it is another one", async () => {
    const a = at("county-a");
    const events = [a.verdict("pass"), a.verdict("pass", { version: 2 })];
    expect((await reportOf(events)).verdicts).toBe(2);
  });

  test("P12 counts once among what sites decided alone, by the stricter later review", async () => {
    const own = at(SITE).verdict("pass", { mode: "degraded" });
    const later = { mode: "after-review" } as const;
    const both = [
      at("county-a", 1).verdict("pass", later),
      at("county-b", 2).verdict("pharmacist", later),
    ];
    const { degraded, modes, verdicts } = await reportOf([own, ...both]);
    expect(degraded).toEqual({ all: 1, reviewed: 1, owed: 0, otherwise: 1 });
    expect([verdicts, named(modes)]).toEqual([1, { "degraded": 1, "after-review": 1 }]);
  });

  test("P12 is the county's where both it and the site decided as it came", async () => {
    const { degraded, verdicts, modes } = await reportOf([
      at(SITE).verdict("pharmacist", { mode: "degraded" }),
      at("county-a").verdict("pass"),
    ]);
    expect([verdicts, named(modes), degraded.all]).toEqual([1, { county: 1 }, 0]);
  });

  test("P13 is in a month's sample once, with an entry of each centre", async () => {
    const [a, b] = [at("county-a"), at("county-b", 1)];
    await apply([a.prescription(), b.prescription(), a.verdict("pass"), b.verdict("pass")]
      .map(entryOfEvent));
    const all = await Array.fromAsync(reads.populationOf(sql, "outpatient", SPAN));
    expect(all.map(({ site, number }) => `${site}/${number}`)).toEqual([`${SITE}/${NUMBER}`]);
  });
});

describe("P8 P14: decisions of two persons on the same", () => {
  const since = (ms: number) => ({ sinceMs: START_MS + ms });

  test("are each one's work, and one that was waited for, the longer", async () => {
    const events = [
      at("county-a", 2).decision("approve", "li", null, since(60_000)),
      at("county-b", 8).decision("refuse", "wang", null, since(60_000)),
    ];
    expect(await workOf(events)).toEqual({ all: 1, persons: [["li", 1], ["wang", 1]] });
    expect(await reads.waitsOf(sql, SPAN, POLICY, SPAN.toMs))
      .toMatchObject({ decided: 1, warned: 1, escalated: 1 });
  });

  test("one person who says it at both centres has said it once", async () => {
    const events = ["county-a", "county-b"].map((node) => at(node).decision("approve", "li"));
    expect(await workOf(events)).toEqual({ all: 1, persons: [["li", 1]] });
  });

  test("P11 on what was examined again are others, also where the same person says the same", async () => {
    const a = at("county-a");
    const events = [
      a.verdict("pharmacist"),
      a.decision("approve", "li"),
      a.verdict("could-not-check", { mode: "after-split" }),
      a.decision("approve", "li"),
    ];
    for (const order of [events, events.toReversed()]) {
      expect(await workOf(order)).toEqual({ all: 2, persons: [["li", 2]] });
    }
  });

  test("over another answer are others", async () => {
    const a = at("county-a");
    const asked = a.decision("ask", "li");
    const told = a.answer("explain", asked);
    expect(await workOf([asked, told, a.decision("approve", "li", told)]))
      .toEqual({ all: 2, persons: [["li", 2]] });
  });

  test.each([[["li"], 1], [["li", "wang"], 2], [["li", "wang", "zhao"], 2]])(
    "P14 signatures of %j are %i",
    async (persons, all) => {
      const a = at("county-a");
      const insists = a.answer("insist", a.verdict("pharmacist"));
      const signed = persons.map((person) => a.decision("sign", person, insists));
      expect(await workOf(signed)).toEqual({ all, persons: persons.map((one) => [one, 1]) });
    },
  );
});

test("P11: reports are the same in whatever order the entries came", async () => {
  const [a, b, site] = [at("county-a"), at("county-b"), at(SITE)];
  const asked = a.decision("ask", "li", null, { id: "same" });
  const entries = [
    a.verdict("pass"),
    b.verdict("intercept"),
    b.verdict("pass", { mode: "after-review" }),
    a.verdict("notice", { mode: "after-review" }),
    site.verdict("notice", { mode: "degraded" }),
    b.prescription(),
    asked,
    b.decision("approve", "wang"),
    // One id of two versions: its row moves from one to the other.
    b.decision("approve", "li", null, { id: "same", version: 2 }),
    b.decision("refuse", "li", null, { version: 2 }),
    a.decision("sign", "zhao"),
    b.verdict("could-not-check", { mode: "after-split" }),
    b.decision("approve", "wang"),
  ].map(entryOfEvent);
  const dump = async (inOrder: readonly Entry[]) => {
    await apply(inOrder);
    const rows: unknown[] = [];
    for (const table of OFFICE_TABLES) {
      const columns = Object.keys(table.columns);
      const found = await sql.rows(selectionOf(table));
      rows.push(...found.map((row) => [table.name, ...columns.map((name) => row.value(name))]));
    }
    return rows;
  };
  const expected = await dump(entries);
  const anyOrder = fc.shuffledSubarray(entries, { minLength: entries.length });
  await fc.assert(
    fc.asyncProperty(anyOrder, async (inOrder) => {
      expect(await dump(inOrder)).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});
