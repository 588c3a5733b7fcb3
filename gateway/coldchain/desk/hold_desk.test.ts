import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stampAt } from "../../../sync/fixtures.ts";
import type { Rows } from "../../sql/sql.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { viewOf } from "../../console/language.ts";
import { countedTwice } from "../flow/counted_twice.ts";
import { LOT, movedBodyOf, PRODUCT } from "../flow/fixture_flow.ts";
import { isHeldBack } from "../flow/held_back.ts";
import { allHeld } from "../flow/held_stock.ts";
import { heldPage } from "../pages/quarantine_page.ts";
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
const ACTOR = { account: KEEPER.id, rights: new Set(["coldchain.acknowledge"] as const) };
const order = {
  ...{ id: "recall-1", product: PRODUCT, lot: LOT, reason: "召回 2026-7", isUnseen: true },
};
type HoldOrder = typeof order;

const opened = new AsyncDisposableStack();
let county: TablesDesk;
let other: TablesDesk;
let sites: Readonly<Record<Site, TablesDesk>>;
let desk: HoldDesk;

beforeAll(async () => {
  const open = async (node: string, authorities: readonly string[] = []) =>
    opened.use(await TablesDesk.open({ node, authorities }));
  county = await open("county-a", ["county-a", "county-b"]);
  other = await open("county-b", ["county-a", "county-b"]);
  sites = {
    "site-1": await open("site-1"),
    "site-2": await open("site-2"),
    "site-3": await open("site-3"),
  };
  desk = new HoldDesk(nodeOf(county), { other: "county-b", isUp: () => false });
  for (const site of SITES) {
    // People read it by hand.
    const unit = { ...unitBodyOf({ probes: [] }), id: "u", site, unit: "a" };
    await sites[site].append("cold-unit", unit, 1, "record");
  }
  // Of the same lot; at the third site it never came from the first one.
  await moves("site-1", "stored", "receipt/r", "unit/a", 10);
  await moves("site-1", "sent", "unit/a", "away/site-2", 30);
  await moves("site-2", "stored", "away/site-1", "unit/a", 40);
  await moves("site-3", "stored", "receipt/r", "unit/a", 20);
}, 120_000);
afterAll(() => opened.disposeAsync());

async function moves(site: Site, step: string, from: string, to: string, atMs: number, lot = LOT) {
  const lots = [{ product: PRODUCT, lot, expires: null, doses: 5, codes: [] }];
  const body = movedBodyOf(step, from, to, { site, atMs, ...(step === "stored" ? {} : { lots }) });
  const named = { ...body, id: `${step} ${to} ${atMs} ${lot}` };
  const all = lot === LOT ? {} : { lots };
  await sites[site].append("cold-moved", { ...named, ...all }, atMs, "record");
}

function nodeOf({ journal, tables, options }: TablesDesk, nowMs = 100): ColdNode {
  return {
    ...{ name: options.node, title: { zh: "县", en: "County" }, contacts: [] },
    clock: { now: () => stampAt(nowMs) },
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

async function held(lot = LOT, place = "unit/a"): Promise<string[]> {
  const found = [];
  for (const site of SITES) {
    const dose = { site, place, product: PRODUCT, lot, code: null };
    if (await isHeldBack(sites[site].tables, dose)) found.push(site);
  }
  return found;
}

interface Deciding {
  readonly lot?: string;
  /** Of a centre: whether the other one is declared lost. */
  readonly isLost?: boolean;
  readonly nowMs?: number;
}

let count = 0;

async function decideAt(
  node: TablesDesk,
  unit: string,
  decision: string,
  { lot = LOT, isLost, nowMs }: Deciding = {},
): Promise<string> {
  const act = { id: `d-${++count}`, decision, basis: "稳定性数据" };
  const order = { ...act, unit, product: PRODUCT, lot };
  const fellow = isLost === undefined ? null : { name: "county-b", isLost: () => isLost };
  const deciding = { ...nodeOf(node, nowMs), fellow };
  const outcome = await decideQuarantine(deciding, decideOrder.parse(order), KEEPER);
  return outcome.kind === "done" ? "done" : outcome.problem.code;
}

/** Something that a site found of what lay in its unit from a moment on. */
async function finds(site: Site, id: string, lot: string, sinceMs: number): Promise<void> {
  const lots = [{ product: PRODUCT, lot }];
  await sites[site].append(
    "cold-quarantine",
    {
      ...{ id, site, unit: "a", lots, sinceMs, because: [`e ${id}`] },
      ...{ cause: "out-of-range", by: null },
    },
    50,
    "record",
  );
}

describe("C10: what is held back at one site is at others", () => {
  test("where its doses went, and nowhere else; there a person decides", async () => {
    await told();
    expect(await held()).toEqual([]);
    await finds("site-1", "q-1", LOT, 15);
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
    await holdLot(nodeOf(county), order, { id: "wang" });
    await told();
    expect(await held()).toEqual([...SITES]);
    expect(await decideAt(sites["site-3"], WHOLE_SITE, "released")).toBe("county-decides");
    const page = String(await heldPage(viewOf("en"), nodeOf(sites["site-3"]), true, ACTOR, {}));
    expect(page).toContain("The county decides; its decision comes here by itself.");
    expect(page).not.toContain("/vaccines/quarantine/decide");
    expect(await decideAt(county, WHOLE_SITE, "released")).toBe("done");
    await told();
    expect(await held()).toEqual([]);
    const before = await entries();
    await told();
    expect(await entries()).toBe(before);
    expect(await eventsAsked()).toBe(0);
    const lot = "E2026";
    await holdLot(nodeOf(county), { ...order, id: "recall-9", lot }, { id: "wang" });
    await county.tables.caughtUp(county.journal);
    // Its own word, and nothing of the lot that was let go.
    expect(await eventsAsked()).toBe(1);
    expect(await decideAt(county, WHOLE_SITE, "released", { lot })).toBe("done");
    expect(await eventsAsked()).toBe(0);
  });

  test("what another centre holds that centre lets go, and this one once it is declared lost", async () => {
    await holdLot(nodeOf(other), { ...order, id: "recall-2" }, { id: "zhao" });
    await other.handOver(county);
    await told();
    expect(await held()).toEqual([...SITES]);
    const decide = async (isLost: boolean) =>
      await decideAt(county, WHOLE_SITE, "released", { isLost });
    const page = async (isLost: boolean) => {
      const fellow = { name: "county-b", isLost: () => isLost };
      const node = { ...nodeOf(county), fellow };
      const drawn = String(await heldPage(viewOf("en"), node, false, ACTOR, {}));
      return [drawn.includes("county-b decides; once"), drawn.includes("/quarantine/decide")];
    };
    expect([await page(false), await page(true)]).toEqual([[true, false], [false, true]]);
    expect(await decide(false)).toBe("other-centre-decides");
    expect(await decide(true)).toBe("done");
    expect(await decide(true)).toBe("not-quarantined");
    await told();
    expect(await held()).toEqual([]);
  });

  test("a lot of which nothing is known is held once that is confirmed, and as it comes", async () => {
    const hold = async (more: Partial<HoldOrder>) => {
      const outcome = await holdLot(nodeOf(county), { ...order, ...more }, { id: "wang" });
      return outcome.kind === "done" ? "done" : outcome.problem;
    };
    expect(await hold({ id: "recall-3", lot: "B2026", isUnseen: false })).toMatchObject({
      ...{ code: "lot-unseen", detail: `lot: B2026 of ${PRODUCT}; known: ${LOT}` },
    });
    expect(await hold({ id: "recall-3", product: "8000000", isUnseen: false })).toMatchObject({
      ...{ code: "product-unseen", detail: `product: 8000000; known: ${PRODUCT}` },
    });
    expect(await hold({ id: "recall-3", lot: "B2026", isUnseen: true })).toBe("done");
    const { tables } = county;
    const isSeen = async () =>
      (await allHeld(tables, "county-a", stampAt(100).wallMs)).lots.map(({ lot, isSeen }) => [
        ...[lot, isSeen],
      ]);
    expect(await isSeen()).toEqual([["B2026", false]]);
    await moves("site-2", "stored", "receipt/b", "unit/a", 60, "B2026");
    await told();
    expect([await isSeen(), await held("B2026")]).toEqual([[["B2026", true]], ["site-2"]]);
  });
});

test("C10: what stands now says where a lot is told, however much of it was there before", async () => {
  const lot = "D2026";
  const tell = (kind: string, body: object) => sites["site-2"].append(kind, body, 50, "record");
  await moves("site-1", "stored", "receipt/f", "unit/a", 10, lot);
  await moves("site-1", "sent", "unit/a", "away/site-2", 20, lot);
  await moves("site-2", "stored", "away/site-1", "unit/a", 30, lot);
  await moves("site-2", "expired", "unit/a", "waste/w", 40, lot);
  await finds("site-1", "q-9", lot, 15);
  await told();
  expect(await held(lot)).toEqual(["site-1"]);
  // One step less and one more: as many as before.
  const what = `expired waste/w 40 ${lot}`;
  await tell("cold-reversed", { id: "r-9", site: "site-2", what, reason: "写错", by: KEEPER });
  await moves("site-3", "stored", "receipt/g", "unit/b", 50, lot);
  await told();
  expect(await held(lot)).toEqual(["site-1", "site-2"]);
});

describe("C14: a step taken back of doses that the other site has stored", () => {
  const [lot, reverse] = ["F2026", { reason: "写错", by: KEEPER }];
  const sent = `sent away/site-2 20 ${lot}`;
  const page = async (language: "en" | "zh") =>
    String(await heldPage(viewOf(language), nodeOf(county), false, ACTOR, {}));
  const found = async () => {
    for (const site of ["site-2", "site-1"] as const) await sites[site].handOver(county);
    await county.tables.caughtUp(county.journal);
    const [one, ...others] = await countedTwice(county.tables.near);
    expect(others).toEqual([]);
    return one === undefined ? null : [one.lot, one.sender, one.receiver, one.sent, one.stored];
  };

  test("is shown to the county until both say the same, whichever it hears of first", async () => {
    await moves("site-1", "stored", "receipt/f2", "unit/a", 10, lot);
    await moves("site-1", "sent", "unit/a", "away/site-2", 20, lot);
    const body = { id: "r-f", site: "site-1", what: sent, ...reverse };
    await sites["site-1"].append("cold-reversed", body, 25, "record");
    expect(await found()).toBeNull();
    expect(await page("en")).not.toContain("Counted at two sites");
    await moves("site-2", "stored", "away/site-1", "unit/a", 30, lot);
    expect(await found()).toEqual([lot, "site-1", "site-2", 0, 5]);
    expect(await page("en")).toMatch(/Counted at two sites[^]*site-1 writes again that it sent/);
    expect(await page("zh")).toContain("货在 site-1 的，由 site-2 撤销入库");
    await moves("site-1", "sent", "unit/a", "away/site-2", 40, lot);
    expect(await found()).toBeNull();
    // One that was written twice by mistake is taken back, and nobody has it twice.
    await moves("site-1", "stored", "receipt/f3", "unit/a", 41, lot);
    await moves("site-1", "sent", "unit/a", "away/site-2", 50, lot);
    const again = { id: "r-g", site: "site-1", what: `sent away/site-2 50 ${lot}`, ...reverse };
    await sites["site-1"].append("cold-reversed", again, 55, "record");
    expect(await found()).toBeNull();
  });
});

describe("C10: what was lost at one site", () => {
  const wall = (ms: number) => stampAt(ms).wallMs;
  const lot = "C2026";

  test("is told where its doses went, also if it was decided before the county heard of it", async () => {
    await moves("site-1", "stored", "receipt/c", "unit/a", wall(10), lot);
    await moves("site-1", "sent", "unit/a", "away/site-2", wall(20), lot);
    await moves("site-2", "stored", "away/site-1", "unit/a", wall(30), lot);
    const of = { site: "site-1", unit: "a", episode: "e q-2", cause: "high" };
    const since = { level: 1, rule: "high", sinceMs: wall(15), alarmMs: wall(16) };
    const end = { endedMs: wall(40), worstCelsius: 12 };
    for (const [kind, body] of [["cold-alarm", since], ["cold-alarm-ended", end]] as const) {
      await sites["site-1"].append(kind, { id: kind, ...of, ...body }, 50, "alarm");
    }
    await finds("site-1", "q-2", lot, wall(15));
    await sites["site-1"].tables.caughtUp(sites["site-1"].journal);
    expect(await decideAt(sites["site-1"], "a", "destroyed", { lot })).toBe("done");
    await told();
    expect(await held(lot)).toEqual(["site-1", "site-2"]);
    expect(await decideAt(sites["site-2"], WHOLE_SITE, "destroyed", { lot })).toBe("done");
    await told();
    expect(await held(lot)).toEqual(["site-1", "site-2"]);
  });

  test("bars nothing that comes anew, unless that is of it too; and is told when it is exposed anew", async () => {
    await moves("site-2", "stored", "receipt/d", "unit/b", wall(200), lot);
    await told();
    expect(await held(lot, "unit/b")).toEqual([]);
    // Sent before the excursion was known, and come after the decision.
    await moves("site-2", "stored", "away/site-1", "unit/c", wall(210), lot);
    await told();
    expect(await held(lot, "unit/c")).toEqual(["site-2"]);
    const before = await entries();
    await told();
    expect(await entries()).toBe(before);
    expect(await decideAt(sites["site-2"], WHOLE_SITE, "released", { lot, nowMs: 300 }))
      .toBe("done");
    await told();
    expect([await held(lot, "unit/b"), await held(lot, "unit/c")]).toEqual([[], []]);
    // More of it comes to the first site, is exposed, and some of that had gone to the third one.
    await moves("site-1", "stored", "receipt/e", "unit/a", wall(310), lot);
    await moves("site-1", "sent", "unit/a", "away/site-3", wall(330), lot);
    await moves("site-3", "stored", "away/site-1", "unit/a", wall(340), lot);
    await told();
    expect(await held(lot)).not.toContain("site-3");
    await finds("site-1", "q-3", lot, wall(320));
    await told();
    expect(await held(lot)).toContain("site-3");
  });
});

test("C10: of more lots than one look is about, none is left out", async () => {
  const lots = ["X1", "X2", "X3"];
  for (const lot of lots) {
    await moves("site-3", "stored", "receipt/x", "unit/x", 400, lot);
    await holdLot(nodeOf(county), { ...order, id: `recall ${lot}`, lot }, { id: "wang" });
  }
  await sites["site-3"].handOver(county);
  await county.tables.caughtUp(county.journal);
  const small = new HoldDesk(nodeOf(county), { other: "county-b", isUp: () => false }, 1);
  for (let look = 0; look < 20; look += 1) await small.look();
  await county.handOver(sites["site-3"], "to:site-3");
  await sites["site-3"].tables.caughtUp(sites["site-3"].journal);
  for (const lot of lots) expect(await held(lot, "unit/x"), lot).toEqual(["site-3"]);
});

/** Events that a look reads, of which nothing is written. */
async function eventsAsked(): Promise<number> {
  let count = 0;
  const near: Rows = {
    rows: async (sql, parameters) => {
      const rows = await county.tables.near.rows(sql, parameters);
      if (sql.includes("FROM coldevents")) count += rows.length;
      return rows;
    },
  };
  const node = nodeOf(county);
  const tables = { caughtUp: () => Promise.resolve(), near };
  const disk = { ...node.disk, noRoomFor: () => ({ code: "disk-full", reason: "full" } as const) };
  await new HoldDesk({ ...node, disk, tables }, { other: null, isUp: () => false }).look();
  return count;
}

/** What the county has told sites. */
async function entries(): Promise<number> {
  const select = "SELECT count(*) AS n FROM coldevents WHERE node = 'county-a'";
  return (await county.tables.rows(select))[0].number("n");
}
