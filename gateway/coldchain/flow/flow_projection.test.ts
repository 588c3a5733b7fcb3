import { expect, test } from "vitest";
import type { Parameter } from "../../sql/sql.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { NURSE } from "../life/fixture_life.ts";
import { codeOf, LOT, movedBodyOf, PRODUCT, usedBodyOf } from "./fixture_flow.ts";

const SITE = "site-1";

async function told(entries: readonly (readonly [kind: string, body: object])[], node = SITE) {
  const desk = await TablesDesk.open({ node });
  for (const [at, [kind, body]] of entries.entries()) await desk.append(kind, body, at, "record");
  await desk.tables.caughtUp(desk.journal);
  return desk;
}

async function list(desk: TablesDesk, select: string, ...parameters: Parameter[]) {
  return (await desk.tables.rows(select, parameters)).map((row) => row.text("said"));
}

const STAYS =
  "SELECT place || ' ' || since || '-' || COALESCE(until, 'now') || ' ' || doses AS said " +
  "FROM coldstays ORDER BY place, since";

const STORED = ["cold-moved", movedBodyOf("stored", "receipt/r", "unit/a", { atMs: 10 })] as const;
const TAKEN = ["cold-moved", movedBodyOf("taken", "unit/a", "session/s", { atMs: 20 })] as const;

test("C14: what was written by mistake counts no more, whichever comes first", async () => {
  const reversal = (id: string, what: string) => {
    const body = { id, site: SITE, what, reason: "写错", by: NURSE };
    return ["cold-reversed", body] as const;
  };
  await using desk = await told([
    ...[reversal("r1", "u1"), STORED, TAKEN, ["cold-used", usedBodyOf("u1")] as const],
    ...[["cold-used", usedBodyOf("u2")] as const, reversal("r2", TAKEN[1].id)],
  ]);
  expect(await list(desk, "SELECT id AS said FROM colduses WHERE void IS NULL")).toEqual(["u2"]);
  expect(await list(desk, STAYS)).toEqual(["unit/a 10-now 10"]);
});

test("C14: a step that is told twice under one id counts once, as it was told first", async () => {
  const again = movedBodyOf("stored", "receipt/r", "unit/a", { atMs: 15 });
  await using desk = await told([STORED, ["cold-moved", again], TAKEN]);
  expect(await list(desk, STAYS)).toEqual(["session/s 20-now 10", "unit/a 10-20 0"]);
});

test("C14: a site has no say in another one's doses", async () => {
  await using desk = await told([STORED, ["cold-used", usedBodyOf("u1")]], "site-9");
  expect(await list(desk, STAYS)).toEqual([]);
  expect(await list(desk, "SELECT id AS said FROM colduses")).toEqual([]);
});

test("C14: an opened vial counts down by what names its code, whichever comes first", async () => {
  const code = codeOf(1);
  const opened = {
    ...{ id: "o1", site: SITE, place: "session/s", product: PRODUCT, lot: LOT, code, doses: 5 },
    ...{ useByMs: 90, source: "说明书", atMs: 30, by: NURSE },
  };
  const lots = [{ product: PRODUCT, lot: LOT, expires: null, doses: 2, codes: [code] }];
  const away = { id: "w1", lots, reason: "超过开瓶时限", atMs: 99 };
  const of = { product: PRODUCT, lot: LOT, code };
  const entries: (readonly [string, object])[] = [
    ...[
      ["cold-opened", opened] as const,
      ["cold-opened", { ...opened, id: "o2", atMs: 31 }] as const,
    ],
    ...["u1", "u2", "u3"].map((id) => ["cold-used", usedBodyOf(id, of)] as const),
    ["cold-used", usedBodyOf("u4", { ...of, code: codeOf(2) })],
    ["cold-moved", movedBodyOf("wasted", "session/s", "waste/w", away)],
    ["cold-reversed", { id: "r1", site: SITE, what: "u2", reason: "写错", by: NURSE }],
  ];
  const select = "SELECT id || ' ' || code || ' ' || used || ' ' || discarded || ' ' || rest || " +
    "' ' || short AS said FROM coldvials";
  for (const some of [entries, entries.toReversed()]) {
    await using desk = await told(some);
    expect(await list(desk, select)).toEqual([`o1 ${code} 2 2 1 0`]);
  }
});

test("C14: a range of codes says which lot a code is of", async () => {
  const range = { from: codeOf(1), to: codeOf(99), lot: LOT, expires: null, name: "乙肝" };
  const body = { id: "l1", site: SITE, ranges: [range], by: NURSE };
  await using desk = await told([["cold-lots", body]]);
  const asked =
    "SELECT lot AS said FROM coldlotcodes WHERE product = ? AND first <= ? AND last >= ?";
  expect(await list(desk, asked, PRODUCT, codeOf(99), codeOf(99))).toEqual([LOT]);
  expect(await list(desk, asked, PRODUCT, codeOf(100), codeOf(100))).toEqual([]);
});
