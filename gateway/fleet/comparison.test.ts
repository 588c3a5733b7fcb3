import { cpSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Member } from "../../sync/desk.ts";
import { dayOf, dayText } from "../../sync/day.ts";
import { Database } from "../../sync/database.ts";
import { range, stampAt } from "../../sync/fixtures.ts";
import { Nonces } from "../../sync/nonces.ts";
import { Peer } from "../../sync/peer.ts";
import { syncRoutes } from "../../sync/routes.ts";
import { TablesDesk } from "../fixture_tables.ts";
import { compareNode, streamComparison } from "./comparison.ts";
import { daysOf } from "./day_tables.ts";
import { OtherNode } from "./other_node.ts";

const HOUR_MS = 3_600_000;
const NEVER = new AbortController().signal;

/** Two centres and a site whose entries are handed over by hand; B answers on loopback. */
async function centres() {
  await using stack = new AsyncDisposableStack();
  const a = stack.use(await TablesDesk.open({ node: "county-a" }));
  const b = stack.use(await TablesDesk.open({ node: "county-b" }));
  const site = stack.use(await TablesDesk.open({ node: "site-1" }));
  const members = new Map<string, Member>([
    ["county-a", { publicKey: a.key.publicKey, role: "county" }],
    ["site-1", { publicKey: site.key.publicKey, role: "site" }],
  ]);
  const answer = syncRoutes({
    journal: b.journal,
    node: "county-b",
    key: b.key,
    nonces: new Nonces(crypto.getRandomValues(new Uint8Array(32)), () => performance.now()),
    member: (node) => members.get(node),
    stamp: () => stampAt(0),
    days: async (node, after, limit) => {
      await b.tables.caughtUp(b.journal);
      return await daysOf(b.tables, node, after, limit);
    },
    onEvent: () => {},
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => answer(request),
  );
  stack.defer(() => server.shutdown());
  const peerOf = ({ key, options }: TablesDesk) =>
    stack.use(
      new Peer({
        url: new URL(`http://127.0.0.1:${server.addr.port}`),
        node: "county-b",
        publicKey: b.key.publicKey,
        self: options.node,
        key,
      }),
    );
  const [peer, sitePeer] = [peerOf(a), peerOf(site)];
  const compared = async (desk = a, waitMs = 0) => {
    const other = new OtherNode(desk === a ? peer : sitePeer, NEVER);
    const { streams: views } = await compareNode(desk, other, "site-1", waitMs);
    for (const view of views) expect(streamComparison.parse(view)).toEqual(view);
    return views.filter(({ stream }) => stream === "reading");
  };
  const closing = stack.move();
  return { a, b, site, sitePeer, compared, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

async function readings(desk: TablesDesk, from: number, to: number, more = {}): Promise<void> {
  for (const n of range(from, to)) await desk.append("test", { n, ...more }, n * 5 * HOUR_MS);
}

const dayAt = (n: number) => dayText(dayOf(stampAt(n * 5 * HOUR_MS).wallMs));

describe("G6: per stream and day the centres", () => {
  test("are equal, by count and hash of each day", async () => {
    await using all = await centres();
    await readings(all.site, 1, 20);
    for (const centre of [all.a, all.b]) await all.site.handOver(centre);
    const [view] = await all.compared();
    expect(view).toMatchObject({ state: "equal", firstDifference: null, differing: [] });
    expect(view.days).toBeGreaterThanOrEqual(4);
    expect(view.here).toEqual(view.there);
    // The site sees the same of itself, and nothing of others.
    expect(await all.compared(all.site)).toEqual([view]);
    await expect(new OtherNode(all.sitePeer, NEVER).streams("")).rejects.toThrow(
      "A site asks for what is its own",
    );
  });

  test("differ where one lacks the end, which is named and not taken for a changed day", async () => {
    await using all = await centres();
    await readings(all.site, 1, 6);
    await all.site.handOver(all.b);
    await readings(all.site, 7, 9);
    await all.site.handOver(all.a);
    const [view] = await all.compared();
    expect(view).toMatchObject({ state: "behind", firstDifference: 7, differing: [] });
    expect(await all.compared(all.site)).toMatchObject([{ state: "behind" }]);
  });

  test("differ where one has a stream alone, whichever it is", async () => {
    await using all = await centres();
    await readings(all.site, 1, 2);
    await all.site.handOver(all.b);
    expect(await all.compared()).toMatchObject([{ state: "only-there", here: null }]);
    await using other = await centres();
    await readings(other.site, 1, 2);
    await other.site.handOver(other.a);
    expect(await other.compared()).toMatchObject([{ state: "only-here", there: null }]);
  });

  test("are equal when what was on its way arrives within the wait", async () => {
    await using all = await centres();
    await readings(all.site, 1, 6);
    await all.site.handOver(all.a);
    const comparing = all.compared(all.a, 60_000);
    await all.site.handOver(all.b);
    expect(await comparing).toMatchObject([{ state: "equal", differing: [] }]);
  });

  test("have forked: the first entry that differs is named, and the days from there on", async () => {
    await using all = await centres();
    await readings(all.site, 1, 12);
    const copy = `${all.site.folder.path}-copy`;
    await all.site.reopen(() => cpSync(all.site.journalFolder, copy, { recursive: true }));
    await readings(all.site, 13, 24);
    await all.site.handOver(all.a);
    await all.site.reopen(() => {
      Deno.removeSync(all.site.journalFolder, { recursive: true });
      cpSync(copy, all.site.journalFolder, { recursive: true });
      all.site.removeTables();
    });
    Deno.removeSync(copy, { recursive: true });
    await readings(all.site, 13, 24, { other: true });
    await all.site.handOver(all.b);
    const [view] = await all.compared();
    expect(view).toMatchObject({ state: "different", firstDifference: 13 });
    expect(view.differing[0].day).toBe(dayAt(13));
    expect(view.differing.at(-1)?.day).toBe(dayAt(24));
  });

  test("differ where entries in the middle are gone, though both ends are the same", async () => {
    await using all = await centres();
    await readings(all.site, 1, 20);
    for (const centre of [all.a, all.b]) await all.site.handOver(centre);
    await readings(all.site, 21, 22);
    for (const centre of [all.a, all.b]) await all.site.handOver(centre);
    const [before] = await all.compared();
    expect(before.state).toBe("equal");
    await all.a.reopen(() => {
      lose(all.a, 20);
      all.a.removeTables();
    });
    const [view] = await all.compared();
    expect(view).toMatchObject({ state: "different", firstDifference: 1 });
    const lost = view.differing.reduce(
      (sum, { here, there }) => sum + (there?.count ?? 0) - (here?.count ?? 0),
      0,
    );
    expect(lost).toBeGreaterThanOrEqual(20);
  });
});

/** Takes the block of readings that ends at `last` out of the file. */
function lose(desk: TablesDesk, last: number): void {
  const [segment] = Array.from(Deno.readDirSync(desk.journalFolder), ({ name }) => name)
    .filter((name) => name.endsWith(".journal"));
  const path = `${desk.journalFolder}/${segment}`;
  using database = new Database({ path, synchronous: "FULL", checkpointPages: 1000 });
  database.run("DELETE FROM blocks WHERE last = ?", [last]);
}
