import { expect, test } from "vitest";
import { Database } from "./database.ts";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { numbered, range, stampAt, TemporaryFolder, until } from "./fixtures.ts";
import { type NewEntry } from "./append.ts";
import { openJournal } from "./journal.ts";
import { gather, lacking } from "./ship.ts";

const NEVER = new AbortController().signal;

function append(node: FixtureNode, from: number, to: number): Promise<unknown> {
  return node.journal.append(range(from, to).map((n) => numbered(n)), stampAt(0));
}

test("G2: a receipt that was lost with the power is given again, so that space can be freed", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  await append(site, 1, 50);
  // The county has everything, and the answers never reached the disk here.
  const { runs } = await gather(
    site.journal,
    lacking(site.journal.positions(), new Map()),
    new Map(),
    site.key,
  );
  using peer = site.peer(a);
  await peer.ship(runs, NEVER);
  expect(site.journal.receipts()).toEqual([]);
  const link = site.linkTo(a);
  await until("the receipts are here", () => site.journal.receipts().length === 2);
  const { origin } = site.journal;
  expect(site.journal.receipts().map(({ stream, seq }) => [stream, seq]).sort())
    .toEqual([["audit", 1], ["reading", 50]]);
  expect(site.journal.receipts()[0].origin).toBe(origin);
  expect(link.status().waitingEntries).toBe(0);
});

test("what one append brings leaves in batches that every receiver takes", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  // Noise: it cannot be compressed.
  const noise = () =>
    range(1, 4).map(() => crypto.getRandomValues(new Uint8Array(65_536)).toBase64()).join("");
  const items = range(1, 40).map((n): NewEntry => ({ ...numbered(n), body: `"${noise()}"` }));
  await site.journal.append(items, stampAt(0));
  site.linkTo(a);
  const { origin } = site.journal;
  await until("all has arrived", () => a.journal.position(origin, "reading")?.seq === 40);
});

/** Two boxes with one image: the original's 20 entries are at the centre, the copy has its own. */
async function forked(a: FixtureNode, stack: AsyncDisposableStack) {
  const original = stack.use(await FixtureNode.start("site-1", a.members));
  await append(original, 1, 10);
  using image = await original.image();
  const copy = stack.use(await FixtureNode.start("site-1", a.members, image));
  original.linkTo(a);
  await append(original, 11, 20);
  const { origin } = original.journal;
  await until("arrived", () => a.journal.position(origin, "reading")?.seq === 20);
  await copy.journal.append(range(1, 30).map((n) => numbered(1000 + n)), stampAt(5));
  return { copy, origin };
}

test("a fork that shows only behind what both hold is told as a fork", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using stack = new AsyncDisposableStack();
  const { copy, origin } = await forked(a, stack);
  using peer = copy.peer(a);
  const at = a.journal.position(origin, "reading");
  if (at === undefined) throw new Error("nothing has arrived");
  const wanted = copy.journal.positions().filter(({ stream }) => stream === "reading");
  const { runs } = await gather(
    copy.journal,
    wanted,
    new Map([[`${origin} reading`, at]]),
    copy.key,
  );
  expect(await peer.ship(runs, NEVER)).toMatchObject([{ kind: "fork", seq: 20 }]);
});

test("G7: what is missing on the disk is told as missing, and nothing takes its place", async () => {
  using folder = new TemporaryFolder();
  const options = {
    directory: folder.path,
    node: "site-1",
    hashName: "sha256" as const,
    segmentBytesMax: 1 << 20,
    stamp: stampAt(0),
  };
  const journal = await openJournal(options);
  for (const n of range(1, 5)) await journal.append([numbered(n)], stampAt(n));
  await journal.close();
  {
    const path = `${folder.path}/00000001.journal`;
    using database = new Database({ path, synchronous: "FULL", checkpointPages: 100 });
    const stream = "SELECT id FROM streams WHERE stream = 'reading'";
    database.exec(`DELETE FROM blocks WHERE first = 3 AND stream = (${stream})`);
  }
  const again = await openJournal(options);
  const limits = { entriesMax: 100, bytesMax: 1 << 20 };
  const read = (after: number) => again.read(again.origin, "reading", after, limits);
  expect(await read(0)).toMatchObject({ kind: "run", run: { first: 1, last: 2 } });
  expect(await read(2)).toEqual({ kind: "missing", seq: 3, next: 4 });
  await again.close();
});
