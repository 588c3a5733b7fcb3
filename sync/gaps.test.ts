import { expect, test } from "vitest";
import { readContents } from "./entry.ts";
import { change, segmentIn } from "./fixture_damage.ts";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { type OtherCentre, signGap, StuckStreams } from "./gaps.ts";
import { numbered, range, stampAt, until } from "./fixtures.ts";
import { NodeKey } from "./identity.ts";

const NEVER = new AbortController().signal;
const DAY_MS = 86_400_000;

async function append(node: FixtureNode, from: number, to: number): Promise<void> {
  for (let first = from; first <= to; first += 200) {
    const items = range(first, Math.min(to, first + 199)).map((n) => numbered(n));
    await node.journal.append(items, stampAt(0));
  }
}

/** A site that has shipped to both centres, then freed its disk of the most of it. */
async function pruned(a: FixtureNode, b: FixtureNode, site: FixtureNode) {
  const { origin } = site.journal;
  await append(site, 1, 6000);
  await until(
    "both have all",
    () => [a, b].every(({ journal }) => journal.position(origin, "reading")?.seq === 6000),
  );
  await until(
    "receipts",
    () => site.journal.receipts().filter(({ seq }) => seq === 6000).length === 2,
  );
  const retention = {
    centres: ["county-a", "county-b"],
    keepOwnMs: 0,
    keepOthersMs: null,
    nowMs: stampAt(DAY_MS).wallMs,
  };
  expect(await site.journal.prune(retention)).toBeGreaterThan(0);
  return site.journal.position(origin, "reading")?.floor ?? 0;
}

async function gapAlarms(node: FixtureNode): Promise<unknown[]> {
  const { journal } = node;
  const found = await journal.read(journal.origin, "alarm", 0, {
    entriesMax: 99,
    bytesMax: 1 << 20,
  });
  if (found.kind !== "run") return [];
  return Array.from(readContents(found.run.contents), ({ kind, body }) => ({
    kind,
    ...JSON.parse(new TextDecoder().decode(body)),
  }));
}

test("a centre restored from an old backup is sent by the other what the site has no more", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  await using site = await FixtureNode.start("site-1", members, undefined, {
    segmentBytesMax: 1 << 20,
  });
  const { origin } = site.journal;
  site.linkTo(a);
  site.linkTo(b);
  const floor = await pruned(a, b, site);
  expect(floor).toBeGreaterThan(102);
  await site.unlink();
  await a.hangUp();
  // Its backup is from before it knew anything of the site.
  await using restored = (await FixtureNode.start("county-a", members)).listen();
  const link = site.linkTo(restored, { gapAfterMs: 0 });
  site.linkTo(b);
  await until("the site cannot go on", () => link.status().blocked.length > 0);
  expect(link.status().blocked[0].reason).toContain("are not held here any more");
  b.linkTo(restored);
  await until("all is there", () => restored.journal.position(origin, "reading")?.seq === 6000);
  expect(await gapAlarms(restored)).toEqual([]);
});

test("where nobody has them any more the site says so: the stream goes on, the centre alarms once", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  await using site = await FixtureNode.start("site-1", members, undefined, {
    segmentBytesMax: 1 << 20,
  });
  const { origin } = site.journal;
  site.linkTo(a);
  site.linkTo(b);
  const floor = await pruned(a, b, site);
  await site.unlink();
  // Both centres lose all: one begins anew, the other is given up.
  await a.hangUp();
  await b.hangUp();
  await using anew = (await FixtureNode.start("county-a", members)).listen();
  const lost: OtherCentre = { lost: true, heard: false, seq: () => 6000 };
  const link = site.linkTo(anew, { gapAfterMs: 100, others: () => [lost] });
  await until("the stream goes on", () => anew.journal.position(origin, "reading")?.seq === 6000);
  const gap = { origin, stream: "reading", first: 1, last: floor - 1 };
  expect(anew.events.filter(({ kind, ...event }) => kind === "gap" && "stream" in event))
    .toContainEqual({ kind: "gap", node: "site-1", ...gap });
  expect(await gapAlarms(anew)).toContainEqual({ kind: "gap", ...gap });
  await append(site, 6001, 6010);
  await until("it goes on", () => anew.journal.position(origin, "reading")?.seq === 6010);
  await until("nothing is set aside", () => link.status().blocked.length === 0);
  // The other centre, new as well, is handed the gap with the site's own signature.
  await using other = (await FixtureNode.start("county-b", members)).listen();
  anew.linkTo(other);
  await until("handed on", () => other.journal.position(origin, "reading")?.seq === 6010);
  const alarms = async () =>
    (await gapAlarms(other)).filter((alarm) => JSON.stringify(alarm).includes("reading"));
  await until("it is told", async () => (await alarms()).length > 0);
  expect(await alarms()).toEqual([{ kind: "gap", ...gap }]);
});

test("G6: what a disk lost before a centre had it is told as a gap, and what is behind it arrives", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using stack = new AsyncDisposableStack();
  const small = { segmentBytesMax: 40_000 };
  const whole = stack.use(await FixtureNode.start("site-1", members, undefined, small));
  const { origin } = whole.journal;
  for (let first = 1; first <= 600; first += 10) await append(whole, first, first + 9);
  using image = await whole.image();
  change(segmentIn(image.folder.path, "sealed"), (bytes) => bytes.fill(0, bytes.length / 3));
  const site = stack.use(await FixtureNode.start("site-1", members, image, small));
  const missing = site.journal.missing().filter((one) => one.origin === origin);
  expect(missing.map(({ stream }) => stream)).toContain("reading");
  const link = site.linkTo(a, { gapAfterMs: 0 });
  site.pullFrom(a);
  await until("all arrived", () => a.journal.position(origin, "reading")?.seq === 600);
  expect(await gapAlarms(a)).toEqual(missing.map((hole) => ({ kind: "gap", ...hole })));
  await until("nothing is set aside", () => link.status().blocked.length === 0);
  // Asked for again, the gap itself comes to where the entries were.
  await site.unlink();
  site.linkTo(a);
  site.pullFrom(a);
  await until("nothing is missing", () => site.journal.missing().length === 0);
});

test("X3: a gap that its origin has not signed is refused, and no alarm is made of it", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  using peer = site.peer(a);
  const { origin } = site.journal;
  const hash = new Uint8Array(32).fill(7);
  const gap = { origin, stream: "reading", first: 1, last: 9, hash };
  const [refused] = await peer.ship([signGap(gap, NodeKey.create())], NEVER);
  expect(refused).toMatchObject({ kind: "refused", seq: 0 });
  const [early] = await peer.ship([signGap({ ...gap, first: 3 }, site.key)], NEVER);
  expect(early).toMatchObject({ kind: "gap", seq: 0 });
  expect(await gapAlarms(a)).toEqual([]);
  const good = signGap(gap, site.key);
  for (let times = 0; times < 2; times++) {
    expect(await peer.ship([good], NEVER)).toMatchObject([{ kind: "receipt", seq: 9, hash }]);
  }
  expect(await gapAlarms(a)).toMatchObject([{ kind: "gap", first: 1, last: 9 }]);
});

test("a gap is told only when no other centre has more, and after a while", () => {
  const place = { origin: "site-1.1-00112233445566ff", stream: "reading", held: 5 };
  const other = (more: Partial<OtherCentre>): OtherCentre => ({
    lost: false,
    heard: true,
    seq: () => 5,
    ...more,
  });
  const told = (others: readonly OtherCentre[]) => {
    const stuck = new StuckStreams(1000);
    stuck.isLost("k", place, others, 0);
    return [stuck.isLost("k", place, others, 999), stuck.isLost("k", place, others, 1000)];
  };
  expect(told([])).toEqual([false, true]);
  expect(told([other({})])).toEqual([false, true]);
  expect(told([other({ seq: () => 6 })])).toEqual([false, false]);
  expect(told([other({ heard: false })])).toEqual([false, false]);
  expect(told([other({ heard: false, lost: true })])).toEqual([false, true]);
});
