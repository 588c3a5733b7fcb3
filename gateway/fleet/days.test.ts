import { expect, test } from "vitest";
import { dayOf, dayText, parseDay } from "../../sync/day.ts";
import { range, stampAt } from "../../sync/fixtures.ts";
import { TablesDesk } from "../fixture_tables.ts";
import { daysOf, FIRST_PLACE } from "./day_tables.ts";

const HOUR_MS = 3_600_000;
/** Midnight in Asia/Shanghai after the moment at which the tests' stamps begin. */
const MIDNIGHT_MS = (dayOf(stampAt(0).wallMs) + 1) * 24 * HOUR_MS - 8 * HOUR_MS -
  stampAt(0).wallMs;

async function readingDays(desk: TablesDesk, limit = 100) {
  await desk.tables.caughtUp(desk.journal);
  const days = await daysOf(desk.tables, desk.options.node, FIRST_PLACE, limit);
  return days.filter(({ stream }) => stream === "reading")
    .map(({ day, count, first, last, hash }) => ({ day, count, first, last, hash: hash.toHex() }));
}

async function hashAt({ journal }: TablesDesk, seq: number): Promise<string | undefined> {
  return (await journal.hashAt(journal.origin, "reading", seq))?.toHex();
}

test("a day begins at midnight in Asia/Shanghai", () => {
  const midnight = Date.parse("2026-11-24T16:00:00Z");
  expect(dayText(dayOf(midnight - 1))).toBe("2026-11-24");
  expect(dayText(dayOf(midnight))).toBe("2026-11-25");
  expect(parseDay("2026-11-25")).toBe(dayOf(midnight));
  for (const text of ["2026-02-30", "26-11-25", "yesterday"]) expect(parseDay(text)).toBe(null);
  expect(dayText(dayOf(Number.MAX_SAFE_INTEGER))).toMatch(/^day \d+$/);
});

test("G6: each day has its count and the hash of its last entry, also within one commit", async () => {
  await using desk = await TablesDesk.open({ node: "site-1" });
  const items = range(1, 6).map((n) => ({
    kind: "entry" as const,
    stream: "reading" as const,
    entryKind: "test",
    time: stampAt(MIDNIGHT_MS + (n - 4) * HOUR_MS),
    body: "{}",
  }));
  await desk.journal.append(items, stampAt(0));
  const [before, after] = await readingDays(desk);
  const day = dayOf(stampAt(0).wallMs);
  expect(before).toEqual({ day, count: 3, first: 1, last: 3, hash: await hashAt(desk, 3) });
  expect(after).toEqual({
    day: day + 1,
    count: 3,
    first: 4,
    last: 6,
    hash: await hashAt(desk, 6),
  });
  // What comes later goes on from there; a clock that is set back counts for the day it tells.
  await desk.append("test", {}, MIDNIGHT_MS + 5 * HOUR_MS);
  await desk.append("test", {}, MIDNIGHT_MS - HOUR_MS);
  expect(await readingDays(desk)).toEqual([
    { ...before, count: 4, last: 8, hash: await hashAt(desk, 8) },
    { ...after, count: 4, last: 7, hash: await hashAt(desk, 7) },
  ]);
});

test("G6: the days are the same at whoever holds the same entries, in whatever pieces", async () => {
  await using site = await TablesDesk.open({ node: "site-1" });
  await using county = await TablesDesk.open({ node: "county-a" });
  for (const n of range(1, 9)) await site.append("test", { n }, n * 7 * HOUR_MS);
  await site.handOver(county);
  await site.tables.caughtUp(site.journal);
  const here = await daysOf(site.tables, "site-1", FIRST_PLACE, 100);
  expect(here.length).toBeGreaterThan(3);
  expect(await daysOf(county.tables, "site-1", FIRST_PLACE, 100)).toEqual(here);
  // Page by page it is the same list, and no other node's.
  const paged = [];
  for (let after = FIRST_PLACE;;) {
    const [next] = await daysOf(county.tables, "site-1", after, 1);
    if (next === undefined) break;
    paged.push(next);
    after = next;
  }
  expect(paged).toEqual(here);
  expect(await daysOf(county.tables, "site", FIRST_PLACE, 100)).toEqual([]);
});
