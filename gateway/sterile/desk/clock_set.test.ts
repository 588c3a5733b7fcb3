import { afterEach, beforeEach, expect, test } from "vitest";
import { partsOf } from "../fixture_cycle.ts";
import { assigning } from "./acts.ts";
import { LI, refusal, SITE, SterileSite, WANG } from "./fixture_desk.ts";
import { alarmsOf, loadView } from "./views.ts";

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const CHEMICAL = { indicator: "chemical", class: 1, place: "outside" };

let site: SterileSite;
beforeEach(async () => {
  site = await SterileSite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

const view = async (load: string) =>
  await loadView(site.tables.tables, SITE, load, site.desk.rules);

/** By the place of its readings, whatever its clock says: that of the last cycle. */
async function ran(holdSeconds: number, count: number): Promise<string> {
  const before = new Set((await site.cycles(count - 1)).map(({ cycle }) => cycle));
  await site.tells(partsOf(holdSeconds));
  const fresh = (await site.cycles(count)).find(({ cycle }) => !before.has(cycle));
  if (fresh === undefined) throw new Error("It is not told");
  return fresh.cycle;
}

async function loadOf(cycle: string, count: number) {
  const found = (await site.cycles(count)).find((one) => one.cycle === cycle);
  return [found?.load, found?.verdict];
}

test("S5 T12 what ran while the clock was a year ahead comes back by a test that grew since", async () => {
  // The test of the day, before anybody set the clock.
  await site.loaded("BD", [], "test");
  expect(refusal(await site.bowieDick(await ran(210, 1)))).toBe("written");
  site.wallOffMs = YEAR_MS;
  await site.packed("P-1");
  await site.loaded("L-1", ["P-1"]);
  await site.indicator(await ran(240, 2), CHEMICAL);
  for (const [step, by] of [["check", LI], ["release", WANG]] as const) {
    expect(refusal(await site.step("L-1", step, by, (await view("L-1"))?.seen ?? [])))
      .toBe("written");
  }
  expect(await view("L-1")).toMatchObject({ state: "released", open: [] });

  site.wallOffMs = 0;
  await site.loaded("B-1", [], "test");
  const grew = { indicator: "biological", controlGrew: true, result: "fail" };
  expect(refusal(await site.indicator(await ran(210, 3), grew))).toBe("written");
  const open = await alarmsOf(site.tables.tables, { site: SITE, open: true, limit: 9 });
  expect(open.map(({ what }) => what).sort()).toEqual(["biological-failed", "recall"]);
  const [recall] = await site.tables.tables.rows("SELECT cause, packs FROM sterilerecalls");
  expect([recall.text("cause"), recall.number("packs")]).toEqual(["biological-failed", 1]);
  expect((await view("L-1"))?.state).toBe("recalled");
});

test("S5 T12 a Bowie-Dick test of 26 hours ago is none of today after the clock was set back", async () => {
  await site.loaded("BD", [], "test");
  await site.bowieDick(await ran(210, 1));
  site.nowMs += 26 * HOUR_MS;
  site.wallOffMs = -24 * HOUR_MS;
  await site.packed("P-1");
  await site.loaded("L-1", ["P-1"]);
  await site.indicator(await ran(240, 2), CHEMICAL);
  const seen = await view("L-1");
  expect(seen).toMatchObject({ state: "waiting", open: ["bowie-dick"] });
  expect(refusal(await site.step("L-1", "check", LI, seen?.seen ?? []))).toContain("bowie-dick");
});

test("S1 S5 T12 which load lay in a cycle is told by what happened, not by clocks", async () => {
  for (const pack of ["P-0", "P-1", "P-2"]) await site.packed(pack);
  await site.loaded("L-0", ["P-0"]);
  site.wallOffMs = -3 * HOUR_MS;
  await site.loaded("L-1", ["P-1"]);
  const first = await ran(240, 1);
  expect(await loadOf(first, 1)).toEqual([null, "undetermined"]);
  const act = assigning([{ ...site.act(), load: "L-1" }, LI], first);
  expect(refusal(await site.write(act))).toBe("written");
  // L-0 was not loaded since that cycle, though its hour is later.
  site.wallOffMs = 0;
  const second = await ran(240, 2);
  expect(await loadOf(second, 2)).toEqual([null, "undetermined"]);
  // L-2 was, though its hour is earlier.
  site.wallOffMs = -5 * HOUR_MS;
  await site.loaded("L-2", ["P-2"]);
  expect(await loadOf(await ran(240, 3), 3)).toEqual(["L-2", "pass"]);
});
