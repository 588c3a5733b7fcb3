/** Several processes on one database: each here is a journal with connections of its own. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { FixtureNode, type Members } from "../fixture_node.ts";
import { FixtureOrigin } from "../fixture_origin.ts";
import { numbered, range, stampAt, until } from "../fixtures.ts";
import { NodeKey } from "../identity.ts";
import type { Journal } from "../journal.ts";
import { NODE, numbersIn } from "../journal_conformance.ts";
import { lifeOf } from "../origin.ts";
import { PostgresServer } from "./fixture_server.ts";
import { openPostgresJournal } from "./postgres_journal.ts";

let postgres: PostgresServer;
beforeAll(async () => void (postgres = await PostgresServer.start()));
afterAll(() => postgres[Symbol.asyncDispose]());

let schemas = 0;
const SITE = "site-1.1-00112233445566ff";

/** Processes that share one new schema. */
class Processes implements AsyncDisposable {
  readonly #schema = `sharing_${++schemas}`;
  readonly #journals: Journal[] = [];

  async open(count: number): Promise<Journal[]> {
    const opened = await Promise.all(
      range(1, count).map(() =>
        openPostgresJournal({
          server: { ...postgres.server, schema: this.#schema },
          node: NODE,
          hashName: "sha256",
          stamp: stampAt(0),
        })
      ),
    );
    this.#journals.push(...opened);
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#journals.map((journal) => journal.close()));
  }
}

test("processes that start at once make the tables once, and each has a life of its own", async () => {
  await using processes = new Processes();
  const journals = await processes.open(4);
  const lives = journals.map(({ origin }) => lifeOf(origin)).sort((a, b) => a - b);
  expect(lives).toEqual([1, 2, 3, 4]);
});

test("each sees what the others store, and tells its listeners", async () => {
  await using processes = new Processes();
  const [a, b] = await processes.open(2);
  const heard = new Map<string, number>();
  const stop = new AbortController();
  const listening = (async () => {
    for await (const moved of b.changes(stop.signal)) {
      for (const { origin, stream, seq } of moved) heard.set(`${origin} ${stream}`, seq);
    }
  })();
  for (const n of range(1, 20)) await a.append([numbered(n)], stampAt(n));
  await a.receive([new FixtureOrigin(SITE).run(1, 10)]);
  await until(
    "b heard of both",
    () => heard.get(`${a.origin} reading`) === 20 && heard.get(`${SITE} reading`) === 10,
  );
  stop.abort();
  await listening;
  expect(await numbersIn(b, a.origin)).toEqual(range(1, 20));
  expect(b.position(SITE, "reading")).toEqual(a.position(SITE, "reading"));
});

test("G3, G4: two that take in the same site at once store each entry once, in order", async () => {
  await using processes = new Processes();
  const journals = await processes.open(3);
  const site = new FixtureOrigin(SITE);
  site.hash(2000);
  // Each ships all of it, in runs of other lengths, and goes on from where it is told to.
  await Promise.all(journals.map(async (journal, index) => {
    for (let after = 0; after < 2000;) {
      const last = Math.min(2000, after + 7 + 5 * index);
      const [reception] = await journal.receive([site.run(after + 1, last)]);
      if (reception.kind !== "stored") throw new Error(`${reception.kind} at ${after}`);
      expect(reception.seq).toBeGreaterThanOrEqual(last);
      after = reception.seq;
    }
  }));
  for (const journal of journals) {
    await until("all is known", () => journal.position(SITE, "reading")?.seq === 2000);
    expect(journal.position(SITE, "reading")?.hash).toEqual(site.hash(2000));
    expect(await numbersIn(journal, SITE)).toEqual(range(1, 2000));
  }
});

test("many streams, shipped to several at once in any order, wait for each other in no circle", async () => {
  await using processes = new Processes();
  const journals = await processes.open(3);
  const sites = range(1, 12).map((n) => new FixtureOrigin(`site-${n}.1-00112233445566ff`));
  for (const site of sites) site.hash(60);
  await Promise.all(journals.map(async (journal, index) => {
    for (let after = 0; after < 60; after += 5) {
      const order = index === 1 ? sites.toReversed() : sites;
      const receptions = await journal.receive(order.map((site) => site.run(after + 1, after + 5)));
      expect(receptions.map(({ kind }) => kind)).toEqual(sites.map(() => "stored"));
    }
  }));
  for (const { origin } of sites) {
    expect(await numbersIn(journals[0], origin)).toEqual(range(1, 60));
  }
});

test("T2: an id that two processes are given at once is stored by one of them", async () => {
  await using processes = new Processes();
  const journals = await processes.open(3);
  const digest = new TextEncoder().encode("x");
  for (const n of range(1, 30)) {
    const key = { channel: "c", id: String(n), digest, windowMs: 1000 };
    const outcomes = await Promise.all(
      journals.map((journal) => journal.append([{ ...numbered(n), key }], stampAt(n))),
    );
    const kinds = outcomes.flat().map(({ kind }) => kind).sort();
    expect(kinds).toEqual(["duplicate", "duplicate", "stored"]);
  }
});

test("T2: of items of one name that have another each, only one of all processes is stored", async () => {
  await using processes = new Processes();
  const journals = await processes.open(3);
  for (const n of range(1, 10)) {
    const outcomes = await Promise.all(journals.map((journal, process) => {
      const digest = new TextEncoder().encode(`content ${process}`);
      const own = { channel: "own", id: `${n} ${process}`, digest, windowMs: null };
      const shared = { channel: "shared", id: String(n), digest, windowMs: 1000 };
      return journal.append([{ ...numbered(n), key: own, otherKey: shared }], stampAt(n));
    }));
    const kinds = outcomes.flat().map(({ kind }) => kind).sort();
    expect(kinds).toEqual(["conflict", "conflict", "stored"]);
  }
});

test("T2: a release by one process frees the id for another", async () => {
  await using processes = new Processes();
  const [a, b] = await processes.open(2);
  const digest = new TextEncoder().encode("x");
  const item = { ...numbered(1), key: { channel: "c", id: "7", digest, windowMs: null } };
  const kind = async (journal: Journal) => (await journal.append([item], stampAt(1)))[0].kind;
  expect(await kind(a)).toBe("stored");
  expect(await kind(b)).toBe("duplicate");
  await a.append([{ kind: "release", channel: "c", id: "" }], stampAt(2));
  expect(await kind(b)).toBe("stored");
});

test("T2: a window that two processes use does not end early, whoever counted how much", async () => {
  await using processes = new Processes();
  const [a, b] = await processes.open(2);
  const digest = new TextEncoder().encode("x");
  const kind = async (journal: Journal, id: string, ms: number) => {
    const item = { ...numbered(1), key: { channel: "c", id, digest, windowMs: 1000 } };
    return (await journal.append([item], stampAt(ms)))[0].kind;
  };
  // Both have been open for 900 ms when the id comes: no process adds the other's time to its own.
  expect(await kind(a, "first", 900)).toBe("stored");
  expect(await kind(b, "second", 900)).toBe("stored");
  expect(await kind(a, "second", 1500)).toBe("duplicate");
  expect(await kind(b, "first", 1890)).toBe("duplicate");
  expect(await kind(b, "first", 1890)).toBe("duplicate");
});

test("G6: two processes of one centre ship to the other centre, and are no twins of each other", async () => {
  await using processes = new Processes();
  const journals = await processes.open(2);
  const members: Members = new Map();
  const key = NodeKey.create();
  await using b = (await FixtureNode.start("county-b", members)).listen();
  const [one, two] = journals.map((journal) => FixtureNode.over(NODE, members, journal, key));
  const site = new FixtureOrigin(SITE);
  members.set("site-1", { publicKey: site.key.publicKey, role: "site" });
  one.linkTo(b);
  two.linkTo(b);
  for (const batch of range(0, 19)) {
    await one.journal.append([numbered(batch)], stampAt(0));
    await two.journal.append([numbered(batch)], stampAt(0));
    await one.journal.receive([site.run(batch * 10 + 1, batch * 10 + 10)]);
  }
  const wanted = [...journals.map(({ origin }) => [origin, 20] as const), [SITE, 200] as const];
  await until(
    "all has arrived",
    () => wanted.every(([origin, seq]) => b.journal.position(origin, "reading")?.seq === seq),
  );
  for (const [origin] of wanted) {
    const hash = b.journal.position(origin, "reading")?.hash.toHex();
    await until(
      "both are equal",
      () => one.journal.position(origin, "reading")?.hash.toHex() === hash,
    );
  }
  expect(journals.map(({ origin }) => lifeOf(origin)).sort()).toEqual([1, 2]);
  expect([...one.lifeEvents, ...two.lifeEvents]).toEqual([]);
  expect(b.events.filter(({ kind }) => kind !== "received")).toEqual([]);
  await one.unlink();
  await two.unlink();
});

test("receipts that one process was given hold for what another prunes", async () => {
  await using processes = new Processes();
  const [a, b] = await processes.open(2);
  await a.append([numbered(1)], stampAt(1));
  const { origin } = a;
  const hash = a.position(origin, "reading")?.hash ?? new Uint8Array();
  const signature = new Uint8Array(64);
  b.addReceipts([{ centre: "county-b", origin, stream: "reading", seq: 1, hash, signature }]);
  await b.close();
  const [c] = await processes.open(1);
  expect(c.receipts()).toMatchObject([{ centre: "county-b", origin, seq: 1 }]);
});
