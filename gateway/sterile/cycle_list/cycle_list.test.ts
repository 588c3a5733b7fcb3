import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TablesDesk } from "../../fixture_tables.ts";
import { csvOfTable } from "../../report/data_forms.ts";
import { periodOf } from "../../report/period.ts";
import { planOf } from "../../sql/fixture_plans.ts";
import { STANDARD_RULES } from "../standard_rules.ts";
import type { SupplyEvent } from "../supply/event.ts";
import { SITE, START_MS, STERILISER, Story } from "../supply/fixture_supply.ts";
import { cycleList, SELECTS } from "./cycle_list.ts";

const DAY_MS = 86_400_000;

let site: TablesDesk;
let county: TablesDesk;

/** A morning: the test of the day; loads that two released, that failed, and that came back. */
function story(): readonly SupplyEvent[] {
  const day = new Story();
  day.pack("T1");
  day.load("test", ["T1"], { type: "test" });
  day.cycle("c0", "test", "pass", { loadType: "test" });
  day.bowieDick("c0");
  for (const pack of ["P1", "P2", "P3"]) day.pack(pack);
  day.load("good", ["P1"]);
  const passed = day.cycle("c1", "good");
  const chemical = day.chemical("c1");
  const tests = day.events.filter(({ kind }) => kind === "sterile-bowie-dick");
  const seen = [passed, chemical, ...tests.map(({ body }) => body.id)];
  const check = day.step("check", "good", "li", seen);
  day.step("release", "good", "wang", [...seen, check]);
  day.load("bad", ["P2"]);
  day.cycle("c2", "bad", "fail", {
    reasons: [{ code: "hold-short", rule: "s1-hold-prevacuum", found: 239, wanted: 240 }],
  });
  day.load("back", ["P3"]);
  day.cycle("c3", "back");
  day.tellOf("sterile-recall", {
    ...{ steriliser: STERILISER, cause: "proof-withdrawn", because: ["x"], packs: ["P3"] },
  });
  return day.events;
}

beforeAll(async () => {
  [site, county] = await Promise.all([
    TablesDesk.open({ node: SITE }),
    TablesDesk.open({ node: "county-a", authorities: ["county-a"] }),
  ]);
  for (const [at, { kind, body }] of story().entries()) {
    await site.append(kind, body, at * 60_000, "record");
  }
  const about = { id: "alarm-1", site: SITE, alarm: "unsterile-use", steriliser: null };
  const alarm = { ...about, subject: "P9", sinceMs: START_MS, why: ["unknown-label", "expired"] };
  await site.append("sterile-alarm", alarm, 0, "alarm");
  await site.tables.caughtUp(site.journal);
  await site.handOver(county);
}, 60_000);
afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  await county?.[Symbol.asyncDispose]();
});

/** The day on which the story begins, as rows by their columns' names. */
async function drawn(desk: TablesDesk, name = "2026-03-02") {
  const period = periodOf(name);
  if (period === null) throw new Error("This is a period");
  const report = cycleList(desk.tables, STANDARD_RULES);
  return await report.draw({ site: SITE, period, asOfMs: period.toMs });
}

describe("S5 the list of cycles", () => {
  test("has each cycle with verdict, reasons, tests, both persons, and what came back", async () => {
    const { facts, tables: [{ columns, rows }] } = await drawn(site);
    const at = (key: string) => columns.findIndex((column) => column.key === key);
    const list = (key: string) =>
      rows.map(({ cells }) => {
        const cell = cells[at(key)];
        return typeof cell === "object" && cell !== null ? cell.en : cell;
      });
    expect(list("verdict")).toEqual(["passed", "passed", "failed", "passed"]);
    expect(list("checked_by")).toEqual([null, "li", null, null]);
    expect(list("released_by")).toEqual([null, "wang", null, null]);
    expect(list("recalled")).toEqual(["no", "no", "no", "yes"]);
    expect(list("state").slice(1, 3)).toEqual(["released", "refused"]);
    expect(list("reasons")[2]).toBe(
      "It did not hold long enough (found 239, wanted 240, rule s1-hold-prevacuum)",
    );
    expect(list("indicators")[0]).toBe("Bowie-Dick test: passed");
    expect(list("indicators")[1]).toContain("Chemical indicator");
    expect(list("load")[1]).toBe("good · instruments · 1 pack");
    expect(rows.map(({ tone }) => tone)).toEqual(["good", "good", "bad", "bad"]);
    expect(facts.map(({ value }) => value)).toEqual([4, 3, 1, 0, 1, 1, 1]);
  });

  test("has each pack that was used and was not to be, at site and county", async () => {
    for (const desk of [site, county]) {
      const { tables: [, { rows, columns }] } = await drawn(desk);
      const cells = rows.map(({ cells }) =>
        cells.map((cell) => typeof cell === "object" && cell !== null ? cell.en : cell)
      );
      expect(columns.map(({ key }) => key)).toEqual(["used", "pack", "why", "steriliser", "done"]);
      expect(cells).toEqual([[
        expect.stringContaining("2026-03-02"),
        "P9",
        expect.stringMatching(/^no label of this site.*; its date is over$/),
        null,
        null,
      ]]);
    }
  });

  test("goes from midnight to midnight in Shanghai, by when a cycle began", async () => {
    const report = cycleList(site.tables, STANDARD_RULES);
    const { tables: [{ rows: all }] } = await drawn(site, "2026-03");
    expect(all).toHaveLength(4);
    const of = async (fromMs: number, toMs: number) => {
      const period = { kind: "day", name: "2026-03-02", dates: [], fromMs, toMs } as const;
      return (await report.draw({ site: SITE, period, asOfMs: toMs })).facts[0].value;
    };
    const midnight = START_MS - 8 * 3_600_000;
    expect(await of(midnight, midnight + DAY_MS)).toBe(4);
    const select = "SELECT started FROM sterilecycles ORDER BY started LIMIT 1";
    const [first] = await site.tables.rows(select);
    const startedMs = first.number("started");
    expect(await of(midnight, startedMs)).toBe(0);
    expect(await of(midnight, startedMs + 1)).toBe(1);
  });

  test("is the same bytes at site and county", async () => {
    for (const language of ["zh", "en"] as const) {
      const [here, there] = await Promise.all([drawn(site), drawn(county)]);
      expect(there.tables.map((table) => csvOfTable(table, language)))
        .toEqual(here.tables.map((table) => csvOfTable(table, language)));
      expect(csvOfTable(here.tables[0], language)).toContain(STERILISER);
    }
    expect(await cycleList(county.tables, STANDARD_RULES).sites("", 5)).toEqual([SITE]);
  });

  test("is found by indexes", async () => {
    for (const [name, select] of Object.entries(SELECTS)) {
      const plan = await planOf(site.tables, select);
      expect(plan, name).toMatch(/^SEARCH /);
      expect(plan, name).not.toContain("TEMP B-TREE");
    }
  });
});
