import { expect, test } from "vitest";
import { firstHash } from "./chain.ts";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { numbered, range, stampAt, until } from "./fixtures.ts";
import { headStatement, NodeKey, receiptStatement, signedBy } from "./identity.ts";
import { nodeOf } from "./origin.ts";
import { PeerError } from "./peer.ts";
import { entriesOf, type SignedRun } from "./run.ts";
import { gather, lacking } from "./ship.ts";
import { signRequest } from "./signature.ts";
import { encodeBatch } from "./wire.ts";

const NEVER = new AbortController().signal;

async function append(node: FixtureNode, from: number, to: number): Promise<void> {
  for (let first = from; first <= to; first += 500) {
    const items = range(first, Math.min(to, first + 499)).map((n) => numbered(n));
    await node.journal.append(items, stampAt(0));
  }
}

const equal = (a: FixtureNode, b: FixtureNode, node: string) => () => {
  const positions = a.positionsOf(node);
  return positions.length > 0 && positions.join() === b.positionsOf(node).join();
};

/** All that a site holds, ready to be shipped. */
async function allOf(site: FixtureNode): Promise<readonly SignedRun[]> {
  const wanted = lacking(site.journal.positions(), new Map());
  return (await gather(site.journal, wanted, new Map(), site.key)).runs;
}

test("G6: what a site appends appears at both counties, equal by position and hash", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  site.linkTo(a);
  const link = site.linkTo(b);
  await append(site, 1, 3000);
  await until(
    "both counties hold it",
    () => equal(a, site, "site-1")() && equal(b, site, "site-1")(),
  );
  await until("nothing waits", () => link.status().waitingEntries === 0);
  expect(link.status()).toMatchObject({ state: "up", reason: null, attempts: 0, nextTryMs: null });
  // Receipts of both, each signed over what the site holds.
  await until(
    "receipts",
    () => site.journal.receipts().filter(({ seq }) => seq === 3000).length === 2,
  );
  for (const receipt of site.journal.receipts()) {
    const publicKey = members.get(receipt.centre)?.publicKey ?? "";
    expect(signedBy(publicKey, receiptStatement(receipt.centre, receipt), receipt.signature)).toBe(
      true,
    );
  }
});

test("T5: a county that was away while 10,000 readings came is equal again by itself", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  site.linkTo(a);
  const link = site.linkTo(b);
  await append(site, 1, 10);
  await until("both began", () => equal(a, b, "site-1")());
  await b.hangUp();
  await append(site, 11, 10_010);
  await until("the one that is there has all", equal(a, site, "site-1"));
  await until("the other is known to be away", () => link.status().state === "down");
  expect(link.status()).toMatchObject({ destination: "county-b", waitingEntries: 10_000 });
  expect(link.status().reason).toContain('Cannot reach "county-b"');
  expect(link.status().attempts).toBeGreaterThan(0);
  expect(link.status().oldestWaitingMs).toBe(stampAt(11).wallMs);
  b.listen();
  await until("equal again", equal(a, b, "site-1"));
});

test("G6: a county hands on what only it could receive, with the site's own signature", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  a.linkTo(b, { relayAfterMs: 50 });
  b.linkTo(a, { relayAfterMs: 50 });
  site.linkTo(a);
  await append(site, 1, 1234);
  await until("the other county has it", equal(b, site, "site-1"));
  const origin = site.journal.origin;
  const result = await b.journal.read(origin, "reading", 0, {
    entriesMax: 5000,
    bytesMax: 1 << 24,
  });
  if (result.kind !== "run") throw new Error("nothing was handed on");
  const { run } = result;
  const head = { origin, stream: "reading", seq: run.last, hash: run.hash };
  expect(run.last).toBe(1234);
  expect(signedBy(site.key.publicKey, headStatement(head), run.signature ?? new Uint8Array())).toBe(
    true,
  );
  await until(
    "the counties' own entries are equal too",
    () => equal(a, b, "county-a")() && equal(a, b, "county-b")(),
  );
});

test("P11: where a peer stands that is shipped to all the time is asked for as often", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  const link = a.linkTo(b, { refreshMs: 60_000, askEveryMs: 100 });
  await until("it has said so", () => link.toldMs > -Infinity);
  const firstMs = link.toldMs;
  await append(b, 1, 10);
  await until("it is shipped to and asked", async () => {
    await append(a, 1, 5);
    return link.toldMs >= firstMs + 200;
  });
  expect(link.peerPositions.size).toBeGreaterThan(0);
});

test("G6: a county that never rests hands on nothing that the other has from the site", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  using toA = site.peer(a);
  using toB = site.peer(b);
  // Each receipt is news of the peer: it is never quiet for so long.
  a.linkTo(b, { relayAfterMs: 50, refreshMs: 10_000 });
  for (let first = 1; first < 400; first += 20) {
    await append(site, first, first + 19);
    const runs = await allOf(site);
    // Whatever the one holds the other had before.
    for (const peer of [toB, toA]) await peer.ship(runs, NEVER);
    await append(a, first, first + 19);
    await until("the other has the county's", equal(a, b, "county-a"));
  }
  const shipped = a.linkEvents.flatMap((event) => event.kind === "shipped" ? [event.entries] : []);
  const own = a.journal.positions().filter(({ origin }) => origin === a.journal.origin);
  const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);
  const written = sum(own.map(({ seq }) => seq));
  // What is its own may go twice, where an answer comes late; all of the site's would double it.
  expect(sum(shipped)).toBeGreaterThanOrEqual(written);
  expect(sum(shipped)).toBeLessThan(written * 1.5);
});

test("alarm leaves before record, reading and audit, whatever came first", async () => {
  await using site = await FixtureNode.start("site-1", new Map());
  for (const stream of ["reading", "record", "alarm"] as const) {
    await site.journal.append([numbered(1, stream)], stampAt(0));
  }
  const runs = await allOf(site);
  expect(runs.map(({ stream }) => stream)).toEqual(["alarm", "record", "reading", "audit"]);
});

test("G3: a batch that is shipped twice is stored once, and gets its receipts twice", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  await append(site, 1, 100);
  const runs = await allOf(site);
  using peer = site.peer(a);
  const first = await peer.ship(runs, NEVER);
  expect(await peer.ship(runs, NEVER)).toEqual(first);
  expect(a.journal.position(site.journal.origin, "reading")?.seq).toBe(100);
  expect(first.every(({ kind }) => kind === "receipt")).toBe(true);
});

test("G4: a run behind a gap is not stored; the answer says where to begin", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  await append(site, 1, 2000);
  using peer = site.peer(a);
  const { origin } = site.journal;
  const position = {
    seq: 500,
    hash: await site.journal.hashAt(origin, "reading", 500) ?? firstHash(),
  };
  const wanted = site.journal.positions().filter(({ stream }) => stream === "reading");
  const { runs } = await gather(
    site.journal,
    wanted,
    new Map([[`${origin} reading`, position]]),
    site.key,
  );
  expect(await peer.ship(runs, NEVER)).toEqual([{ kind: "gap", seq: 0, hash: firstHash() }]);
  expect(a.journal.position(origin, "reading")).toBeUndefined();
});

test("G5: contents that were changed behind the site's signature are refused, the rest goes on", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  await append(site, 1, 10);
  const runs = (await allOf(site)).map((run) => {
    if (run.stream !== "reading") return run;
    const contents = run.contents.slice();
    contents[contents.length - 3] ^= 1;
    return { ...run, contents };
  });
  using peer = site.peer(a);
  const answers = await peer.ship(runs, NEVER);
  expect(answers.map(({ kind }) => kind)).toEqual(["refused", "receipt"]);
  expect(a.events).toContainEqual({
    kind: "run-refused",
    node: "site-1",
    origin: site.journal.origin,
    stream: "reading",
    reason: "the contents do not hash to the head",
  });
});

test("X3: a head signed by another key than the origin's is refused", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  await append(site, 1, 10);
  const wanted = site.journal.positions();
  const { runs } = await gather(site.journal, wanted, new Map(), NodeKey.create());
  using peer = site.peer(a);
  const answers = await peer.ship(runs, NEVER);
  expect(answers.map(({ kind }) => kind)).toEqual(["refused", "refused"]);
  expect(a.journal.positions().filter(({ origin }) => nodeOf(origin) === "site-1")).toEqual([]);
});

test("X3: a site may not ship entries of another site", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using victim = await FixtureNode.start("site-1", members);
  await using thief = await FixtureNode.start("site-2", members);
  await append(victim, 1, 10);
  using peer = thief.peer(a);
  const answers = await peer.ship(await allOf(victim), NEVER);
  expect(answers).toMatchObject([
    { kind: "refused", reason: 'a site ships its own entries, not those of "site-1"' },
    { kind: "refused" },
  ]);
});

test("X3: a site that is not enrolled is refused with what to do, and counted", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", new Map());
  using peer = site.peer(a);
  const shipping = peer.ship(await allOf(site), NEVER);
  await expect(shipping).rejects.toThrow('"county-a" refused: The sender is not enrolled here');
  await expect(shipping).rejects.toHaveProperty(
    "hint",
    "enrol it with a code from `tributary invite`",
  );
  expect(a.events).toContainEqual({ kind: "refused", node: "site-1", code: "unknown-node" });
});

test("X3: a request signed with another key than the enrolled one is refused and counted", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  using peer = site.peer(a, { key: NodeKey.create() });
  await expect(peer.ship(await allOf(site), NEVER)).rejects.toThrow(
    "The signature is not that of the node it names",
  );
  expect(a.events).toContainEqual({ kind: "refused", node: "site-1", code: "signature" });
});

test("X3: a request meant for one county is refused by the other", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  using peer = site.peer(a, { node: "county-b" });
  await expect(peer.ship(await allOf(site), NEVER)).rejects.toBeInstanceOf(PeerError);
  expect(a.events).toContainEqual({ kind: "refused", node: "site-1", code: "audience" });
});

test("X3: a request that is replayed byte for byte is refused and counted", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  await append(site, 1, 5);
  const body = encodeBatch(await allOf(site));
  const url = new URL("/sync/entries", a.url).href;
  const asked = await fetch(url, { method: "POST", body });
  expect(asked.status).toBe(401);
  expect(asked.headers.get("content-type")).toBe("application/problem+json");
  await asked.body?.cancel();
  const nonce = /nonce="([^"]+)"/.exec(asked.headers.get("accept-signature") ?? "")?.[1] ?? "";
  const signer = { key: site.key, node: "site-1", audience: "county-a", nonce };
  const headers = await signRequest({ method: "POST", url, headers: {} }, body, signer);
  const first = await fetch(url, { method: "POST", body, headers });
  expect(first.status).toBe(200);
  await first.body?.cancel();
  const second = await fetch(url, { method: "POST", body, headers });
  expect(second.status).toBe(401);
  expect(await second.json()).toMatchObject({ type: "urn:tributary:problem:replayed" });
  expect(a.events).toContainEqual({ kind: "refused", node: "site-1", code: "replayed" });
});

test("X3: a body that was changed on its way is refused and counted", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  const body = encodeBatch(await allOf(site));
  const url = new URL("/sync/entries", a.url).href;
  const signer = { key: site.key, node: "site-1", audience: "county-a", nonce: "x" };
  const headers = await signRequest({ method: "POST", url, headers: {} }, body, signer);
  const changed = body.slice();
  changed[changed.length - 1] ^= 1;
  const answer = await fetch(url, { method: "POST", body: changed, headers });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ type: "urn:tributary:problem:digest" });
});

test("an answer that the county did not sign is not believed", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  using peer = site.peer(a, { publicKey: NodeKey.create().publicKey });
  await expect(peer.ship(await allOf(site), NEVER)).rejects.toThrow(
    'Cannot believe the answer of "county-a"',
  );
});

test("clear text leaves only on loopback", async () => {
  await using site = await FixtureNode.start("site-1", new Map());
  expect(() => site.peer(site, { url: new URL("http://10.1.2.3:8443") })).toThrow("want https");
  expect(() => site.peer(site, { url: new URL("http://localhost.example") })).toThrow("want https");
});

test("T6: an origin that is not enrolled holds up no other", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  const atB: Members = new Map(members);
  await using b = (await FixtureNode.start("county-b", atB)).listen();
  members.set("county-b", { publicKey: b.key.publicKey, role: "county" });
  await using known = await FixtureNode.start("site-1", members);
  atB.set("site-1", { publicKey: known.key.publicKey, role: "site" });
  await using unknown = await FixtureNode.start("site-2", members);
  await append(known, 1, 50);
  await append(unknown, 1, 50);
  known.linkTo(a);
  unknown.linkTo(a);
  const relay = a.linkTo(b);
  await until("the known site's entries are handed on", equal(b, known, "site-1"));
  await until("the other is set aside", () => relay.status().blocked.length === 2);
  expect(relay.status()).toMatchObject({ state: "up" });
  expect(relay.status().blocked[0].reason).toBe('"site-2" is not enrolled here');
  atB.set("site-2", { publicKey: unknown.key.publicKey, role: "site" });
  await until("and handed on once it is enrolled", equal(b, unknown, "site-2"));
});

test("entries arrive with their time, kind and body as they were appended", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-1", members);
  site.linkTo(a);
  await append(site, 1, 20);
  const { origin } = site.journal;
  await until("arrived", () => a.journal.position(origin, "reading")?.seq === 20);
  const read = async (node: FixtureNode) => {
    const result = await node.journal.read(origin, "reading", 0, {
      entriesMax: 99,
      bytesMax: 1 << 20,
    });
    return result.kind === "run" ? [...entriesOf(result.run, firstHash())] : [];
  };
  expect(await read(a)).toEqual(await read(site));
});
