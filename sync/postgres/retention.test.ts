/** Days: partitions that are made ahead, read across, and dropped once all in them may go. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { FixtureOrigin } from "../fixture_origin.ts";
import { numbered, range, stampAt } from "../fixtures.ts";
import type { Journal } from "../journal.ts";
import { LIMITS, NODE, numbersIn } from "../journal_conformance.ts";
import { dayAfter, partitionOf } from "./days.ts";
import { PostgresServer } from "./fixture_server.ts";
import { openPostgresJournal } from "./postgres_journal.ts";

let postgres: PostgresServer;
beforeAll(async () => void (postgres = await PostgresServer.start()));
afterAll(() => postgres[Symbol.asyncDispose]());

let schemas = 0;
const SITE = "site-1.1-00112233445566ff";
const NOW_MS = stampAt(0).wallMs;

/** A journal whose days can be made to have passed. */
class Calendar implements AsyncDisposable {
  readonly schema = `retention_${++schemas}`;
  #journal: Journal | null = null;

  async open(): Promise<Journal> {
    return this.#journal = await openPostgresJournal({
      server: { ...postgres.server, schema: this.schema },
      node: NODE,
      hashName: "sha256",
      stamp: stampAt(0),
    });
  }

  /** What was stored today was stored so many days ago. */
  async pass(days: number): Promise<Journal> {
    await this.#journal?.close();
    const today = new Date().toISOString().slice(0, 10);
    const then = dayAfter(today, -days);
    const place = partitionOf(then);
    await postgres.sql(`SET search_path TO ${this.schema};
      CREATE TABLE IF NOT EXISTS ${place} PARTITION OF blocks
        FOR VALUES FROM ('${then}') TO ('${dayAfter(then)}');
      INSERT INTO days SELECT '${then}' WHERE NOT EXISTS
        (SELECT 1 FROM days WHERE day = '${then}');
      UPDATE blocks SET day = '${then}' WHERE day >= '${today}';
      UPDATE spans SET day = '${then}' WHERE day >= '${today}';
      UPDATE positions SET day = '${then}' WHERE day >= '${today}';`);
    return await this.open();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#journal?.close();
  }
}

const keep = (keepOthersMs: number | null) => ({
  centres: ["county-b"],
  keepOwnMs: 1000,
  keepOthersMs,
  nowMs: NOW_MS + 60_000,
});

test("a stream is read across the days on which it came, and other days are not looked into", async () => {
  await using calendar = new Calendar();
  const site = new FixtureOrigin(SITE);
  let journal = await calendar.open();
  await journal.receive([site.run(1, 10), site.run(11, 20)]);
  journal = await calendar.pass(30);
  await journal.receive([site.run(21, 25)]);
  journal = await calendar.pass(12);
  await journal.receive([site.run(15, 40)]);
  expect(await numbersIn(journal, SITE)).toEqual(range(1, 40));
  const whole = await journal.read(SITE, "reading", 3, LIMITS);
  expect(whole).toMatchObject({ kind: "run", run: { first: 4, last: 40 } });
  const some = await journal.read(SITE, "reading", 10, { entriesMax: 12, bytesMax: 1 << 20 });
  expect(some).toMatchObject({ kind: "run", run: { first: 11, last: 25 } });
  for (const seq of [1, 20, 21, 25, 26, 40]) {
    expect(await journal.hashAt(SITE, "reading", seq)).toEqual(site.hash(seq));
  }
});

test("G2: a day goes once all that came on it may go, with its partition, and not before", async () => {
  await using calendar = new Calendar();
  const site = new FixtureOrigin(SITE);
  let journal = await calendar.open();
  const own = journal.origin;
  await journal.receive([site.run(1, 20)]);
  await journal.append(range(1, 5).map((n) => numbered(n)), stampAt(0));
  journal = await calendar.pass(30);
  await journal.receive([site.run(21, 30)]);
  // For ever; too young; own entries without a receipt.
  expect(await journal.prune(keep(null))).toBe(0);
  expect(await journal.prune(keep(3_600_000))).toBe(0);
  expect(await journal.prune(keep(1000))).toBe(0);
  for (const { origin, stream, seq, hash } of journal.positions()) {
    if (origin !== own) continue;
    const signature = new Uint8Array(64);
    journal.addReceipts([{ centre: "county-b", origin, stream, seq, hash, signature }]);
  }
  const before = (await journal.status()).segments;
  expect(await journal.prune(keep(1000))).toBe(1);
  expect((await journal.status()).segments).toBe(before - 1);
  expect(journal.position(SITE, "reading")).toMatchObject({ seq: 30, floor: 21 });
  expect(await journal.read(SITE, "reading", 0, LIMITS)).toEqual({ kind: "pruned", floor: 21 });
  const rest = await journal.read(SITE, "reading", 20, LIMITS);
  expect(rest).toMatchObject({ kind: "run", run: { first: 21, last: 30 } });
  expect(await journal.hashAt(SITE, "reading", 20)).toEqual(site.hash(20));
  // Of today nothing goes, however old it is.
  expect(await journal.prune(keep(0))).toBe(0);
  await journal.receive([site.run(31, 33)]);
  journal = await calendar.pass(0);
  expect(journal.position(SITE, "reading")).toMatchObject({ seq: 33, floor: 21 });
});

test("another process reads on where one has dropped a day", async () => {
  await using calendar = new Calendar();
  const site = new FixtureOrigin(SITE);
  await (await calendar.open()).receive([site.run(1, 20)]);
  const journal = await calendar.pass(30);
  await journal.receive([site.run(21, 30)]);
  const other = await openPostgresJournal({
    server: { ...postgres.server, schema: calendar.schema },
    node: NODE,
    hashName: "sha256",
    stamp: stampAt(0),
  });
  for (const { origin, stream, seq, hash } of journal.positions()) {
    const signature = new Uint8Array(64);
    journal.addReceipts([{ centre: "county-b", origin, stream, seq, hash, signature }]);
  }
  expect(await journal.prune(keep(1000))).toBe(1);
  expect(await other.read(SITE, "reading", 0, LIMITS)).toEqual({ kind: "pruned", floor: 21 });
  await other.close();
});

test("partitions lie ready for the days to come, and keys that hold no more are forgotten", async () => {
  await using calendar = new Calendar();
  const journal = await calendar.open();
  expect((await journal.status()).segments).toBe(8);
  const key = (id: string, windowMs: number | null) => ({
    ...numbered(1),
    key: { channel: "c", id, digest: new Uint8Array(1), windowMs },
  });
  await journal.append([key("a", 1000), key("b", null), key("c", 9000)], stampAt(0));
  await journal.append([key("d", 1000)], stampAt(5000));
  await journal.prune(keep(null));
  const counted = `DO $$ BEGIN ASSERT (SELECT count(*) FROM ${calendar.schema}.keys) = 3; END $$`;
  await postgres.sql(counted);
  await journal.append([{ kind: "release", channel: "c", id: "" }], stampAt(5001));
  await journal.prune(keep(null));
  await postgres.sql(counted.replace("= 3", "= 1"));
  const [outcome] = await journal.append([key("b", null)], stampAt(5002));
  expect(outcome.kind).toBe("stored");
});
