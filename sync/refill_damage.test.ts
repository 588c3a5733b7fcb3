import { expect, test } from "vitest";
import { change, held, segmentIn } from "./fixture_damage.ts";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { numbered, range, stampAt, until } from "./fixtures.ts";

const ENTRIES = 600;
const SMALL = { segmentBytesMax: 40_000 };

async function fill(node: FixtureNode): Promise<void> {
  for (const batch of range(0, ENTRIES / 10 - 1)) {
    await node.journal.append(
      range(batch * 10 + 1, batch * 10 + 10).map((n) => numbered(n)),
      stampAt(batch),
    );
  }
}

test("what damage took out of the middle of a site's stream comes back from a centre", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await FixtureNode.start("site-1", members, undefined, SMALL));
  site.linkTo(a);
  await fill(site);
  const { origin } = site.journal;
  await until("arrived", () => a.journal.position(origin, "reading")?.seq === ENTRIES);
  using image = await site.image();
  await site.unlink();
  change(segmentIn(image.folder.path, "sealed"), (bytes) => bytes.fill(0, bytes.length / 3));
  const node = stack.use(await FixtureNode.start("site-1", members, image, SMALL));
  expect(node.journal.missing().length).toBeGreaterThan(0);
  expect(node.journal.position(origin, "reading")?.seq).toBe(ENTRIES);
  node.linkTo(a);
  node.pullFrom(a);
  await until("all of it is back", () => node.journal.missing().length === 0);
  expect([...(await held(node.journal, origin)).keys()]).toEqual(range(1, ENTRIES));
});

test("what damage took out of a centre's copy comes back from the other centre", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using stack = new AsyncDisposableStack();
  const b = stack.use(await FixtureNode.start("county-b", members, undefined, SMALL));
  const site = stack.use(await FixtureNode.start("site-1", members));
  b.listen();
  site.linkTo(a);
  site.linkTo(b);
  await fill(site);
  const { origin } = site.journal;
  await until(
    "arrived",
    () => [a, b].every((one) => one.journal.position(origin, "reading")?.seq === ENTRIES),
  );
  using image = await b.image();
  await b.hangUp();
  await site.unlink();
  change(segmentIn(image.folder.path, "sealed"), (bytes) => bytes.fill(0, bytes.length / 3));
  const again = stack.use(await FixtureNode.start("county-b", members, image, SMALL));
  expect(again.journal.missing().length).toBeGreaterThan(0);
  again.linkTo(a);
  again.pullFrom(a);
  await until("all of it is back", () => again.journal.missing().length === 0);
  expect([...(await held(again.journal, origin)).keys()]).toEqual(range(1, ENTRIES));
  expect(again.journal.position(origin, "reading")).toEqual(a.journal.position(origin, "reading"));
});
