import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "./database.ts";
import {
  change,
  held,
  KEYS,
  lifeOf,
  open,
  OTHERS,
  OWN,
  segmentIn,
  Wreckage,
} from "./fixture_damage.ts";
import { numbered, range, stampAt, TemporaryFolder } from "./fixtures.ts";
import { JournalCore } from "./journal_core.ts";
import { LibsqlSegments } from "./libsql_segments.ts";
import { parseOrigin } from "./origin.ts";

let wreckage: Wreckage;
beforeAll(async () => wreckage = await Wreckage.make());
afterAll(() => wreckage[Symbol.dispose]());

function inFile<T>(path: string, work: (database: Database) => T, encryptionKey = KEYS[0]): T {
  const key = encryptionKey === "" ? {} : { encryptionKey };
  using database = new Database({ path, ...key, synchronous: "FULL", checkpointPages: 0 });
  const result = work(database);
  database.checkpoint("TRUNCATE");
  return result;
}

/** Values that a disk changed, and left the row as it was otherwise. */
const CHANGED = [
  { what: "a position, higher", sql: "UPDATE streams SET seq = seq + 64" },
  { what: "a position, lower", sql: "UPDATE streams SET seq = seq - 1 WHERE seq > 9" },
  { what: "a hash", sql: "UPDATE streams SET hash = zeroblob(32)" },
  { what: "a floor", sql: "UPDATE streams SET floor = 64" },
  {
    what: "a number of a stream",
    sql: "PRAGMA foreign_keys = OFF; UPDATE streams SET id = id + 64",
  },
  { what: "the life", sql: "UPDATE meta SET value = 'site-1.x' WHERE name = 'origin'" },
  { what: "the time of keys", sql: "UPDATE meta SET value = '9e99' WHERE name = 'time'" },
  { what: "the highest order of a key", sql: "UPDATE keys SET number = 1 << 50 WHERE id = '149'" },
  { what: "the latest time of a key", sql: "UPDATE keys SET at = 1 << 50 WHERE id = '149'" },
] as const;

test.each(CHANGED)(
  "T2: $what that changed on the disk is found at the open, and what holds goes on in a new life",
  async ({ sql }) => {
    using folder = wreckage.after("closed");
    const path = segmentIn(folder.path, "newest");
    inFile(path, (database) => database.exec(sql));
    const journal = await open(folder.path);
    expect(journal.repairs.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^a row of "(streams|meta|keys)" was changed$/),
    ]);
    expect(parseOrigin(journal.origin)?.life).toBe(2);
    expect((await lifeOf(journal)).reason).toBe("salvaged");
    expect(journal.missing()).toEqual([]);
    expect((await held(journal, wreckage.own)).size).toBe(OWN);
    expect((await held(journal, wreckage.other)).size).toBe(OTHERS);
    expect(await journal.append([numbered(1)], stampAt(1))).toEqual([{ kind: "stored", seq: 1 }]);
    const { origin } = journal;
    await journal.close();
    const again = await open(folder.path);
    expect(again.origin).toBe(origin);
    expect(again.repairs).toEqual([]);
    await again.close();
  },
);

test("a key that changed on the disk is found by looking, in whatever segment", () => {
  using folder = wreckage.after("closed");
  const sql = "UPDATE keys SET digest = zeroblob(32) WHERE id = (SELECT min(id) FROM keys)";
  inFile(segmentIn(folder.path, "sealed"), (database) => database.exec(sql));
  const journal = new JournalCore({
    segments: new LibsqlSegments({ directory: folder.path, encryptionKeys: KEYS }),
    node: "site-1",
    hashName: "sha256",
    segmentBytesMax: 150_000,
    stamp: stampAt(0),
    nowMs: () => performance.now(),
    nonce: () => crypto.getRandomValues(new Uint8Array(8)).toHex(),
  });
  expect(journal.repairs).toEqual([]);
  for (let step = 0; step < 200 && journal.repairs.length === 0; step++) journal.scrub();
  expect(journal.repairs.map(({ segment }) => segment)).toEqual(["00000003"]);
  expect(journal.missing()).toEqual([]);
  expect(parseOrigin(journal.origin)?.life).toBe(2);
  journal.close();
});

test("a byte flipped in any row beside blocks costs no entry, and the journal opens", async () => {
  using source = new TemporaryFolder();
  const first = await open(source.path, "site-1", { encryptionKeys: [] });
  const own = first.origin;
  const key = { channel: "c", id: "1", digest: new Uint8Array(32).fill(7), windowMs: null };
  await first.append(
    [{ ...numbered(1), key }, ...range(2, 20).map((n) => numbered(n))],
    stampAt(1),
  );
  const [hash, signature] = [new Uint8Array(32).fill(5), new Uint8Array(64).fill(6)];
  first.addReceipts([{ centre: "c", origin: own, stream: "reading", seq: 9, hash, signature }]);
  await first.close();
  const name = "00000001.journal";
  const pages = inFile(
    join(source.path, name),
    (database) =>
      database.rows("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0 ORDER BY rootpage")
        .filter((row) => ["meta", "streams", "keys", "receipts"].includes(row.text("name")))
        .map((row) => row.number("rootpage")),
    "",
  );
  expect(pages).toHaveLength(4);
  const before = Deno.readFileSync(join(source.path, name));
  for (const page of pages) {
    const rows = before.subarray((page - 1) * 4096, page * 4096);
    const begin = rows.findIndex((byte, at) => at > 64 && byte !== 0);
    for (let at = begin; at < 4096; at += 17) {
      using folder = new TemporaryFolder();
      const path = join(folder.path, name);
      Deno.writeFileSync(path, before);
      change(path, (bytes) => {
        bytes[(page - 1) * 4096 + at] ^= 4;
        return bytes;
      });
      const journal = await open(folder.path, "site-1", { encryptionKeys: [] });
      const where = `page ${page} byte ${at}`;
      expect(`${where}: ${(await held(journal, own)).size}`).toBe(`${where}: 20`);
      expect(`${where}: ${journal.repairs.length}`).toBe(`${where}: 1`);
      expect(`${where}: ${journal.origin === own}`).toBe(`${where}: false`);
      const stored = await journal.append([numbered(1)], stampAt(1));
      expect(stored).toEqual([{ kind: "stored", seq: 1 }]);
      await journal.close();
    }
  }
});

test("a format that changed on the disk is damage, and no other program's journal", async () => {
  for (const format of [1, 2, 7]) {
    using folder = wreckage.after("closed");
    const path = segmentIn(folder.path, "newest");
    inFile(path, (database) => database.exec(`PRAGMA user_version = ${format}`));
    const journal = await open(folder.path);
    expect(journal.repairs.map(({ reason }) => reason)).toEqual([
      `it says that its format is ${format}, as its tables are not`,
    ]);
    expect((await held(journal, wreckage.own)).size).toBe(OWN);
    await journal.close();
  }
});

test("a journal whose rows have no sums yet goes on as it is; what it begins has them", async () => {
  using folder = wreckage.after("closed");
  const tables = ["meta", "streams", "keys", "receipts"];
  const sums = (path: string) =>
    inFile(
      path,
      (database) =>
        database.row(`SELECT count(*) AS count FROM sqlite_schema WHERE sql LIKE '%sum BLOB%'`)
          ?.number("count"),
    );
  const names = () =>
    Array.from(Deno.readDirSync(folder.path), ({ name }) => name)
      .filter((name) => name.endsWith(".journal")).sort();
  const before = names();
  const old = tables.map((table) => `ALTER TABLE ${table} DROP COLUMN sum;`).join("");
  for (const name of before) {
    inFile(join(folder.path, name), (database) => database.exec(`${old} PRAGMA user_version = 2`));
  }
  const journal = await open(folder.path);
  expect(journal.origin).toBe(wreckage.own);
  expect(journal.repairs).toEqual([]);
  for (const n of range(1, 60)) {
    await journal.append(range(1, 10).map(() => numbered(n)), stampAt(n));
  }
  expect((await held(journal, wreckage.own)).size).toBe(OWN + 600);
  await journal.close();
  expect(names().length).toBeGreaterThan(before.length);
  expect(names().map((name) => sums(join(folder.path, name)))).toEqual(
    names().map((name) => before.includes(name) ? 1 : 5),
  );
  // What holds of such a segment holds after damage too.
  const path = join(folder.path, before[before.length - 1]);
  change(path, (bytes) => bytes.fill(0, 0, 4096));
  const again = await open(folder.path);
  expect(again.repairs).toHaveLength(1);
  expect((await held(again, wreckage.own)).size).toBe(OWN + 600);
  await again.close();
});
