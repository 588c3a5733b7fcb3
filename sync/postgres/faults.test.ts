/** What PostgreSQL does to a journal: dies, goes back in time, is not what it should be. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { FixtureOrigin } from "../fixture_origin.ts";
import { freePort, numbered, range, stampAt, TemporaryFolder, until } from "../fixtures.ts";
import { type Journal, JournalUnwritable } from "../journal.ts";
import type { SignedRunWithKey } from "../journal_core.ts";
import { NODE, numbersIn } from "../journal_conformance.ts";
import { lifeOf } from "../origin.ts";
import type { Reception } from "../reception.ts";
import { PostgresServer } from "./fixture_server.ts";
import { openPostgresJournal } from "./postgres_journal.ts";
import type { Server } from "./server.ts";

const SITE = "site-1.1-00112233445566ff";

function open(server: Server): Promise<Journal> {
  return openPostgresJournal({ server, node: NODE, hashName: "sha256", stamp: stampAt(0) });
}

test("G1: of what was acknowledged nothing is lost or doubled, however often PostgreSQL is killed", async () => {
  await using postgres = await PostgresServer.start();
  const journals = await Promise.all([open(postgres.server), open(postgres.server)]);
  const origins = journals.map(({ origin }) => origin);
  const sites = range(1, 3).map((n) => new FixtureOrigin(`site-${n}.1-00112233445566ff`));
  const stop = new AbortController();
  const acknowledged = new Map<string, number[]>(origins.map((origin) => [origin, []]));
  const received = new Map<string, number>();
  let refused = 0;
  /** As a site does: what is refused is sent again. */
  const ship = async (journal: Journal, run: SignedRunWithKey): Promise<number> => {
    let found: Reception | undefined;
    await until("it is taken", async () => {
      try {
        [found] = await journal.receive([run]);
      } catch (error) {
        if (!(error instanceof JournalUnwritable)) throw error;
        refused++;
      }
      return found !== undefined;
    }, 60_000);
    if (found?.kind !== "stored") throw new Error(`${found?.kind} at ${run.run.first}`);
    return found.seq;
  };

  const appending = journals.map(async (journal, index) => {
    for (let number = 1; !stop.signal.aborted; number++) {
      const [outcome] = await journal.append([numbered(number)], stampAt(number));
      expect(outcome).toEqual({ kind: "stored", seq: number });
      acknowledged.get(origins[index])?.push(number);
    }
  });
  // Both are shipped the same, as by a site that changes over.
  const shipping = sites.flatMap((site) =>
    journals.map(async (journal) => {
      for (let after = 0; !stop.signal.aborted;) {
        after = await ship(journal, site.run(after + 1, after + 3));
        received.set(site.origin, Math.max(received.get(site.origin) ?? 0, after));
      }
    })
  );
  for (const _ of range(1, 5)) {
    const before = [...received.values()].reduce((sum, seq) => sum + seq, 0);
    const own = [...acknowledged.values()].map(({ length }) => length);
    await until(
      "there is progress",
      () =>
        [...received.values()].reduce((sum, seq) => sum + seq, 0) > before + 200 &&
        [...acknowledged.values()].every(({ length }, index) => length > own[index] + 5),
    );
    await postgres.kill();
    await postgres.up();
  }
  stop.abort();
  await Promise.all([...appending, ...shipping]);
  expect(refused).toBeGreaterThan(0);
  await Promise.all(journals.map((journal) => journal.close()));

  await using journal = await closing(open(postgres.server));
  for (const [origin, numbers] of acknowledged) {
    const found = await numbersIn(journal.journal, origin);
    expect(found.slice(0, numbers.length)).toEqual(numbers);
    expect(found.length).toBe(numbers.length);
  }
  for (const site of sites) {
    const found = await numbersIn(journal.journal, site.origin);
    expect(found.length).toBeGreaterThanOrEqual(received.get(site.origin) ?? 0);
    expect(found).toEqual(range(1, found.length));
  }
});

test("while the database is away reads wait, what is received is refused, appends wait", async () => {
  await using postgres = await PostgresServer.start();
  await using opened = await closing(open(postgres.server));
  const { journal } = opened;
  await journal.append(range(1, 10).map((n) => numbered(n)), stampAt(0));
  await postgres.kill();
  const site = new FixtureOrigin(SITE);
  await expect(journal.receive([site.run(1, 5)])).rejects.toThrow(JournalUnwritable);
  expect(journal.health()).toMatchObject({ state: "unwritable" });
  const reading = numbersIn(journal);
  const appending = journal.append([numbered(11)], stampAt(1));
  await postgres.up();
  expect(await appending).toEqual([{ kind: "stored", seq: 11 }]);
  expect((await reading).slice(0, 10)).toEqual(range(1, 10));
  await until("it is received again", async () => {
    try {
      return (await journal.receive([site.run(1, 5)]))[0].kind === "stored";
    } catch {
      return false;
    }
  });
  expect(await numbersIn(journal, SITE)).toEqual(range(1, 5));
  await until("it is well again", () => journal.health().state === "writable");
});

test("a database that went back in time is sent the rest, and own entries begin a new life", async () => {
  await using postgres = await PostgresServer.start();
  await using opened = await closing(open(postgres.server));
  const { journal } = opened;
  const old = journal.origin;
  const site = new FixtureOrigin(SITE);
  await journal.append([numbered(1), numbered(2)], stampAt(1));
  await journal.receive([site.run(1, 10)]);
  // What a standby that lags behind has when it takes over: an earlier state of the same cluster.
  using backup = new TemporaryFolder();
  const data = join(postgres.folder, "data");
  await postgres.stop();
  await copy(data, join(backup.path, "data"));
  await postgres.up();
  const receive = async (first: number, last: number) => {
    try {
      return (await journal.receive([site.run(first, last)]))[0];
    } catch {
      return null;
    }
  };
  await until("it goes on", async () => (await receive(11, 20))?.kind === "stored");
  await journal.append([numbered(3)], stampAt(2));
  await postgres.kill();
  Deno.removeSync(data, { recursive: true });
  await copy(join(backup.path, "data"), data);
  await postgres.up();

  await until("it says where it stands", () => journal.position(SITE, "reading")?.seq === 10);
  expect(await receive(21, 30)).toMatchObject({ kind: "gap", seq: 10 });
  await until("it takes the rest", async () => {
    const reception = await receive(11, 30);
    return reception?.kind === "stored" && reception.seq === 30;
  });
  expect(await numbersIn(journal, SITE)).toEqual(range(1, 30));
  // The other centre may hold the third entry of the old life: nothing else takes its number.
  expect(await journal.append([numbered(4)], stampAt(3))).toEqual([{ kind: "stored", seq: 1 }]);
  expect(lifeOf(journal.origin)).toBe(lifeOf(old) + 1);
  expect(await numbersIn(journal, old)).toEqual([1, 2]);
  expect(await numbersIn(journal)).toEqual([4]);
});

test.each([
  ["synchronous_commit", "off"],
  ["synchronous_commit", "local"],
  ["fsync", "off"],
  ["full_page_writes", "off"],
])("with %s = %s it does not open, and says what to set", async (name, value) => {
  await using postgres = await PostgresServer.start({ [name]: value });
  await expect(open(postgres.server)).rejects.toThrow(
    new RegExp(`${name} is ${value}.*set ${name} = on`),
  );
});

test("tables of a newer program are left alone", async () => {
  await using postgres = await PostgresServer.start();
  await (await open(postgres.server)).close();
  await postgres.sql("INSERT INTO tributary.migrations (number) VALUES (1000)");
  await expect(open(postgres.server)).rejects.toThrow(/version 1000.*run the newer program/);
});

test("the primary is found among several hosts", async () => {
  await using postgres = await PostgresServer.start();
  const { server } = postgres;
  const hosts = [`127.0.0.1:${freePort()}`, ...server.hosts];
  await using opened = await closing(open({ ...server, hosts }));
  expect(await opened.journal.append([numbered(1)], stampAt(1))).toEqual([
    { kind: "stored", seq: 1 },
  ]);
});

async function closing(opening: Promise<Journal>) {
  const journal = await opening;
  return { journal, [Symbol.asyncDispose]: () => journal.close() };
}

async function copy(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  if (!success) throw new Error(`Cannot copy "${from}"`);
}
