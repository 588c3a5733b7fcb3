import { expect, test } from "vitest";
import { firstHash } from "./chain.ts";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { FixtureOrigin } from "./fixture_origin.ts";
import { memoryJournal } from "./fixture_segments.ts";
import { numbered, range, stampAt, until } from "./fixtures.ts";
import { NodeKey } from "./identity.ts";
import type { Peer } from "./peer.ts";
import { encodePullAsked } from "./questions.ts";
import { entriesOf, type SignedRun } from "./run.ts";
import { gather, lacking } from "./ship.ts";
import { streamTo } from "./stream.ts";
import { systemTimer, type Timer } from "./timer.ts";

const NEVER = new AbortController().signal;
const TO_SITE = streamTo("site-1");

async function tell(county: FixtureNode, from: number, to: number): Promise<void> {
  for (const n of range(from, to)) await county.journal.append([numbered(n, TO_SITE)], stampAt(n));
}

/** Numbers that a node holds in the stream for the site, of one county, in their order. */
async function told(node: FixtureNode, county: FixtureNode): Promise<number[]> {
  const found = await node.journal.read(county.journal.origin, TO_SITE, 0, {
    entriesMax: 1000,
    bytesMax: 1 << 20,
  });
  if (found.kind !== "run") return [];
  return Array.from(
    entriesOf(found.run, firstHash()),
    ({ body }) => Number(JSON.parse(new TextDecoder().decode(body)).number),
  );
}

test("what A has told a site reaches it through B while A is down, once and in order", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  a.linkTo(b);
  b.linkTo(a);
  await tell(a, 1, 20);
  await tell(b, 101, 105);
  await until("B has what A said", async () => (await told(b, a)).length === 20);
  await a.hangUp();
  site.pullFrom(a);
  site.pullFrom(b);
  await until("the site has it", async () => (await told(site, a)).length === 20);
  await until("and what B said", async () => (await told(site, b)).length === 5);
  a.listen();
  // From now on the one that writes answers itself, and the other hands it on as well.
  await tell(a, 21, 40);
  await until("the site has all", async () => (await told(site, a)).length === 40);
  expect(await told(site, a)).toEqual(range(1, 40));
  expect(await told(site, b)).toEqual(range(101, 105));
  expect(site.pullEvents.filter(({ kind }) => kind === "pull-refused")).toEqual([]);
});

test("a question waits for what comes, and is answered at once then", async () => {
  const members: Members = new Map();
  await using a = await FixtureNode.start("county-a", members);
  await using site = await FixtureNode.start("site-1", members);
  using peer = site.peer(a);
  using other = site.peer(a);
  // No wait is ever over there: an answer comes for what has come, or never.
  const timer: Timer = {
    nowMs: () => 0,
    pause: (_ms, signal) => systemTimer.pause(2 ** 30, signal),
  };
  a.listen({ timer });
  const asked = {
    self: site.journal.origin,
    follow: TO_SITE,
    waitMs: 20_000,
    ranges: [],
    places: [],
  };
  const answer = peer.pull(asked, NEVER);
  let answered = false;
  answer.then(() => answered = true);
  await a.journal.append([numbered(1, streamTo("site-2"))], stampAt(0));
  await site.journal.append([numbered(1)], stampAt(0));
  // By then an answer would have arrived, had one been given.
  await other.positions({ self: site.journal.origin, questions: [], ranges: [] }, NEVER);
  expect(answered).toBe(false);
  await tell(a, 1, 1);
  expect((await answer).runs).toMatchObject([{ stream: TO_SITE, first: 1, last: 1 }]);
  expect((await peer.pull({ ...asked, waitMs: 0, follow: null }, NEVER)).runs).toEqual([]);
});

test("X3: a site is given nothing that is for another, nor of another", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using victim = await FixtureNode.start("site-1", members);
  await using thief = await FixtureNode.start("site-2", members);
  await tell(a, 1, 3);
  victim.linkTo(a);
  const { origin } = victim.journal;
  await until("there is something", () => a.journal.position(origin, "audit")?.seq === 1);
  using peer = thief.peer(a);
  const asked = { self: thief.journal.origin, follow: null, waitMs: 0, ranges: [], places: [] };
  const places = [{ origin, stream: "audit", after: 0 }];
  await expect(peer.pull({ ...asked, follow: TO_SITE }, NEVER)).rejects.toThrow("Not for this");
  await expect(peer.pull({ ...asked, places }, NEVER)).rejects.toThrow("Not for this");
  expect(a.events).toContainEqual({ kind: "refused", node: "site-2", code: "not-yours" });
});

test("X3: only a county writes to a site, and a county's entries go to no county but by its own", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  await site.journal.append([numbered(1, TO_SITE)], stampAt(0));
  const wanted = lacking(site.journal.positions(), new Map());
  const runs: readonly SignedRun[] = (await gather(site.journal, wanted, new Map(), site.key)).runs;
  using peer = site.peer(a);
  const answers = await peer.ship(runs, NEVER);
  expect(answers[runs.findIndex(({ stream }) => stream === TO_SITE)]).toMatchObject({
    kind: "refused",
    reason: "only a county writes to a site",
  });
});

test("a site ships nothing of what it pulled", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  await tell(a, 1, 3);
  site.pullFrom(a);
  await until("the site has it", async () => (await told(site, a)).length === 3);
  const { origin } = site.journal;
  const link = site.linkTo(b, { carries: (one) => one.startsWith("site-1.") });
  await until("its own is shipped", () => b.journal.position(origin, "audit")?.seq === 1);
  await until("nothing waits", () => link.status().waitingEntries === 0);
  expect(link.status().blocked).toEqual([]);
  expect(b.journal.position(a.journal.origin, TO_SITE)).toBeUndefined();
});

/** What a question for its own stream costs a site, once it has all that a county ever wrote. */
async function bytesOfAQuestion(lives: number): Promise<number> {
  const members: Members = new Map();
  const journal = await memoryJournal("county-a", systemTimer, stampAt(0));
  await using a = FixtureNode.over("county-a", members, journal).listen();
  await using site = await FixtureNode.start("site-1", members);
  for (const life of range(1, lives)) {
    await tell(a, life, life);
    await a.journal.renewLife("backlog");
  }
  await tell(a, 0, 0);
  const costs: number[] = [];
  using peer = site.peer(a);
  const pull: Peer["pull"] = (asked, signal) => {
    const held = site.journal.positions().filter(({ stream }) => stream === TO_SITE);
    if (held.length === lives + 1) costs.push(encodePullAsked(asked).length);
    return peer.pull(asked, signal);
  };
  site.pullFrom(a, { peer: { node: a.name, pull } });
  await until("it has all, and asks again", () => costs.length > 0);
  return costs[0];
}

test("what a site's question costs does not grow with the lives of a county that are over", async () => {
  const one = await bytesOfAQuestion(1);
  expect(await bytesOfAQuestion(500)).toBeLessThan(one + 16);
});

test("G4: a site gets what comes late of a county's lives that are over", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  const key = NodeKey.create();
  members.set("county-c", { publicKey: key.publicKey, role: "county" });
  const lives = range(1, 4).map((life) =>
    new FixtureOrigin(`county-c.${life}-00112233445566ff`, key)
  );
  const last = ({ origin }: FixtureOrigin) => site.journal.position(origin, TO_SITE)?.seq ?? 0;
  const [first, second, third, newest] = lives;
  const taken = [first, third, newest].map((life) => life.run(1, 2, TO_SITE));
  await a.journal.receive(taken);
  site.pullFrom(a);
  await until("the site has what is there", () => last(newest) === 2 && last(first) === 2);
  await a.journal.receive([first.run(3, 5, TO_SITE)]);
  await until("an end that came late", () => last(first) === 5);
  await a.journal.receive([second.run(1, 3, TO_SITE)]);
  await until("a life that came late", () => last(second) === 3);
  expect(site.pullEvents.filter(({ kind }) => kind !== "pulled")).toEqual([]);
});

test("T6: words of one centre that a site cannot store hold up none of the other's", async () => {
  const members: Members = new Map();
  await using a = await FixtureNode.start("county-a", members);
  await using b = (await FixtureNode.start("county-b", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  const words = range(1, 1200).map((n) => numbered(n, TO_SITE));
  await a.journal.append(words, stampAt(0));
  a.linkTo(b);
  await until(
    "B has what A said",
    () => b.journal.position(a.journal.origin, TO_SITE)?.seq === 1200,
  );
  await tell(b, 1, 5);
  let keyOfA = site.key.publicKey;
  site.pullFrom(b, {
    member: (node) => {
      const member = members.get(node);
      const publicKey = node === "county-a" ? keyOfA : member?.publicKey ?? "";
      return member && { role: member.role, publicKeys: [publicKey] };
    },
  });
  await until("the site has what B said", async () => (await told(site, b)).length === 5);
  expect(await told(site, a)).toEqual([]);
  await tell(b, 6, 8);
  await until("and goes on to take it", async () => (await told(site, b)).length === 8);
  keyOfA = a.key.publicKey;
  const { origin } = a.journal;
  await until(
    "what it can store now has come",
    () => site.journal.position(origin, TO_SITE)?.seq === 1200,
  );
  const refused = site.pullEvents.filter(({ kind }) => kind === "pull-refused");
  const reason = "the head's signature is not that of its origin";
  expect(refused).toMatchObject([{ from: "county-b", origin, stream: TO_SITE, reason }]);
});

test("T6: words of a centre that a site does not know hold up none of the other's", async () => {
  const members: Members = new Map();
  await using a = await FixtureNode.start("county-a", members);
  await using b = (await FixtureNode.start("county-b", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  await tell(a, 1, 3);
  a.linkTo(b);
  await until("B has what A said", () => b.journal.position(a.journal.origin, TO_SITE)?.seq === 3);
  await tell(b, 1, 1);
  site.pullFrom(b, {
    member: (node) => {
      const member = node === "county-a" ? undefined : members.get(node);
      return member && { role: member.role, publicKeys: [member.publicKey] };
    },
  });
  await until("the site has what B said", async () => (await told(site, b)).length === 1);
  const refused = () => site.pullEvents.filter(({ kind }) => kind === "pull-refused");
  await until("it says what it sets aside", () => refused().length > 0);
  expect(refused()).toMatchObject([{ reason: `"county-a" is not known here` }]);
});

/** Time that stands still: who pauses goes on when the test says so. */
class StoppedTimer implements Timer {
  readonly pauses: { readonly ms: number; readonly end: () => void }[] = [];

  nowMs(): number {
    return 0;
  }

  pause(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve());
    this.pauses.push({ ms, end: resolve });
    return promise;
  }
}

test("T9: a centre that finds other sums whatever it is asked is asked ever less often", async () => {
  const members: Members = new Map();
  await using site = await FixtureNode.start("site-1", members);
  await using a = await FixtureNode.start("county-a", members);
  const key = NodeKey.create();
  members.set("county-c", { publicKey: key.publicKey, role: "county" });
  for (const life of [1, 2]) {
    const { run, publicKeys } = new FixtureOrigin(`county-c.${life}-00112233445566ff`, key)
      .run(1, 1, TO_SITE);
    await site.journal.receive([{ run, publicKeys }]);
  }
  const timer = new StoppedTimer();
  let asked = 0;
  const pull: Peer["pull"] = async () => {
    if (++asked > 100) await new Promise((resolve) => NEVER.addEventListener("abort", resolve));
    return { agreed: false, runs: [] };
  };
  site.pullFrom(a, { peer: { node: a.name, pull }, timer });
  for (const failures of range(1, 4)) {
    await until("it pauses", () => timer.pauses.length === failures);
    // Once with sums, and once with each place by its name.
    expect(asked).toBe(2 * failures);
    timer.pauses[failures - 1].end();
  }
  const waits = timer.pauses.map(({ ms }) => ms);
  expect(waits).toEqual(waits.toSorted((one, other) => one - other));
  expect(new Set(waits).size).toBe(waits.length);
  expect(site.pullEvents).toMatchObject([{ kind: "pull-failed", from: "county-a" }]);
});

test("T6: a centre that names ever more origins makes a site remember a thousand of them", async () => {
  const members: Members = new Map();
  await using site = await FixtureNode.start("site-1", members);
  await using a = await FixtureNode.start("county-a", members);
  const key = NodeKey.create();
  const { run } = new FixtureOrigin("county-x.1-00112233445566ff", key).run(1, 1, TO_SITE);
  const timer = new StoppedTimer();
  const named: number[] = [];
  let life = 0;
  const pull: Peer["pull"] = ({ places }) => {
    named.push(places.length);
    const runs = range(1, 400).map(() => ({
      ...run,
      origin: `county-x.${++life}-00112233445566ff`,
    }));
    return Promise.resolve({ agreed: true, runs });
  };
  site.pullFrom(a, { peer: { node: a.name, pull }, timer });
  for (const failures of range(1, 3)) {
    await until("it pauses", () => timer.pauses.length === failures);
    timer.pauses[failures - 1].end();
  }
  expect(Math.max(...named)).toBe(1000);
  const refused = site.pullEvents.filter(({ kind }) => kind === "pull-refused");
  expect(refused).toHaveLength(1000);
});
