import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stampAt } from "../../../sync/fixtures.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { csvOfTable } from "../../report/data_forms.ts";
import { periodOf } from "../../report/period.ts";
import { planOf } from "../../sql/fixture_plans.ts";
import type { WasteEvent } from "../entry/event.ts";
import {
  BOTH,
  CARRIER,
  INFECTIOUS,
  OTHER_CARRIER,
  SHARPS,
  SITE,
  STORE,
  Story,
} from "../fixture_waste.ts";
import { ledgerOf } from "../life/ledger.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { balanceOf } from "../store/balance.ts";
import { balanceReport, SELECTS, wasteOfTime } from "./balance_report.ts";
import { type BagLine, balanceLines, placeOf, PLACES, wasteReport } from "./balance_table.ts";

const BEGAN_MS = stampAt(0).wallMs;
const HOUR_MS = 3_600_000;

let site: TablesDesk;
let county: TablesDesk;
let events: WasteEvent[];

/** Six bags: one is reversed, one missing, one in the store, one on its way, two received. */
function story(): WasteEvent[] {
  const node = new Story(SITE).at(BEGAN_MS);
  const sealed = ["B1", "B2", "B3", "B4", "B5"].map((bag, at) =>
    node.sealed(bag, {
      category: at === 4 ? SHARPS : INFECTIOUS,
      source: { ward: at < 3 ? "ward-3" : "ward-4" },
    })
  );
  const wrong = node.sealed("B6");
  const reversed = node.write("waste-reversal", {
    ...{ of: wrong.body.id, reason: "贴错标签", confirmations: BOTH },
  });
  const collected = node.handover(["B1", "B2", "B3", "B4", "B5"]);
  const stored = node.stored(["B1", "B2", "B4", "B5"], {
    missing: [{ bag: "B3", explanation: "不在箱中" }],
  });
  const left = node.departed(["B2", "B4", "B5"]);
  return [...sealed, wrong, reversed, collected, stored, left, node.received(["B4", "B5"])];
}

beforeAll(async () => {
  [site, county] = await Promise.all([
    TablesDesk.open({ node: SITE }),
    TablesDesk.open({ node: "county-a", authorities: ["county-a"] }),
  ]);
  events = story();
  for (const { kind, body, time } of events) {
    await site.append(kind, body, time.wallMs - BEGAN_MS, "record");
  }
  await site.tables.caughtUp(site.journal);
  await site.handOver(county);
}, 60_000);
afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  await county?.[Symbol.asyncDispose]();
});

const SPAN = { fromMs: BEGAN_MS, toMs: BEGAN_MS + HOUR_MS };

describe("W6 the balance of waste", () => {
  test("has each bag in one place, by category and ward, and what was reversed in none", async () => {
    const { bags } = await wasteOfTime(site.tables, SITE, SPAN, SPAN.toMs);
    const lines = balanceLines(bags).map((line) => [
      ...[line.ward, line.category, line.sealed.bags, line.sealed.grams],
      ...PLACES.map((place) => line[place].bags),
    ]);
    expect(lines).toEqual([
      ["ward-3", INFECTIOUS, 3, 12_000, 0, 1, 1, 0, 1],
      ["ward-4", INFECTIOUS, 1, 4000, 0, 0, 0, 1, 0],
      ["ward-4", SHARPS, 1, 4000, 0, 0, 0, 1, 0],
    ]);
    for (const line of balanceLines(bags)) {
      const sum = PLACES.reduce((total, place) => total + line[place].grams, 0);
      expect(sum).toBe(line.sealed.grams);
    }
  });

  test("is the reconciliation at the store: what is here, and the missing bag by its name", async () => {
    const atStore = events.slice(0, 9);
    const { bags } = ledgerOf(atStore, DEFAULT_RULES);
    const collected = ["B1", "B2", "B3", "B4", "B5"].map((bag) => ({
      bag,
      weight: bags.get(bag)?.weight ?? null,
    }));
    const counted = { bags: ["B1", "B2", "B4", "B5"], grams: 16_000, divisionGrams: 10 };
    const balance = balanceOf(collected, [], counted, DEFAULT_RULES);
    const report = wasteReport(await wasteOfTime(site.tables, SITE, SPAN, SPAN.toMs));
    const [, missing] = report.tables;
    expect(balance.imbalances).toEqual([{ kind: "missing-bag", bag: "B3" }]);
    expect(missing.rows.map(({ cells: [bag, , , , said] }) => [bag, said]))
      .toEqual([["B3", "不在箱中"]]);
    const fact = (key: string) => report.facts.find((one) => one.key === key)?.value;
    const came = ["store_bags", "manifest_bags", "received_bags"].map((key) => fact(key) ?? 0);
    expect(came.reduce((sum, one) => sum + one, 0)).toBe(counted.bags.length);
    expect((fact("sealed_kg") ?? 0) * 1000 - 4000).toBe(balance.collectedGrams);
    expect([fact("sealed_bags"), fact("missing_bags"), fact("disputed_bags")]).toEqual([5, 1, 0]);
  });

  test("W8: names the manifest, what was weighed, and the bag that no receipt has", async () => {
    const { tables: [, , manifests] } = wasteReport(
      await wasteOfTime(site.tables, SITE, SPAN, SPAN.toMs),
    );
    const [row] = manifests.rows;
    expect(manifests.rows).toHaveLength(1);
    expect(row.cells.slice(3)).toEqual(["B2", 3, 12, 4]);
    expect(row.tone).toBe("bad");
  });

  test("counts from midnight to midnight in Shanghai, by when a bag was sealed", async () => {
    const [first] = (await wasteOfTime(site.tables, SITE, SPAN, SPAN.toMs)).bags;
    const of = async (fromMs: number, toMs: number) =>
      (await wasteOfTime(site.tables, SITE, { fromMs, toMs }, SPAN.toMs)).bags.map(({ bag }) =>
        bag
      );
    expect(await of(BEGAN_MS, first.sealedMs)).toEqual([]);
    expect(await of(first.sealedMs, first.sealedMs + 1)).toEqual(["B1"]);
    expect(await of(first.sealedMs + 1, SPAN.toMs)).not.toContain("B1");
  });

  test("of a time that is over is how it ended, whatever came of the bags since", async () => {
    const [stored, left] = events.slice(8, 10);
    const counts = async (asOfMs: number) => {
      const span = { fromMs: BEGAN_MS, toMs: asOfMs };
      const { bags, missing, manifests } = await wasteOfTime(site.tables, SITE, span, asOfMs);
      const at = (place: string) => bags.filter((bag) => placeOf(bag) === place).length;
      const lines = manifests.map(({ standing, bags, grams, outstanding }) =>
        [standing.stage, bags, grams, outstanding.length].join(" ")
      );
      return [PLACES.map(at), missing.map(({ explanation }) => explanation), lines];
    };
    // Before the store took them all six were sealed, and one was reversed.
    expect(await counts(stored.time.wallMs)).toEqual([[5, 0, 0, 0, 0], [], []]);
    expect(await counts(left.time.wallMs)).toEqual([[0, 4, 0, 0, 1], ["不在箱中"], []]);
    expect(await counts(left.time.wallMs + 1)).toEqual([
      [0, 1, 3, 0, 1],
      ["不在箱中"],
      ["departed 3 12000 3"],
    ]);
    expect(await counts(SPAN.toMs)).toEqual([
      [0, 1, 1, 2, 1],
      ["不在箱中"],
      ["received 3 12000 1"],
    ]);
  });

  test("of a time that is over has what other sites took since, one after the other", async () => {
    const [second, third] = ["site-018", "site-019"];
    await using later = await TablesDesk.open({ node: "county-a", authorities: ["county-a"] });
    await site.handOver(later);
    let after = events[8].body.id;
    let at = SPAN.toMs;
    for (
      const [node, ways] of [[second, [STORE, OTHER_CARRIER]], [third, [
        OTHER_CARRIER,
        CARRIER,
      ]]] as const
    ) {
      const story = new Story(node).at(at);
      const taken = story.moved("waste-handover", ways, ["B1"], { site: node, after: [after] });
      // Their county's word counts as theirs does.
      await later.append(taken.kind, taken.body, taken.time.wallMs - BEGAN_MS, "record");
      after = taken.body.id;
      at += HOUR_MS;
    }
    await later.tables.caughtUp(later.journal);
    const hasAt = async (asOfMs: number) => {
      const having: string[] = [];
      for (const one of [SITE, second, third]) {
        const { bags } = await wasteOfTime(later.tables, one, SPAN, asOfMs);
        if (bags.some(({ bag }) => bag === "B1")) having.push(one);
      }
      return having;
    };
    expect(await hasAt(SPAN.toMs)).toEqual([SITE]);
    expect(await hasAt(SPAN.toMs + HOUR_MS)).toEqual([second]);
    expect(await hasAt(SPAN.toMs + 2 * HOUR_MS)).toEqual([third]);
  });

  test("is the same bytes at site and county", async () => {
    const day = new Date(BEGAN_MS + 8 * HOUR_MS).toISOString().slice(0, 7);
    const period = periodOf(day);
    if (period === null) throw new Error("It is a month");
    const bytes = async ({ tables }: TablesDesk) => {
      const report = balanceReport(tables);
      const { tables: drawn } = await report.draw({ site: SITE, period, asOfMs: period.toMs });
      return drawn.map((table) => csvOfTable(table, "zh"));
    };
    const here = await bytes(site);
    expect(here[0]).toContain("合计");
    expect(await bytes(county)).toEqual(here);
    expect(await balanceReport(county.tables).sites("", 5)).toEqual([SITE]);
  });

  test("a bag whose sealing was reversed is nowhere, a missing one nowhere else", () => {
    const line: Pick<BagLine, "state" | "isMissing"> = { state: "handed-over", isMissing: true };
    expect(placeOf(line)).toBe("missing");
    expect(placeOf({ ...line, state: "void" })).toBeNull();
    expect(placeOf({ ...line, isMissing: false })).toBe("waiting");
  });

  test("is found by indexes", async () => {
    for (const [name, select] of Object.entries(SELECTS)) {
      const plan = await planOf(site.tables, select);
      expect(plan, name).toMatch(/^SEARCH /);
      expect(plan, name).not.toContain("TEMP B-TREE");
    }
  });
});
