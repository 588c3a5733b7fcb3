import { expect, test } from "vitest";
import { firstHash } from "./chain.ts";
import type { Entry } from "./entry.ts";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { numbered, range, stampAt, until } from "./fixtures.ts";
import type { Journal } from "./journal.ts";
import { nodeOf } from "./origin.ts";
import { OwnLives, type OwnLivesEvent } from "./own_lives.ts";
import { entriesOf } from "./run.ts";
import { systemTimer } from "./timer.ts";

const LIMITS = { entriesMax: 10_000, bytesMax: 1 << 24 };

async function append(node: FixtureNode, from: number, to: number): Promise<void> {
  for (let first = from; first <= to; first += 250) {
    const items = range(first, Math.min(to, first + 249)).map((n) => numbered(n));
    await node.journal.append(items, stampAt(5));
  }
}

/** All entries of one stream of a node over all its lives, as a journal holds them. */
async function entries(journal: Journal, node: string, stream: string): Promise<Entry[]> {
  const found: Entry[] = [];
  for (const state of journal.positions()) {
    if (nodeOf(state.origin) !== node || state.stream !== stream) continue;
    let previous: Uint8Array = firstHash();
    for (let after = 0; after < state.seq;) {
      const result = await journal.read(state.origin, stream, after, LIMITS);
      if (result.kind !== "run") throw new Error(`${state.origin} ${stream}: ${result.kind}`);
      found.push(...entriesOf(result.run, previous));
      after = result.run.last;
      previous = result.run.hash;
    }
  }
  return found;
}

async function numbers(journal: Journal, node: string): Promise<number[]> {
  return (await entries(journal, node, "reading"))
    .map(({ body }) => Number(JSON.parse(new TextDecoder().decode(body)).number))
    .sort((a, b) => a - b);
}

/**
 * An old image that was put back: the centre has entries 1 to 20 of a life, of which the image has
 * 1 to 10; then it wrote on, from 1001, under the same numbers.
 */
async function forked(a: FixtureNode, stack: AsyncDisposableStack, own: number) {
  const original = stack.use(await FixtureNode.start("site-1", a.members));
  await append(original, 1, 10);
  using image = await original.image();
  const copy = stack.use(await FixtureNode.start("site-1", a.members, image));
  original.linkTo(a);
  await append(original, 11, 20);
  const { origin } = original.journal;
  await until("arrived", () => a.journal.position(origin, "reading")?.seq === 20);
  await append(copy, 1001, 1000 + own);
  return { copy, origin };
}

test("G1 G5: of a fork both branches are kept, and what only the node had is at the centre once", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  await using stack = new AsyncDisposableStack();
  const { copy, origin } = await forked(a, stack, 1200);
  a.linkTo(b);
  await until("B has the first branch", () => b.journal.position(origin, "reading")?.seq === 20);
  copy.linkTo(a);
  copy.linkTo(b);
  const all = [...range(1, 20), ...range(1001, 2200)];
  for (const centre of [a, b]) {
    await until(
      `${centre.name} has both branches`,
      async () => (await numbers(centre.journal, "site-1")).length >= all.length,
    );
    expect(await numbers(centre.journal, "site-1")).toEqual(all);
    expect(centre.journal.position(origin, "reading")?.seq).toBe(20);
  }
  // The own branch stays where it was, with its times; the copy is in the life that goes on.
  expect(copy.journal.position(origin, "reading")?.seq).toBe(1210);
  expect(copy.journal.origin).not.toBe(origin);
  const again = (await entries(a.journal, "site-1", "reading"))
    .filter((entry) => entry.origin === copy.journal.origin);
  expect(again[0]).toMatchObject({ time: stampAt(1001), kind: "test" });
  expect(copy.lifeEvents.filter(({ kind }) => kind === "fork")).toMatchObject([
    { origin, common: 10 },
  ]);
  const alarms = await entries(a.journal, "site-1", "alarm");
  expect(alarms.map(({ kind, body }) => [kind, JSON.parse(new TextDecoder().decode(body))]))
    .toMatchObject([["fork", { origin, stream: "reading", common: 10, own: 1200 }]]);
  // What comes later goes its way, and nothing is told as waiting or set aside.
  await append(copy, 5000, 5000);
  const link = copy.linkTo(a);
  await until("it arrives", async () => (await numbers(a.journal, "site-1")).includes(5000));
  await until("nothing waits", () => link.status().waitingEntries === 0);
  await until("nothing is set aside", () => link.status().blocked.length === 0);
});

test("G3: a fork is taken over once, however often the node starts anew", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using stack = new AsyncDisposableStack();
  const { copy } = await forked(a, stack, 300);
  copy.linkTo(a);
  const all = [...range(1, 20), ...range(1001, 1300)];
  await until("taken over", async () => (await numbers(a.journal, "site-1")).length === all.length);
  await copy.unlink();
  using image = await copy.image();
  await using later = await FixtureNode.start("site-1", members, image);
  const link = later.linkTo(a);
  await append(later, 6000, 6000);
  await until("it ships", async () => (await numbers(a.journal, "site-1")).includes(6000));
  await until("it has found the fork", () => link.status().waitingEntries === 0);
  expect(await numbers(a.journal, "site-1")).toEqual([...all, 6000]);
  expect((await entries(a.journal, "site-1", "alarm")).length).toBe(1);
});

test("G3: a fork is taken over once, though the journal fails in the middle of it", async () => {
  await using site = await FixtureNode.start("site-1", new Map());
  await append(site, 1, 1700);
  const { origin } = site.journal;
  const fork = { centre: "county-a", origin, stream: "reading", common: 200 };
  const events: OwnLivesEvent[] = [];
  let appends = 0;
  const failing = new Proxy(site.journal, {
    get: (journal, name) => {
      const value: unknown = Reflect.get(journal, name);
      if (typeof value !== "function") return value;
      if (name !== "append") return value.bind(journal);
      return (...parameters: Parameters<Journal["append"]>) =>
        ++appends % 3 === 0
          ? Promise.reject(new Error("the disk is full"))
          : journal.append(...parameters);
    },
  });
  const lives = () =>
    new OwnLives({
      journal: failing,
      stamp: () => stampAt(9),
      timer: systemTimer,
      onEvent: (event) => events.push(event),
    });
  // Each try comes a part further; whether the program was started anew between makes no odds.
  let tries = 0;
  const same = lives();
  const tried = (which: OwnLives) => which.fork(fork).then(() => true, () => false);
  while (!await tried(tries % 2 === 0 ? same : lives())) tries++;
  expect(tries).toBeGreaterThan(1);
  expect(await numbers(site.journal, "site-1")).toEqual(
    [...range(1, 1700), ...range(201, 1700)].sort((a, b) => a - b),
  );
  expect(events.filter(({ kind }) => kind === "fork").length).toBe(1);
});

test("a centre that stands lower than before is no fork: it is sent the rest", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  const { origin } = site.journal;
  site.linkTo(a);
  await append(site, 1, 20);
  await until("arrived", () => a.journal.position(origin, "reading")?.seq === 20);
  using backup = await a.image();
  await a.hangUp();
  await append(site, 21, 40);
  await using restored = (await FixtureNode.start("county-a", members, backup)).listen();
  const link = site.linkTo(restored);
  await until("all is there", () => restored.journal.position(origin, "reading")?.seq === 40);
  expect(site.journal.origin).toBe(origin);
  expect(link.status().blocked).toEqual([]);
});

test("X3: two boxes with one identity are named at the county, with where they are", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using box = await FixtureNode.start("site-1", members);
  using image = await box.image();
  // The same card in another machine.
  await using copy = await FixtureNode.start("site-1", members, image, { machine: "another" });
  const [first, second] = [box.journal.origin, copy.journal.origin];
  expect(second).not.toBe(first);
  box.linkTo(a, { refreshMs: 20 });
  copy.linkTo(a, { refreshMs: 20 });
  const twins = () => a.events.filter(({ kind }) => kind === "twins");
  await until("they are seen", () => twins().length > 0);
  const [event] = twins();
  const boxes = event.kind === "twins" ? event.boxes : [];
  expect(boxes.map(({ origin }) => origin).sort()).toEqual([first, second].sort());
  expect(boxes.map(({ remote }) => remote)).toEqual(["127.0.0.1", "127.0.0.1"]);
  // Both go on meanwhile, each in its own life.
  await append(box, 1, 3);
  await append(copy, 4, 6);
  await until("both ship", async () => (await numbers(a.journal, "site-1")).length === 6);
});
