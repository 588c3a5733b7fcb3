import { expect, test } from "vitest";
import { HASH_BYTES } from "./entry.ts";
import { contentEnds } from "./entry.ts";
import { Database } from "./database.ts";
import { numbered, range, stampAt, TemporaryFolder } from "./fixtures.ts";
import { openJournal } from "./journal.ts";
import { LibsqlSegments } from "./libsql_segments.ts";
import { verify } from "./verify.ts";

/** A closed journal of 40 commits of ten readings over several segments. */
async function written(folder: TemporaryFolder): Promise<{ origin: string; segments: string[] }> {
  const journal = await openJournal({
    directory: folder.path,
    node: "site-1",
    hashName: "sha256",
    segmentBytesMax: 100_000,
    stamp: stampAt(0),
  });
  for (const commit of range(0, 39)) {
    const items = range(commit * 10 + 1, commit * 10 + 10).map((n) => numbered(n));
    await journal.append(items, stampAt(commit));
  }
  await journal.close();
  const segments = Array.from(Deno.readDirSync(folder.path), ({ name }) => name)
    .filter((name) => name.endsWith(".journal")).sort();
  return { origin: journal.origin, segments };
}

function check(folder: TemporaryFolder) {
  const segments = new LibsqlSegments({ directory: folder.path, readOnly: true });
  return verify({ segments, hashName: "sha256", publicKeysOf: () => [] });
}

function open(folder: TemporaryFolder, segment: string): Database {
  const path = `${folder.path}/${segment}`;
  return new Database({ path, synchronous: "FULL", checkpointPages: 1000 });
}

/** Changes the block that holds reading `seq`. */
function tamper(
  folder: TemporaryFolder,
  segments: string[],
  seq: number,
  change: (database: Database, last: number, contents: Uint8Array, hashes: Uint8Array) => void,
): void {
  for (const segment of segments) {
    using database = open(folder, segment);
    const row = database.row(
      `SELECT last, contents, hashes FROM blocks JOIN streams ON streams.id = blocks.stream
       WHERE streams.stream = 'reading' AND blocks.first <= ? AND blocks.last >= ?`,
      [seq, seq],
    );
    if (row === undefined) continue;
    change(database, row.number("last"), row.blob("contents"), row.blob("hashes"));
    return;
  }
  throw new Error(`no block holds ${seq}`);
}

const UPDATE = "UPDATE blocks SET contents = ?, hashes = ? WHERE last = ?";

/** What verify says of the readings. */
function readings(folder: TemporaryFolder) {
  return check(folder).findings.find(({ stream }) => stream === "reading");
}

test("G5: an untouched journal verifies, entry by entry", async () => {
  using folder = new TemporaryFolder();
  const { origin, segments } = await written(folder);
  expect(segments.length).toBeGreaterThan(1);
  const { findings, unreadable } = check(folder);
  expect(unreadable).toEqual([]);
  expect(findings.map(({ stream, good, bad }) => [stream, good, bad])).toEqual([
    ["audit", 1, null],
    ["reading", 400, null],
  ]);
  expect(findings.every((finding) => finding.origin === origin)).toBe(true);
});

test.for([1, 10, 137, 400])("G5: a changed byte in entry %i is found and named", async (seq) => {
  using folder = new TemporaryFolder();
  const { segments } = await written(folder);
  tamper(folder, segments, seq, (database, last, contents, hashes) => {
    const end = contentEnds(contents)[seq - (last - 9)];
    const changed = contents.slice();
    changed[end - 2] ^= 1;
    database.run(UPDATE, [changed, hashes, last]);
  });
  expect(readings(folder)).toMatchObject({ good: seq - 1, bad: { seq } });
});

test("G5: a row removed from the middle is found and its first entry named", async () => {
  using folder = new TemporaryFolder();
  const { segments } = await written(folder);
  tamper(folder, segments, 205, (database, last) => {
    database.run("DELETE FROM blocks WHERE last = ?", [last]);
  });
  expect(readings(folder)).toMatchObject({ good: 200, bad: { seq: 201, reason: "it is missing" } });
});

test("G5: a row removed from the end is found and its first entry named", async () => {
  using folder = new TemporaryFolder();
  const { segments } = await written(folder);
  tamper(folder, segments, 400, (database, last) => {
    database.run("DELETE FROM blocks WHERE last = ?", [last]);
  });
  expect(readings(folder)).toMatchObject({ good: 390, bad: { seq: 391, reason: "it is missing" } });
});

test("G5: a swapped pair within one row is found and the first of the two named", async () => {
  using folder = new TemporaryFolder();
  const { segments } = await written(folder);
  tamper(folder, segments, 123, (database, last, contents, hashes) => {
    const ends = contentEnds(contents);
    const [a, b, c] = [ends[1], ends[2], ends[3]];
    const swapped = new Uint8Array(contents);
    swapped.set(contents.subarray(b, c), a);
    swapped.set(contents.subarray(a, b), a + c - b);
    const swappedHashes = new Uint8Array(hashes);
    swappedHashes.set(hashes.subarray(3 * HASH_BYTES, 4 * HASH_BYTES), 2 * HASH_BYTES);
    swappedHashes.set(hashes.subarray(2 * HASH_BYTES, 3 * HASH_BYTES), 3 * HASH_BYTES);
    database.run(UPDATE, [swapped, swappedHashes, last]);
  });
  expect(readings(folder)).toMatchObject({ good: 122, bad: { seq: 123 } });
});

test("G5: two rows that changed places are found and the first entry of the first named", async () => {
  using folder = new TemporaryFolder();
  const { segments } = await written(folder);
  tamper(folder, segments, 11, (database, _last, contents, hashes) => {
    const other = database.row("SELECT contents, hashes FROM blocks WHERE last = 30");
    if (other === undefined) throw new Error("no such row");
    database.run(UPDATE, [other.blob("contents"), other.blob("hashes"), 20]);
    database.run(UPDATE, [contents, hashes, 30]);
  });
  expect(readings(folder)).toMatchObject({ good: 10, bad: { seq: 11 } });
});

test("G5: a hash that was made to fit a changed entry is found at the next one", async () => {
  using folder = new TemporaryFolder();
  const { segments } = await written(folder);
  // Whoever recomputes one entry's hash has to recompute all that follow, and the journal's
  // position and the signed heads at the centres as well.
  tamper(folder, segments, 400, (database, last, contents, hashes) => {
    const changed = contents.slice();
    changed[changed.length - 2] ^= 1;
    const forged = new Uint8Array(hashes);
    forged.fill(7, 9 * HASH_BYTES);
    database.run(UPDATE, [changed, forged, last]);
  });
  expect(readings(folder)).toMatchObject({ good: 399, bad: { seq: 400 } });
});

test("a segment that is no database is named, and the rest is walked all the same", async () => {
  using folder = new TemporaryFolder();
  const { segments } = await written(folder);
  Deno.writeFileSync(`${folder.path}/${segments[0]}`, new Uint8Array(8192).fill(65));
  const { unreadable, findings } = check(folder);
  expect(unreadable).toHaveLength(1);
  expect(unreadable[0].segment).toBe("00000001");
  expect(findings.find(({ stream }) => stream === "reading")?.bad?.seq).toBe(1);
});
