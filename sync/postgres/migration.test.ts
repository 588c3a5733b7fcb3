/** From libsql files to PostgreSQL and back: a county that ships to a county. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { FixtureNode, type Members } from "../fixture_node.ts";
import { FixtureOrigin } from "../fixture_origin.ts";
import { numbered, range, stampAt, until } from "../fixtures.ts";
import { signGap } from "../gaps.ts";
import { nodeOf } from "../origin.ts";
import { PostgresServer } from "./fixture_server.ts";
import { openPostgresJournal } from "./postgres_journal.ts";

let postgres: PostgresServer;
beforeAll(async () => void (postgres = await PostgresServer.start()));
afterAll(() => postgres[Symbol.asyncDispose]());

let schemas = 0;

async function postgresCounty(name: string, members: Members): Promise<FixtureNode> {
  const server = { ...postgres.server, schema: `migration_${++schemas}` };
  const opening = { node: name, hashName: "sha256", stamp: stampAt(0) } as const;
  return FixtureNode.over(name, members, await openPostgresJournal({ ...opening, server }));
}

/** All that a county holds of others, by position and hash. */
function holds({ journal }: FixtureNode, ...but: string[]): string[] {
  return journal.positions()
    .filter(({ origin }) => !but.includes(nodeOf(origin)))
    .map(({ origin, stream, seq, hash }) => `${origin} ${stream} ${seq} ${hash.toHex()}`)
    .sort();
}

/** Some sites' entries in a county's journal: streams, lives, and a gap in one of them. */
async function fill(county: FixtureNode, members: Members): Promise<void> {
  for (const number of range(1, 5)) {
    const node = `site-${number}`;
    const first = new FixtureOrigin(`${node}.1-00112233445566ff`);
    const second = new FixtureOrigin(`${node}.2-00112233445566ff`, first.key);
    members.set(node, { publicKey: first.key.publicKey, role: "site" });
    const runs = [
      first.run(1, 300),
      first.run(301, 900),
      first.run(1, 7, "alarm"),
      second.run(1, 50),
      second.run(1, 20, "record"),
    ];
    const { publicKeys } = runs[0];
    const gap = { origin: second.origin, stream: "reading", first: 51, last: 60 };
    const run = signGap({ ...gap, hash: second.hash(60) }, second.key);
    for (const one of [...runs, { run, publicKeys }, second.run(61, 90)]) {
      const [reception] = await county.journal.receive([one]);
      expect(reception.kind).toBe("stored");
    }
  }
}

test("G6: a libsql county ships all that it holds to a PostgreSQL county; both are equal", async () => {
  const members: Members = new Map();
  await using old = await FixtureNode.start("county-a", members);
  await fill(old, members);
  await old.journal.append(range(1, 40).map((n) => numbered(n, "record")), stampAt(0));
  await using fresh = (await postgresCounty("county-b", members)).listen();
  old.linkTo(fresh);
  await until("all has arrived", () => holds(fresh, "county-b").length === holds(old).length);
  await until("both are equal", () => holds(fresh, "county-b").join() === holds(old).join());
  expect(holds(fresh, "county-b").length).toBe(5 * 4 + 2);
});

test("G6: and a PostgreSQL county to a libsql county, gaps and signatures and all", async () => {
  const members: Members = new Map();
  await using old = await postgresCounty("county-a", members);
  await fill(old, members);
  await old.journal.append(range(1, 40).map((n) => numbered(n, "record")), stampAt(0));
  await using fresh = (await FixtureNode.start("county-b", members)).listen();
  old.linkTo(fresh);
  await until("both are equal", () => holds(fresh, "county-b").join() === holds(old).join());
  // Receipts for its own entries came back.
  await until(
    "receipts are here",
    () => old.journal.receipts().some(({ stream, seq }) => stream === "record" && seq === 40),
  );
});
