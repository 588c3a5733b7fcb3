import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { COUNTED_TWICE } from "../flow/counted_twice.ts";
import { LOT, movedBodyOf, PRODUCT } from "../flow/fixture_flow.ts";
import { allHeld, HELD_STOCK, LOST_DAYS } from "../flow/held_stock.ts";
import { HELD, isHeldBack } from "../flow/held_back.ts";
import { KNOWN } from "../flow/known_lots.ts";
import { SITE } from "../life/fixture_life.ts";
import { GOING_CAUSES, heldLots, LOST } from "../record/cold_reads.ts";
import { LOT_READS } from "../record/lot_reads.ts";
import { EVENT_OF_ID } from "../record/stored_events.ts";
import { stampAt } from "../../../sync/fixtures.ts";
import { planOf } from "../../sql/fixture_plans.ts";
import { FRIDGE, MINUTE_MS, SiteCold, times } from "./fixture_cold_desk.ts";
import { problemText } from "../pages/refusal_text.ts";
import { decideOrder, decideQuarantine, STILL_EXPOSED } from "./quarantine_act.ts";
import { LAIN, QuarantineDesk } from "./quarantine_desk.ts";

const OTHER = { ...FRIDGE, id: "fridge-2", probes: [{ id: "probe-2", device: "other" }] };

let cold: SiteCold;
let desk: QuarantineDesk;
beforeEach(async () => {
  cold = await SiteCold.open([FRIDGE, OTHER]);
  desk = new QuarantineDesk(cold.node);
});
afterEach(() => cold[Symbol.asyncDispose]());

interface Moved {
  readonly lot?: string;
  readonly doses?: number;
  readonly codes?: readonly string[];
}

async function moves(step: string, from: string, to: string, minute: number, more: Moved = {}) {
  const { lot = LOT, doses = 10, codes = [] } = more;
  const body = movedBodyOf(step, from, to, {
    ...{ id: `${step} ${lot} ${minute}`, site: SITE, atMs: stampAt(minute * MINUTE_MS).wallMs },
    lots: [{ product: PRODUCT, lot, expires: null, doses, codes }],
    reason: "报损",
  });
  await cold.tables.append("cold-moved", body, minute * MINUTE_MS, "record");
}

/** The fridge is too warm from minute 1 on, which is an alarm at minute 61. */
async function tooWarm(): Promise<void> {
  await cold.reads(1, times(61, 9));
  await cold.look(61);
}

async function set(): Promise<string[]> {
  await cold.tables.tables.caughtUp(cold.tables.journal);
  await desk.look();
  const held = await heldLots(cold.tables.tables, SITE);
  return held.map(({ unit, lot }) => `${unit} ${lot}`).sort();
}

async function written(): Promise<number> {
  return (await writtenIds()).length;
}

async function writtenIds(): Promise<string[]> {
  const select = "SELECT id FROM coldevents WHERE kind = 'cold-quarantine'";
  return (await cold.tables.tables.rows(select)).map((row) => row.text("id"));
}

let acts = 0;

/** Of what waits in the fridge; what keeps it from being written is told by its code. */
async function decides(decision: string): Promise<string> {
  const order = {
    id: `act ${++acts}`,
    unit: "fridge-1",
    product: PRODUCT,
    lot: LOT,
    basis: "依据",
  };
  const outcome = await decideQuarantine(
    cold.node,
    decideOrder.parse({ ...order, decision }),
    { id: "li" },
  );
  return outcome.kind === "done" ? "done" : outcome.problem.code;
}

async function isHeld(place: string, lot = LOT, code: string | null = null): Promise<boolean> {
  await cold.tables.tables.caughtUp(cold.tables.journal);
  return await isHeldBack(cold.tables.tables, { site: SITE, place, product: PRODUCT, lot, code });
}

describe("C10: stock that lay in a unit while it was out of range", () => {
  test("is set apart by itself, once, over a restart too; what lay elsewhere is not", async () => {
    await moves("stored", "receipt/r", "unit/fridge-1", 0);
    await moves("stored", "receipt/r", "unit/fridge-2", 0, { lot: "elsewhere" });
    expect(await set()).toEqual([]);
    await tooWarm();
    expect(await set()).toEqual([`fridge-1 ${LOT}`]);
    expect(await set()).toEqual([`fridge-1 ${LOT}`]);
    await cold.restart();
    desk = new QuarantineDesk(cold.node);
    expect(await set()).toEqual([`fridge-1 ${LOT}`]);
    expect(await written()).toBe(1);
  });

  test("C7: so it is while nobody knows its temperature, and not for a gap of two intervals", async () => {
    await moves("stored", "receipt/r", "unit/fridge-1", 0);
    await moves("stored", "receipt/r", "unit/fridge-2", 0, { lot: "other" });
    await cold.reads(1, [5]);
    await cold.reads(1, times(3, 5), "other");
    await cold.look(3);
    expect(await set()).toEqual([]);
    await cold.look(4);
    expect(await set()).toEqual([`fridge-1 ${LOT}`]);
    await cold.reads(4, [null], "other");
    await cold.look(4);
    expect(await set()).toEqual([`fridge-1 ${LOT}`, "fridge-2 other"]);
    const select = "SELECT body FROM coldevents WHERE kind = 'cold-quarantine'";
    const causes = (await cold.tables.tables.rows(select))
      .map((row): unknown => JSON.parse(row.text("body")).cause);
    expect(causes).toEqual(["temperature-unknown", "temperature-unknown"]);
    expect(await isHeld("unit/fridge-1")).toBe(true);
  });

  test("so is what comes while it goes on, and not what comes a moment behind its end", async () => {
    await tooWarm();
    expect(await set()).toEqual([]);
    await moves("stored", "receipt/r", "unit/fridge-1", 61.5, { lot: "meanwhile" });
    expect(await set()).toEqual(["fridge-1 meanwhile"]);
    await cold.reads(62, [5]);
    await cold.look(62);
    const select = "SELECT ended FROM coldepisodes";
    const [ended] = (await cold.tables.tables.rows(select)).map((row) => row.number("ended"));
    const minute = (ended - stampAt(0).wallMs) / MINUTE_MS;
    await moves("stored", "receipt/r", "unit/fridge-1", minute - 1 / 60_000, { lot: "before" });
    await moves("stored", "receipt/r", "unit/fridge-1", minute, { lot: "behind" });
    expect(await set()).toEqual(["fridge-1 before", "fridge-1 meanwhile"]);
  });

  test("is held back where it has gone since: in sessions, in other units", async () => {
    await moves("stored", "receipt/r", "unit/fridge-1", 0, { doses: 30 });
    await moves("taken", "unit/fridge-1", "session/before", 0.5, { doses: 5 });
    await moves("taken", "unit/fridge-1", "session/meanwhile", 30, { doses: 5 });
    await moves("moved", "unit/fridge-1", "unit/fridge-2", 40, { doses: 5 });
    await moves("taken", "unit/fridge-2", "session/from-there", 50, { doses: 5 });
    await tooWarm();
    expect(await isHeld("session/meanwhile")).toBe(false);
    await set();
    expect(await isHeld("unit/fridge-1")).toBe(true);
    expect(await isHeld("session/before")).toBe(false);
    for (const place of ["session/meanwhile", "unit/fridge-2", "session/from-there"]) {
      expect(await isHeld(place), place).toBe(true);
    }
    expect(await isHeld("session/meanwhile", "another lot")).toBe(false);
  });

  test("packs that were scanned are held back one by one", async () => {
    const [warm, cool] = ["81234560000000000001", "81234560000000000002"];
    await moves("stored", "receipt/r", "unit/fridge-1", 0, { doses: 1, codes: [warm] });
    await moves("moved", "unit/fridge-1", "unit/fridge-2", 30, { doses: 1, codes: [warm] });
    await moves("stored", "receipt/r", "unit/fridge-2", 31, { doses: 1, codes: [cool] });
    await tooWarm();
    await set();
    expect(await isHeld("unit/fridge-2", LOT, warm)).toBe(true);
    expect(await isHeld("unit/fridge-2", LOT, cool)).toBe(false);
    // Nobody scanned it: it may be the one.
    expect(await isHeld("unit/fridge-2")).toBe(true);
  });

  test("is free once a person has decided, with the reason, and the same act again is none", async () => {
    await moves("stored", "receipt/r", "unit/fridge-1", 0);
    await moves("taken", "unit/fridge-1", "session/s", 30, { doses: 5 });
    await tooWarm();
    await set();
    const asked = { id: "act-1", unit: "fridge-1", product: PRODUCT, lot: LOT };
    const order = decideOrder.parse({ ...asked, decision: "released", basis: "厂家稳定性数据" });
    expect(decideOrder.safeParse({ ...order, basis: " " }).success).toBe(false);
    const decide = async (more: Partial<typeof order> = {}) => {
      const outcome = await decideQuarantine(cold.node, { ...order, ...more }, { id: "li" });
      return outcome.kind === "done" ? outcome.entries.length : outcome.problem.code;
    };
    expect(await decide({ unit: "fridge-2" })).toBe("not-quarantined");
    await moves("moved", "unit/fridge-1", "unit/fridge-2", 61, { doses: 5 });
    expect(await decide()).toBe(1);
    expect(await decide()).toBe(1);
    expect(await decide({ id: "act-2" })).toBe("not-quarantined");
    expect(await set()).toEqual([]);
    expect(await isHeld("session/s")).toBe(false);
    const select = "SELECT id FROM coldevents WHERE kind = 'cold-quarantine-decided'";
    expect(await cold.tables.tables.rows(select)).toHaveLength(1);
  });

  test("is not released while it lies there and that goes on; once moved or over it may be", async () => {
    await moves("stored", "receipt/r", "unit/fridge-1", 0);
    await tooWarm();
    await set();
    expect(await decides("released")).toBe("still-exposed");
    expect(problemText(STILL_EXPOSED).zh).toMatch(/请先移入温度正常的设备/);
    await moves("moved", "unit/fridge-1", "unit/fridge-2", 61);
    expect(await decides("released")).toBe("done");
    expect([await set(), await isHeld("unit/fridge-2")]).toEqual([[], false]);
    // A part of it is put back while the same alarm goes on: that part alone waits anew.
    await moves("moved", "unit/fridge-2", "unit/fridge-1", 62, { doses: 4 });
    await cold.look(62);
    expect(await set()).toEqual([`fridge-1 ${LOT}`]);
    expect([await written(), await set()]).toEqual([2, [`fridge-1 ${LOT}`]]);
    expect([await isHeld("unit/fridge-1"), await isHeld("unit/fridge-2")]).toEqual([true, false]);
    expect(await decides("released")).toBe("still-exposed");
    await cold.reads(63, times(5, 5));
    await cold.look(68);
    expect(await cold.episodes()).toEqual(["high 1 recovered"]);
    // Too warm once more, at fault, and silent since: no alarm of it is there yet.
    for (
      const [state, minute, value] of [
        ["out", 68, 9],
        ["fault", 69, null],
        ["stale", 70, 5],
      ] as const
    ) {
      await cold.reads(minute, [value]);
      cold.nowMs = (state === "stale" ? minute + 5 : minute) * MINUTE_MS;
      expect(await decides("released"), state).toBe("still-exposed");
      expect((await cold.unit()).probes[0].state).toBe(state);
    }
    expect(await cold.episodes()).toEqual(["high 1 recovered"]);
    cold.nowMs = 71 * MINUTE_MS;
    expect(await decides("released")).toBe("done");
    expect([await set(), await isHeld("unit/fridge-1")]).toEqual([[], false]);
  });

  test("of a unit that is used no more its alarm goes on, for a release and for the desk alike", async () => {
    await moves("stored", "receipt/r", "unit/fridge-1", 0);
    await tooWarm();
    await set();
    const [quarantine] = await writtenIds();
    await cold.restart([OTHER]);
    desk = new QuarantineDesk(cold.node);
    await cold.look(62);
    await cold.reads(63, [5]);
    cold.nowMs = 63 * MINUTE_MS;
    expect(await set()).toEqual([`fridge-1 ${LOT}`]);
    expect((await cold.unit()).probes[0].state).toBe("good");
    expect(await decides("released")).toBe("still-exposed");
    // Another centre's word comes in all the same: what lies there on waits anew at once.
    const said = { id: "d-1", site: SITE, unit: "fridge-1", quarantine, by: { id: "li" } };
    const lots = [{ product: PRODUCT, lot: LOT }];
    const decided = { ...said, lots, decision: "released", basis: "依据" };
    await cold.tables.append("cold-quarantine-decided", decided, cold.nowMs, "record");
    expect([await set(), await written()]).toEqual([[`fridge-1 ${LOT}`], 2]);
    await moves("moved", "unit/fridge-1", "unit/fridge-2", 64);
    cold.nowMs = 65 * MINUTE_MS;
    expect([await decides("released"), await set()]).toEqual(["done", []]);
    desk = new QuarantineDesk(cold.node);
    expect([await set(), await written()]).toEqual([[], 2]);
  });

  test("waits anew where it comes once more while an alarm goes on for which it was destroyed", async () => {
    await moves("stored", "receipt/r", "unit/fridge-1", 0);
    await tooWarm();
    await set();
    expect(await decides("destroyed")).toBe("done");
    await cold.look(62);
    expect(await set()).toEqual([]);
    await moves("wasted", "unit/fridge-1", "waste/w", 62);
    await moves("stored", "receipt/s", "unit/fridge-1", 63);
    await cold.look(64);
    expect(await set()).toEqual([`fridge-1 ${LOT}`]);
    await moves("moved", "unit/fridge-1", "unit/fridge-2", 64);
    expect([await isHeld("unit/fridge-2"), await decides("released")]).toEqual([true, "done"]);
    expect([await set(), await isHeld("unit/fridge-2")]).toEqual([[], false]);
  });

  test.each(
    ["destroyed", "returned"] as const,
  )("is never free again once it is to be %s, wherever it went", async (decision) => {
    await moves("stored", "receipt/r", "unit/fridge-1", 0, { doses: 30 });
    await moves("taken", "unit/fridge-1", "session/s", 30, { doses: 5 });
    await tooWarm();
    await set();
    const order = { id: "act-1", unit: "fridge-1", product: PRODUCT, lot: LOT };
    const asked = decideOrder.parse({ ...order, decision, basis: "超温" });
    expect((await decideQuarantine(cold.node, asked, { id: "li" })).kind).toBe("done");
    expect(await set()).toEqual([]);
    for (const place of ["unit/fridge-1", "session/s"]) expect(await isHeld(place)).toBe(true);
    const { lots } = await allHeld(cold.tables.tables, SITE, stampAt(0).wallMs);
    expect(lots.map(({ state, isOpen, places }) => [state, isOpen, places])).toEqual([
      [decision, false, [
        { place: "session/s", doses: 5 },
        { place: "unit/fridge-1", doses: 25 },
      ]],
    ]);
    // Its doses written off, what comes anew of the same lot was in no excursion.
    await cold.reads(62, times(10, 5));
    await cold.look(72);
    await moves("wasted", "unit/fridge-1", "waste/w", 73, { doses: 25 });
    await moves("stored", "receipt/r2", "unit/fridge-1", 80);
    expect(await set()).toEqual([]);
    expect(await isHeld("unit/fridge-1")).toBe(false);
    expect(await isHeld("session/s")).toBe(true);
  });

  test("indexes alone are asked, and where there are many the few that are looked for", async () => {
    for (
      const [name, select] of Object.entries({
        ...LAIN,
        ...HELD,
        ...KNOWN,
        ...LOT_READS,
        ...COUNTED_TWICE,
        GOING_CAUSES,
        EVENT_OF_ID,
      })
    ) {
      const plan = await planOf(cold.tables.tables, select);
      expect(plan, name).not.toMatch(/SCAN/);
      expect(plan, name).toMatch(/SEARCH/);
    }
    for (const [name, select] of Object.entries({ ...HELD_STOCK, ...LOST })) {
      const plan = await planOf(cold.tables.tables, select);
      expect(plan, name).toMatch(/^SEARCH |USING INDEX coldreceiptstodo$/);
      expect(plan, name).not.toContain("TEMP B-TREE");
    }
  });

  test("is listed for a year once it is lost, the latest hundred, and said where there is more", async () => {
    const { wallMs } = stampAt(0);
    const tell = async (count: number, sinceMs: number) => {
      const lots = Array.from({ length: count }, (_, at) => ({ product: PRODUCT, lot: `L${at}` }));
      const of = { site: SITE, unit: `u${count}`, lots };
      const found = { id: `q-${count}`, sinceMs, because: ["e"], by: null };
      await cold.tables.append("cold-quarantine", { ...of, ...found }, 0, "record");
      const decided = { id: `d-${count}`, quarantine: found.id, decision: "destroyed" };
      const said = { ...of, ...decided, basis: "超温", by: { id: "li" } };
      await cold.tables.append("cold-quarantine-decided", said, 0, "record");
      await cold.tables.tables.caughtUp(cold.tables.journal);
    };
    const listed = async (days: number) => {
      const nowMs = wallMs + days * 86_400_000;
      const { lots, cut } = await allHeld(cold.tables.tables, SITE, nowMs);
      return [lots.length, cut.lost, cut.waiting];
    };
    await tell(100, wallMs);
    expect([await listed(LOST_DAYS), await listed(LOST_DAYS + 1)]).toEqual([
      ...[[100, false, false], [0, false, false]],
    ]);
    await tell(1, wallMs + 1);
    expect(await listed(0)).toEqual([100, true, false]);
    const { lots } = await allHeld(cold.tables.tables, SITE, wallMs);
    expect(lots[0].unit).toBe("u1");
  });
});
