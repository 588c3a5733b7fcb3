import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stampAt } from "../../../sync/fixtures.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { LOT, movedBodyOf, PRODUCT } from "../flow/fixture_flow.ts";
import { isHeldBack } from "../flow/held_back.ts";
import { unitBodyOf } from "../life/fixture_life.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import { coldchainConfig } from "../coldchain_config.ts";
import type { ColdNode } from "./cold_node.ts";
import { HoldDesk } from "./hold_desk.ts";
import { holdLot } from "./lot_holds.ts";
import { decideOrder, decideQuarantine } from "./quarantine_act.ts";

const SITES = ["site-1", "site-2", "site-3"] as const;
type Site = typeof SITES[number];
const KEEPER = { id: "li" };

const opened = new AsyncDisposableStack();
let county: TablesDesk;
let sites: Readonly<Record<Site, TablesDesk>>;
let desk: HoldDesk;

beforeAll(async () => {
  const open = async (node: string, authorities: readonly string[] = []) =>
    opened.use(await TablesDesk.open({ node, authorities }));
  county = await open("county-a", ["county-a"]);
  sites = {
    "site-1": await open("site-1"),
    "site-2": await open("site-2"),
    "site-3": await open("site-3"),
  };
  desk = new HoldDesk(nodeOf(county), { other: null, isUp: () => false });
  for (const site of SITES) {
    const unit = { ...unitBodyOf(), id: "u", site, unit: "a" };
    await sites[site].append("cold-unit", unit, 1, "record");
  }
  const lots = [{ product: PRODUCT, lot: LOT, expires: null, doses: 5, codes: [] }];
  const moves = async (site: Site, step: string, from: string, to: string, atMs: number) =>
    await sites[site].append(
      "cold-moved",
      movedBodyOf(step, from, to, { site, atMs, ...(step === "stored" ? {} : { lots }) }),
      atMs,
      "record",
    );
  // Of the same lot; at the third site it never came from the first one.
  await moves("site-1", "stored", "receipt/r", "unit/a", 10);
  await moves("site-1", "sent", "unit/a", "away/site-2", 30);
  await moves("site-2", "stored", "away/site-1", "unit/a", 40);
  await moves("site-3", "stored", "receipt/r", "unit/a", 20);
}, 120_000);
afterAll(() => opened.disposeAsync());

function nodeOf({ journal, tables, options }: TablesDesk): ColdNode {
  return {
    ...{ name: options.node, title: { zh: "县", en: "County" }, contacts: [] },
    clock: { now: () => stampAt(100) },
    disk: { append: (...given) => journal.append(...given), noRoomFor: () => null },
    ...{ journal, tables, coldchain: coldchainConfig.parse({}) },
  };
}

/** What sites wrote comes to the county, and what it tells them comes down. */
async function told(): Promise<void> {
  for (const site of SITES) await sites[site].handOver(county);
  await county.tables.caughtUp(county.journal);
  await desk.look();
  for (const site of SITES) {
    await county.handOver(sites[site], `to:${site}`);
    await sites[site].tables.caughtUp(sites[site].journal);
  }
}

async function held(): Promise<string[]> {
  const found = [];
  for (const site of SITES) {
    const dose = { site, place: "unit/a", product: PRODUCT, lot: LOT, code: null };
    if (await isHeldBack(sites[site].tables, dose)) found.push(site);
  }
  return found;
}

const decideAt = async (node: TablesDesk, unit: string, decision: string) => {
  const order = { id: "d-1", unit, product: PRODUCT, lot: LOT, decision, basis: "稳定性数据" };
  const outcome = await decideQuarantine(nodeOf(node), decideOrder.parse(order), KEEPER);
  return outcome.kind === "done" ? "done" : outcome.problem.code;
};

describe("C10: what is held back at one site is at others", () => {
  test("where its doses went, and nowhere else; there a person decides", async () => {
    await told();
    expect(await held()).toEqual([]);
    await sites["site-1"].append(
      "cold-quarantine",
      {
        ...{ id: "q-1", site: "site-1", unit: "a", lots: [{ product: PRODUCT, lot: LOT }] },
        ...{ sinceMs: 15, because: ["e-1"], cause: "out-of-range", by: null },
      },
      50,
      "record",
    );
    await told();
    expect(await held()).toEqual(["site-1", "site-2"]);
    const told1 = await entries();
    await told();
    expect(await entries()).toBe(told1);
    expect(await decideAt(sites["site-2"], WHOLE_SITE, "released")).toBe("done");
    await told();
    expect(await held()).toEqual(["site-1"]);
    expect(await decideAt(sites["site-1"], "a", "released")).toBe("done");
  });

  test("what the county holds is at all sites of the lot, and the county alone lets it go", async () => {
    const order = { id: "recall-1", product: PRODUCT, lot: LOT, reason: "召回 2026-7" };
    await holdLot(nodeOf(county), order, { id: "wang" });
    await told();
    expect(await held()).toEqual([...SITES]);
    expect(await decideAt(sites["site-3"], WHOLE_SITE, "released")).toBe("county-decides");
    expect(await decideAt(county, WHOLE_SITE, "released")).toBe("done");
    await told();
    expect(await held()).toEqual([]);
    const before = await entries();
    await told();
    expect(await entries()).toBe(before);
  });
});

/** What the county has told sites. */
async function entries(): Promise<number> {
  const select = "SELECT count(*) AS n FROM coldevents WHERE node = 'county-a'";
  return (await county.tables.rows(select))[0].number("n");
}
