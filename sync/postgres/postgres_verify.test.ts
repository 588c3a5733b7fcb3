import { afterAll, beforeAll, expect, test } from "vitest";
import { FixtureOrigin } from "../fixture_origin.ts";
import { signGap } from "../gaps.ts";
import { numbered, range, stampAt } from "../fixtures.ts";
import { NODE } from "../journal_conformance.ts";
import { PostgresServer } from "./fixture_server.ts";
import { openPostgresJournal } from "./postgres_journal.ts";
import { verifyPostgres } from "./postgres_verify.ts";

let postgres: PostgresServer;
beforeAll(async () => void (postgres = await PostgresServer.start()));
afterAll(() => postgres[Symbol.asyncDispose]());

let schemas = 0;
const SITE = "site-1.1-00112233445566ff";

/** A journal with 70 readings of a site, ten of them gone, and what `change` makes of them. */
async function verified(change: string | null) {
  const schema = `verify_${++schemas}`;
  const server = { ...postgres.server, schema };
  const opening = { node: NODE, hashName: "sha256", stamp: stampAt(0) } as const;
  const journal = await openPostgresJournal({ ...opening, server });
  const site = new FixtureOrigin(SITE);
  const { publicKeys } = site.run(1, 1);
  const gap = { origin: SITE, stream: "reading", first: 41, last: 50, hash: site.hash(50) };
  await journal.append(range(1, 30).map((n) => numbered(n, "record")), stampAt(0));
  for (const one of [site.run(1, 20), site.run(21, 40)]) await journal.receive([one]);
  await journal.receive([{ run: signGap(gap, site.key), publicKeys }, site.run(51, 70)]);
  await journal.close();
  if (change !== null) await postgres.sql(`SET search_path TO ${schema}; ${change}`);
  const { findings } = await verifyPostgres({
    server,
    hashName: "sha256",
    publicKeysOf: (node) => node === "site-1" ? publicKeys : [],
  });
  return findings;
}

test("G5: what nobody changed is sound, gaps and all", async () => {
  const findings = await verified(null);
  expect(findings.map(({ stream, good, gone, bad }) => [stream, good, gone, bad])).toEqual([
    ["audit", 1, 0, null],
    ["record", 30, 0, null],
    ["reading", 60, 10, null],
  ]);
});

const BLOCK = `WHERE origin = '${SITE}' AND first = 21`;
const FIRST_BODY = "position('number'::bytea IN contents) + 8";

test.each([
  {
    what: "a changed body",
    change: `UPDATE blocks SET contents = set_byte(contents, ${FIRST_BODY}, 57) ${BLOCK}`,
    bad: { seq: 21, reason: "its hash is not that of its bytes and the entry before" },
  },
  {
    what: "a removed block",
    change: `DELETE FROM blocks ${BLOCK}`,
    bad: { seq: 21, reason: "it is missing" },
  },
  {
    what: "another signature",
    change: `UPDATE blocks SET signature = set_byte(signature, 7,
      (get_byte(signature, 7) + 1) % 256) ${BLOCK}`,
    bad: { seq: 40, reason: "its origin's signature does not hold" },
  },
  {
    what: "a changed hash",
    change: `UPDATE blocks SET hashes = set_byte(hashes, 33,
      (get_byte(hashes, 33) + 1) % 256) ${BLOCK}`,
    bad: { seq: 22, reason: "its hash is not that of its bytes and the entry before" },
  },
  {
    what: "a position that was moved back",
    change: `UPDATE positions SET seq = 70, hash = floorhash WHERE origin = '${SITE}'`,
    bad: { seq: 70, reason: "the journal's position has another hash" },
  },
])("G5: $what is found", async ({ change, bad }) => {
  const findings = await verified(change);
  expect(findings.filter((finding) => finding.bad !== null)).toMatchObject([
    { origin: SITE, stream: "reading", bad },
  ]);
});
