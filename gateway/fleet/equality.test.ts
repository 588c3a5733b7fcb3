import { describe, expect, test } from "vitest";
import type { Standing } from "../../sync/answers.ts";
import { firstHash } from "../../sync/chain.ts";
import { Database } from "../../sync/database.ts";
import { range, stampAt } from "../../sync/fixtures.ts";
import { TablesDesk } from "../fixture_tables.ts";
import { compare, type EqualityView, equalityView } from "./equality.ts";

const NOW_MS = stampAt(60_000).wallMs;

/** A centre with five readings, one a second, from the first second on. */
async function centre(): Promise<TablesDesk> {
  const desk = await TablesDesk.open({ node: "county-a" });
  for (const n of range(1, 5)) await desk.append("test", { n }, n * 1000);
  return desk;
}

/** How the readings compare when the other centre stands there. */
async function readings(desk: TablesDesk, there: Standing | null): Promise<EqualityView> {
  const key = `${desk.journal.origin} reading`;
  const other = there === null ? null : { positions: new Map([[key, there]]) };
  const views = await compare(desk.journal, other, NOW_MS);
  const view = views.find(({ stream }) => stream === "reading");
  if (view === undefined) throw new Error("the readings are not compared");
  expect(equalityView.parse(view)).toEqual(view);
  return view;
}

async function hashAt(desk: TablesDesk, seq: number): Promise<Uint8Array> {
  const { journal } = desk;
  const hash = await journal.hashAt(journal.origin, "reading", seq);
  if (hash === null) throw new Error(`there is no entry ${seq}`);
  return hash;
}

describe("G6: the other centre is", () => {
  test("equal with the same number and the same hash", async () => {
    await using desk = await centre();
    const hash = await hashAt(desk, 5);
    const there = { seq: 5, hash: hash.toHex() };
    expect(await readings(desk, { seq: 5, hash })).toMatchObject({
      node: "county-a",
      state: "equal",
      here: there,
      there,
      lagEntries: 0,
      lagSeconds: 0,
    });
  });

  test("behind, by how many entries and since when", async () => {
    await using desk = await centre();
    expect(await readings(desk, { seq: 3, hash: await hashAt(desk, 3) })).toMatchObject({
      state: "behind",
      lagEntries: 2,
      lagSeconds: 56,
    });
    expect(await readings(desk, { seq: 0, hash: firstHash() })).toMatchObject({
      state: "behind",
      lagEntries: 5,
      lagSeconds: 59,
    });
  });

  test("ahead, by how many entries this one lacks, none older than its own last", async () => {
    await using desk = await centre();
    expect(await readings(desk, { seq: 9, hash: firstHash() })).toMatchObject({
      state: "ahead",
      lagEntries: 4,
      lagSeconds: 55,
    });
  });

  test.each([3, 5])("a fork with another hash at %i, not equal and not behind", async (seq) => {
    await using desk = await centre();
    const hash = await hashAt(desk, 4);
    expect(await readings(desk, { seq, hash })).toMatchObject({ state: "fork" });
  });

  test("unknown until it was asked", async () => {
    await using desk = await centre();
    expect(await readings(desk, null)).toMatchObject({ state: "unknown", there: null });
    const views = await compare(desk.journal, { positions: new Map() }, NOW_MS);
    expect(views.map(({ state }) => state)).toEqual(["unknown", "unknown"]);
  });
});

test("streams are listed by node, the newest life first", async () => {
  await using county = await TablesDesk.open({ node: "county-a" });
  for (const node of ["site-2", "site-1"]) {
    await using site = await TablesDesk.open({ node });
    await site.append("test", {});
    await site.handOver(county);
    // A journal that was not closed begins another life.
    if (node === "site-1") await newLife(site);
    await site.handOver(county);
  }
  const views = await compare(county.journal, null, NOW_MS);
  expect(
    views.map(({ node, origin, stream }) => `${node} ${/\d+(?=-\w+$)/.exec(origin)} ${stream}`),
  )
    .toEqual([
      "county-a 1 audit",
      "site-1 2 audit",
      "site-1 1 audit",
      "site-1 1 reading",
      "site-2 1 audit",
      "site-2 1 reading",
    ]);
});

/** As after a crash: the mark of a clean close is taken from the file. */
async function newLife(site: TablesDesk): Promise<void> {
  await site.reopen(() => {
    const [segment] = Array.from(Deno.readDirSync(site.journalFolder), ({ name }) => name)
      .filter((name) => name.endsWith(".journal"));
    const path = `${site.journalFolder}/${segment}`;
    using database = new Database({ path, synchronous: "FULL", checkpointPages: 1000 });
    database.exec("UPDATE meta SET value = '0' WHERE name = 'clean'");
  });
}
