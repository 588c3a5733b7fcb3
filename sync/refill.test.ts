import { expect, test } from "vitest";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { numbered, range, stampAt, until } from "./fixtures.ts";

function append(node: FixtureNode, from: number, to: number): Promise<unknown> {
  return node.journal.append(range(from, to).map((n) => numbered(n)), stampAt(0));
}

/** A site that ships 20 entries, and its disk as it was when there were 10. */
async function restored(a: FixtureNode, stack: AsyncDisposableStack) {
  const site = stack.use(await FixtureNode.start("site-1", a.members));
  await append(site, 1, 10);
  using image = await site.image();
  site.linkTo(a);
  await append(site, 11, 20);
  const { origin } = site.journal;
  await until("arrived", () => a.journal.position(origin, "reading")?.seq === 20);
  await site.unlink();
  return { node: stack.use(await FixtureNode.start("site-1", a.members, image)), origin };
}

test("what a disk has lost of an own life comes back from a centre, and the stream goes on", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using stack = new AsyncDisposableStack();
  const { node, origin } = await restored(a, stack);
  const link = node.linkTo(a);
  node.pullFrom(a);
  await until("it is back", () => node.journal.position(origin, "reading")?.seq === 20);
  expect(node.journal.position(origin, "reading")).toEqual(
    a.journal.position(origin, "reading"),
  );
  // No number is used twice: what comes now is in another life.
  expect(node.journal.origin).not.toBe(origin);
  await append(node, 21, 22);
  const now = node.journal.origin;
  await until("it ships", () => a.journal.position(now, "reading")?.seq === 2);
  await until("nothing is set aside", () => link.status().blocked.length === 0);
  await until(
    "a receipt for all of it",
    () =>
      node.journal.receipts().some((receipt) =>
        receipt.origin === origin && receipt.stream === "reading" && receipt.seq === 20
      ),
  );
});

test("a stream that was lost as a whole comes back as well", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await FixtureNode.start("site-1", members));
  using image = await site.image();
  site.linkTo(a);
  await site.journal.append([numbered(1, "alarm"), numbered(2, "alarm")], stampAt(0));
  const { origin } = site.journal;
  await until("arrived", () => a.journal.position(origin, "alarm")?.seq === 2);
  await site.unlink();
  const node = stack.use(await FixtureNode.start("site-1", members, image));
  node.linkTo(a);
  node.pullFrom(a);
  await until("it is back", () => node.journal.position(origin, "alarm")?.seq === 2);
  expect(node.journal.origin).not.toBe(origin);
});

class CountingMembers extends Map<string, NonNullable<ReturnType<Members["get"]>>> {
  asked = 0;

  override get(node: string) {
    this.asked++;
    return super.get(node);
  }
}

test("T9: a centre that holds more than the node is asked again only after a while", async () => {
  const members = new CountingMembers();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using stack = new AsyncDisposableStack();
  const { node } = await restored(a, stack);
  const link = node.linkTo(a, { refreshMs: 60_000 });
  await until("its stream is set aside", () => link.status().blocked.length === 1);
  expect(link.status().blocked[0].reason).toContain("holds 10 entries this node has lost");
  members.asked = 0;
  await until("it is tried again", () => (link.status().blocked[0]?.attempts ?? 0) >= 3);
  // Each question looks its sender up a few times.
  expect(members.asked).toBeLessThan(60);
});
