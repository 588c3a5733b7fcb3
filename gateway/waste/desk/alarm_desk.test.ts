import { afterAll, beforeAll, expect, test } from "vitest";
import { newEntry } from "../../collected_entry.ts";
import { viewOf } from "../../console/language.ts";
import type { WasteEvent } from "../entry/event.ts";
import { scaled, Story } from "../fixture_waste.ts";
import { overview } from "../pages/overview_page.ts";
import * as reads from "../record/waste_reads.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { openAlarmIds } from "../record/watched.ts";
import { AlarmDesk } from "./alarm_desk.ts";
import { PLACE, SiteDesk } from "./fixture_site_desk.ts";

const HOUR_MS = 3_600_000;
const SITE = "site-017";
/** Entries of one commit. */
const BATCH = 500;

let site: SiteDesk;
beforeAll(async () => {
  site = await SiteDesk.open(SITE);
});
afterAll(async () => await site?.[Symbol.asyncDispose]());

/** As a scale and a person would, one by one; at one moment. */
async function seal(bags: readonly string[]): Promise<void> {
  const story = new Story("ward");
  await write(
    bags.map((bag) =>
      story.sealed(bag, {
        id: `sealed-${bag}`,
        weight: scaled(4000, `${SITE}.1-0/reading/1${bag}`),
      })
    ),
  );
}

async function write(events: readonly WasteEvent[]): Promise<void> {
  const { journal, desk, people } = site;
  const time = people.now();
  const entries = events.map(({ kind, body }) => newEntry("record", kind, time, { ...body }));
  for (let at = 0; at < entries.length; at += BATCH) {
    await journal.append(entries.slice(at, at + BATCH), time);
  }
  await desk.caughtUp();
}

const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => String(from + n));

test("W5, W9 however many bags there are, each alarm is raised once, the newest bag's too", async () => {
  const desk = new AlarmDesk(site.desk, PLACE);
  const raised = async () => {
    await desk.look();
    await site.desk.caughtUp();
    return (await openAlarmIds(site.tables, SITE)).size;
  };
  const told = () => site.journal.positions().find(({ stream }) => stream === "alarm")?.seq;
  await seal(numbered(1000, 501));
  site.people.nowMs += 72 * HOUR_MS;
  await seal(numbered(2000, 1500));
  expect(await raised()).toBe(4 * 501);
  const after = told();
  expect(await raised()).toBe(4 * 501);
  expect(told()).toBe(after);
  // The one that no limit of rows ever reached.
  site.people.nowMs += HOUR_MS;
  await seal(["9000"]);
  site.people.nowMs += 23 * HOUR_MS;
  expect(await raised()).toBe(4 * 501 + 1500);
  site.people.nowMs += HOUR_MS;
  expect(await raised()).toBe(4 * 501 + 1501);
});

test("W5, W6 what is here stands before what has left, and a list that is cut says so", async () => {
  const gone = numbered(1000, 501);
  const lorry = new Story("store");
  await write([lorry.departed(gone.slice(0, 500)), lorry.departed(gone.slice(500))]);
  const { tables } = site;
  const codes = ({ listed }: reads.Listed<reads.KnownBag>) =>
    listed.map(({ standing }) => standing.bag);
  const here = [...numbered(2000, 1500), "9000"];
  for (const whose of [SITE, null]) {
    const first = await reads.unsettledBags(tables, whose);
    expect(codes(first)).toEqual([...here, ...gone.slice(0, reads.ROWS_MAX - here.length)]);
    const rest = await reads.unsettledBags(tables, whose, { after: first.next ?? "" });
    expect([...codes(first), ...codes(rest)]).toEqual([...here, ...gone]);
    expect(rest.next).toBeNull();
  }
  const exact = await reads.unsettledBags(tables, SITE, { limit: here.length + gone.length });
  expect([exact.listed.length, exact.next]).toEqual([here.length + gone.length, null]);
  const held = await reads.bagsHeldBy(tables, "ward/ward-3", { limit: 1500 });
  expect(codes(await reads.bagsHeldBy(tables, "ward/ward-3", { after: held.next ?? "" })))
    .toEqual(["9000"]);
});

test("W5, W9 alarms that are more than a list holds are found page by page", async () => {
  const open = await openAlarmIds(site.tables, SITE);
  for (const whose of [SITE, null]) {
    const pages = [await reads.openAlarms(site.tables, whose)];
    expect(pages[0].listed.length).toBe(reads.ROWS_MAX);
    const after = pages[0].next ?? "";
    pages.push(await reads.openAlarms(site.tables, whose, { after }));
    expect(pages[1].next).toBeNull();
    const ids = pages.flatMap(({ listed }) => listed.map(({ id }) => id));
    expect(ids.length).toBe(open.size);
    expect(new Set(ids)).toEqual(open);
  }
});

test("W5, W6 the overview says that it shows the first ones of more", async () => {
  const { node } = site.desk;
  const shown = { node, rules: DEFAULT_RULES, title: PLACE };
  const said = { site: SITE, said: null };
  const own = String(
    await overview(viewOf("en"), { ...shown, role: "site", desk: site.desk }, said),
  );
  expect(own.split("The first 200 of more").length).toBe(3);
  expect(own).toContain("(&gt; 2000)");
  const all = { site: null, said: null };
  const county = await overview(viewOf("zh"), { ...shown, role: "county", desk: null }, all);
  // What was not read is counted, and what may be past its limit among it is not said to be none.
  expect(String(county)).toMatch(/site-017<\/a>[^]*2002[^]*≥ [^]*仅查看了前 2000 袋/);
});
