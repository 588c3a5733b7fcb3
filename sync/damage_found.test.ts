import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "./database.ts";
import {
  change,
  count,
  give,
  held,
  KEYS,
  lifeOf,
  LIMITS,
  open,
  OWN,
  segmentIn,
  Wreckage,
} from "./fixture_damage.ts";
import { numbered, range, stampAt, TemporaryFolder, until } from "./fixtures.ts";
import { JournalCore } from "./journal_core.ts";
import { LibsqlSegments } from "./libsql_segments.ts";
import { parseOrigin } from "./origin.ts";
import { readWalFile } from "./wal_file.ts";

let wreckage: Wreckage;
beforeAll(async () => wreckage = await Wreckage.make());
afterAll(() => wreckage[Symbol.dispose]());

const PAGE_BYTES = 4096;
const FRAME_BYTES = 24 + PAGE_BYTES;

function flip(path: string, at: number): void {
  change(path, (bytes) => {
    bytes[at] ^= 1;
    return bytes;
  });
}

function core(directory: string): JournalCore {
  return new JournalCore({
    segments: new LibsqlSegments({ directory, encryptionKeys: KEYS }),
    node: "site-1",
    hashName: "sha256",
    segmentBytesMax: 150_000,
    stamp: stampAt(0),
    nowMs: () => performance.now(),
    nonce: () => crypto.getRandomValues(new Uint8Array(8)).toHex(),
  });
}

test("a bit that flips while the journal is open is found by looking, and by the one who reads", () => {
  for (const finder of ["scrub", "read"] as const) {
    using folder = wreckage.after("closed");
    const journal = core(folder.path);
    const before = journal.origin;
    const path = segmentIn(folder.path, "sealed");
    const size = Deno.statSync(path).size;
    flip(path, size - 10 * PAGE_BYTES + 2000);
    for (let step = 0; step < 200 && journal.repairs.length === 0; step++) {
      if (finder === "scrub") journal.scrub();
      else journal.read(wreckage.own, "reading", step * 10, LIMITS);
    }
    expect(journal.repairs.map(({ segment }) => segment)).toEqual(["00000003"]);
    expect(parseOrigin(journal.origin)?.life).toBe((parseOrigin(before)?.life ?? 0) + 1);
    const names = Array.from(Deno.readDirSync(folder.path), ({ name }) => name);
    expect(names).toContain("00000003-1.journal");
    expect(existsSync(join(folder.path, "set-aside", "00000003.damaged"))).toBe(true);
    const missing = count(journal.missing(), wreckage.own) +
      count(journal.missing(), wreckage.other);
    expect(missing).toBeLessThan(40);
    journal.close();
    const again = core(folder.path);
    expect(again.repairs).toEqual([]);
    expect(again.missing()).toEqual(journal.missing());
    again.close();
  }
});

test("a bit flipped inside the log: what comes behind it is not silently gone", async () => {
  using folder = wreckage.after("power cut");
  const log = `${segmentIn(folder.path, "newest")}-wal`;
  flip(log, 32 + 40 * FRAME_BYTES + 2000);
  const journal = await open(folder.path);
  expect(journal.repairs[0].reason).toMatch(/transaction \d+ of \d+ of its write-ahead log/);
  expect((await held(journal, wreckage.own)).size + count(journal.missing(), wreckage.own)).toBe(
    OWN,
  );
  expect(count(journal.missing(), wreckage.own)).toBeLessThan(30);
  expect((await lifeOf(journal)).reason).toBe("salvaged");
  await journal.close();
});

test("a log without its head is still read", async () => {
  using folder = wreckage.after("power cut");
  change(`${segmentIn(folder.path, "newest")}-wal`, (bytes) => bytes.fill(0, 0, 32));
  const journal = await open(folder.path);
  expect(journal.repairs[0].reason).toContain("the head of its write-ahead log");
  expect((await held(journal, wreckage.own)).size).toBe(OWN);
  await journal.close();
});

test("a log that a power cut left torn in its last transaction is no damage", async () => {
  using folder = wreckage.after("power cut");
  const log = `${segmentIn(folder.path, "newest")}-wal`;
  const { frames } = readWalFile(Deno.readFileSync(log), PAGE_BYTES);
  expect(frames.at(-1)?.commits).toBe(true);
  flip(log, 32 + (frames.length - 1) * FRAME_BYTES + 100);
  const journal = await open(folder.path);
  expect(journal.repairs).toEqual([]);
  expect((await lifeOf(journal)).reason).toBe("unclean");
  await journal.close();
});

test.each(["gone", "cut"] as const)(
  "a log that is %s: a new life, and others bring the tail",
  async (how) => {
    using folder = wreckage.after("power cut");
    using wholeFolder = wreckage.after("closed");
    const log = `${segmentIn(folder.path, "newest")}-wal`;
    if (how === "gone") Deno.removeSync(log);
    else change(log, (bytes) => bytes.subarray(0, bytes.length / 2));
    const journal = await open(folder.path);
    expect((await lifeOf(journal)).reason).toBe("unclean");
    const held1 = journal.position(wreckage.own, "reading")?.seq ?? 0;
    expect(held1).toBeLessThan(OWN);
    await journal.append([numbered(1)], stampAt(1));
    const whole = await open(wholeFolder.path);
    await give(whole, journal, wreckage.own, held1);
    expect([...await held(journal, wreckage.own)]).toEqual([...await held(whole, wreckage.own)]);
    await whole.close();
    await journal.close();
  },
);

test("any one flipped bit costs a few entries at most, and each is named", async () => {
  using source = wreckage.after("closed");
  const path = segmentIn(source.path, "sealed");
  const { size } = Deno.statSync(path);
  for (const part of range(0, 11)) {
    using folder = wreckage.after("closed");
    const at = Math.floor(size * part / 12) + 37 * part;
    flip(segmentIn(folder.path, "sealed"), at);
    const journal = await open(folder.path);
    const found = await held(journal, wreckage.own);
    const missing = count(journal.missing(), wreckage.own);
    expect(`${at}: ${found.size + missing}`).toBe(`${at}: ${OWN}`);
    expect(missing).toBeLessThanOrEqual(20);
    await journal.close();
  }
});

test("T2: keys outlive the damage that their own page did not take", async () => {
  using folder = wreckage.after("closed");
  change(segmentIn(folder.path, "sealed"), (bytes) => bytes.fill(0, 0, PAGE_BYTES));
  const journal = await open(folder.path);
  const keyed = range(0, OWN / 10 - 1).map((batch) => {
    const digest = new Uint8Array(32).fill(batch + 1);
    return { ...numbered(1), key: { channel: "c", id: String(batch), digest, windowMs: null } };
  });
  const outcomes = await journal.append(keyed, stampAt(1));
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["duplicate"]));
  await journal.close();
});

test("without the right at-rest key nothing is taken for damaged: the node says what it wants", async () => {
  using folder = wreckage.after("closed");
  const opening = open(folder.path, "site-1", { encryptionKeys: ["cd".repeat(32)] });
  await expect(opening).rejects.toThrow(/"00000001".*not a database under any at-rest key/);
  await expect(open(folder.path, "site-1", { encryptionKeys: [] })).rejects.toThrow(
    /it is encrypted, and no at-rest key was given/,
  );
  expect(existsSync(join(folder.path, "set-aside"))).toBe(false);
  const journal = await open(folder.path, "site-1", { encryptionKeys: ["cd".repeat(32), ...KEYS] });
  expect((await held(journal, wreckage.own)).size).toBe(OWN);
  await journal.close();
});

test("a journal of an earlier format is not touched, and the error says what it is", async () => {
  using folder = wreckage.after("closed");
  {
    const path = segmentIn(folder.path, "newest");
    const options = {
      path,
      encryptionKey: KEYS[0],
      synchronous: "FULL",
      checkpointPages: 0,
    } as const;
    using database = new Database(options);
    database.exec("DROP TABLE keys; PRAGMA user_version = 1");
  }
  await expect(open(folder.path)).rejects.toThrow(/it has format 1, that of an earlier Tributary/);
  expect(existsSync(join(folder.path, "set-aside"))).toBe(false);
});

test("X4: a new at-rest key takes the place of the old one, and nothing is lost on the way", async () => {
  using folder = wreckage.after("closed");
  const renewed = "cd".repeat(32);
  const journal = await open(folder.path, "site-1", { encryptionKeys: [renewed, ...KEYS] });
  const { oldKeySegments = 0, segments } = await journal.status();
  expect(oldKeySegments).toBe(segments);
  const rekeying = journal.rekey();
  // The journal goes on meanwhile.
  const appended = range(1, 20).map((n) => journal.append([numbered(n)], stampAt(n)));
  expect(await rekeying).toEqual({ left: 0 });
  await Promise.all(appended);
  expect((await journal.status()).oldKeySegments).toBe(0);
  expect((await held(journal, wreckage.own)).size).toBe(OWN + 20);
  await journal.close();
  const again = await open(folder.path, "site-1", { encryptionKeys: [renewed] });
  expect(again.repairs).toEqual([]);
  expect((await held(again, wreckage.own)).size).toBe(OWN + 20);
  await again.close();
  await expect(open(folder.path)).rejects.toThrow(/not a database under any at-rest key/);
});

test("a commit may gather for a while: it is acknowledged so much later, never earlier", async () => {
  using folder = new TemporaryFolder();
  await expect(open(folder.path, "site-1", { groupCommitMs: 101 })).rejects.toThrow(/0 to 100/);
  const journal = await open(folder.path, "site-1", { groupCommitMs: 60 });
  const began = performance.now();
  let early = 0;
  const appended = range(1, 30).map(async (n) => {
    const outcome = await journal.append([numbered(n)], stampAt(n));
    if (performance.now() - began < 59) early++;
    return outcome;
  });
  await Promise.all(appended);
  expect(early).toBe(0);
  // All of them were one commit: one block.
  const result = await journal.read(journal.origin, "reading", 0, { entriesMax: 1, bytesMax: 1 });
  expect(result.kind === "run" && result.run.last).toBe(30);
  const last = journal.append([numbered(31)], stampAt(31));
  await journal.close();
  expect(await last).toEqual([{ kind: "stored", seq: 31 }]);
});

test("who watches is told that the journal cannot write, and that it can again", async () => {
  using folder = new TemporaryFolder();
  const journal = await open(folder.path);
  const stop = new AbortController();
  const heard: string[] = [];
  const watching = (async () => {
    for await (const { state } of journal.healthChanges(stop.signal)) heard.push(state);
  })();
  await until("the first word", () => heard.length === 1);
  expect(journal.health()).toEqual({ state: "writable" });
  stop.abort();
  await watching;
  expect(heard).toEqual(["writable"]);
  await journal.close();
});
