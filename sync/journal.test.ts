import { expect, test } from "vitest";
import { BOOT_ID, numbered, range, stampAt, TemporaryFolder } from "./fixtures.ts";
import { type Journal, type JournalOptions, openJournal } from "./journal.ts";
import { describeJournal, LIMITS, NODE, numbersIn } from "./journal_conformance.ts";
import { parseOrigin } from "./origin.ts";
import { entriesOf } from "./run.ts";
import { firstHash } from "./chain.ts";
import { streamTo } from "./stream.ts";

describeJournal("libsql files", () => {
  const folder = new TemporaryFolder();
  return Promise.resolve({
    open: (options = {}) => open(folder, { node: NODE, ...options }),
    [Symbol.asyncDispose]: () => Promise.resolve(folder[Symbol.dispose]()),
  });
});

function open(folder: TemporaryFolder, options: Partial<JournalOptions> = {}): Promise<Journal> {
  return openJournal({
    directory: folder.path,
    node: "site-1",
    hashName: "sha256",
    segmentBytesMax: 1 << 20,
    stamp: stampAt(0),
    ...options,
  });
}

test("a clean close goes on with the same life, anything else begins a new one", async () => {
  using folder = new TemporaryFolder();
  const first = await open(folder);
  await first.append([numbered(1)], stampAt(1));
  const origin = first.origin;
  await first.close();

  const second = await open(folder);
  expect(second.origin).toBe(origin);
  await second.append([numbered(2)], stampAt(2));
  expect(await numbersIn(second)).toEqual([1, 2]);
  const head = second.position(origin, "reading");
  // The process is gone without a close: a copy of the folder is what a power cut leaves.
  using copy = new TemporaryFolder();
  for (const { name } of Deno.readDirSync(folder.path)) {
    Deno.copyFileSync(`${folder.path}/${name}`, `${copy.path}/${name}`);
  }
  await second.close();

  const third = await open(copy);
  expect(parseOrigin(third.origin)?.life).toBe(2);
  expect(third.origin).not.toBe(origin);
  expect(await numbersIn(third, origin)).toEqual([1, 2]);
  const result = await third.read(third.origin, "audit", 0, LIMITS);
  if (result.kind !== "run") throw new Error("the new life has no first entry");
  const [entry] = entriesOf(result.run, firstHash());
  expect(entry.kind).toBe("life");
  const life = JSON.parse(new TextDecoder().decode(entry.body));
  expect(life.reason).toBe("unclean");
  expect(life.previous.origin).toBe(origin);
  expect(life.previous.streams).toContainEqual({
    stream: "reading",
    seq: 2,
    hash: head?.hash.toHex(),
  });
  await third.close();
});

/** The body of the first entry of a life. */
async function lifeOf(journal: Journal, origin = journal.origin) {
  const result = await journal.read(origin, "audit", 0, LIMITS);
  if (result.kind !== "run") throw new Error("the life has no first entry");
  const [entry] = entriesOf(result.run, firstHash());
  expect(entry.kind).toBe("life");
  return JSON.parse(new TextDecoder().decode(entry.body));
}

const OTHER_BOOT = "ff".repeat(16);

test.each([
  { what: "the same boot of the same machine", at: {}, reason: null },
  { what: "another boot", at: { stamp: { ...stampAt(1), bootId: OTHER_BOOT } }, reason: "reboot" },
  { what: "another machine", at: { machine: "b" }, reason: "moved" },
  {
    what: "another machine, in another boot",
    at: { machine: "b", stamp: { ...stampAt(1), bootId: OTHER_BOOT } },
    reason: "moved",
  },
  {
    what: "a later life that others hold",
    at: { after: "site-1.4-0011223344556677" },
    reason: "overtaken",
  },
])("after a clean close $what begins a life because: $reason", async ({ at, reason }) => {
  using folder = new TemporaryFolder();
  const first = await open(folder, { machine: "a" });
  const { origin } = first;
  expect(await lifeOf(first)).toEqual({
    reason: "first",
    previous: null,
    boot: BOOT_ID,
    machine: "a",
  });
  await first.append([numbered(1)], stampAt(1));
  await first.close();
  const second = await open(folder, { machine: "a", ...at });
  if (reason === null) expect(second.origin).toBe(origin);
  else {
    expect(await lifeOf(second)).toMatchObject({ reason, previous: { origin } });
    expect(parseOrigin(second.origin)?.life).toBe(reason === "overtaken" ? 5 : 2);
  }
  await second.close();
});

test("a life is renewed at run time: what was appended before belongs to the old one", async () => {
  using folder = new TemporaryFolder();
  const journal = await open(folder, { machine: "a", segmentBytesMax: 20_000 });
  const old = journal.origin;
  const before = range(1, 50).map((n) => journal.append([numbered(n)], stampAt(n)));
  const renewed = journal.renewLife("fork", "site-1.7-0011223344556677");
  const after = range(51, 100).map((n) => journal.append([numbered(n)], stampAt(n)));
  const origin = await renewed;
  expect(journal.origin).toBe(origin);
  expect(parseOrigin(origin)?.life).toBe(8);
  await Promise.all([...before, ...after]);
  expect(await numbersIn(journal, old)).toEqual(range(1, 50));
  expect(await numbersIn(journal, origin)).toEqual(range(51, 100));
  expect(await lifeOf(journal)).toMatchObject({ reason: "fork", previous: { origin: old } });
  await journal.close();
  const again = await open(folder, { machine: "a" });
  expect(again.origin).toBe(origin);
  await again.close();
});

test("streams that a segment has to know from before do not fill it", async () => {
  using folder = new TemporaryFolder();
  const journal = await open(folder, { segmentBytesMax: 100_000 });
  const streams = range(1, 750).map((n) => ({ ...numbered(n), stream: streamTo(`site-${n}`) }));
  await journal.append(streams, stampAt(0));
  const { segments } = await journal.status();
  expect(segments).toBeGreaterThan(1);
  for (const n of range(1, 10)) await journal.append([numbered(n)], stampAt(n));
  expect((await journal.status()).segments - segments).toBeLessThanOrEqual(1);
  await journal.close();
});

test("a journal goes through many segments as through one, and after a reopen", async () => {
  using folder = new TemporaryFolder();
  const journal = await open(folder, { segmentBytesMax: 100_000 });
  for (const batch of range(0, 19)) {
    await journal.append(
      range(batch * 100 + 1, batch * 100 + 100).map((n) => numbered(n)),
      stampAt(0),
    );
  }
  expect((await journal.status()).segments).toBeGreaterThan(3);
  expect(await numbersIn(journal)).toEqual(range(1, 2000));
  const hash = await journal.hashAt(journal.origin, "reading", 150);
  await journal.close();
  const again = await open(folder, { segmentBytesMax: 100_000 });
  expect(await numbersIn(again)).toEqual(range(1, 2000));
  expect(await again.hashAt(again.origin, "reading", 150)).toEqual(hash);
  expect((await again.append([numbered(2001)], stampAt(1)))[0]).toEqual({
    kind: "stored",
    seq: 2001,
  });
  await again.close();
});

test("G2: a segment goes only when both centres have given a receipt and retention is over", async () => {
  using folder = new TemporaryFolder();
  const journal = await open(folder, { segmentBytesMax: 100_000 });
  for (const batch of range(0, 9)) {
    await journal.append(
      range(batch * 100 + 1, batch * 100 + 100).map((n) => numbered(n)),
      stampAt(0),
    );
  }
  const before = (await journal.status()).segments;
  const retention = {
    centres: ["county-a", "county-b"],
    keepOwnMs: 1000,
    keepOthersMs: null,
    nowMs: stampAt(60_000).wallMs,
  };
  const receipts = async (centre: string, seq: number) => {
    for (const { origin, stream } of journal.positions()) {
      const hash = await journal.hashAt(origin, stream, seq) ?? firstHash();
      const signature = new Uint8Array(64);
      journal.addReceipts([{ centre, origin, stream, seq, hash, signature }]);
    }
  };
  expect(await journal.prune(retention)).toBe(0);
  await receipts("county-a", 1000);
  expect(await journal.prune(retention)).toBe(0);
  await receipts("county-b", 500);
  expect(await journal.prune({ ...retention, nowMs: stampAt(500).wallMs })).toBe(0);
  const dropped = await journal.prune(retention);
  expect(dropped).toBeGreaterThan(0);
  expect((await journal.status()).segments).toBe(before - dropped);
  const floor = journal.position(journal.origin, "reading")?.floor ?? 0;
  expect(floor).toBeGreaterThan(1);
  expect(floor).toBeLessThanOrEqual(501);
  expect(await journal.read(journal.origin, "reading", 0, LIMITS)).toEqual({
    kind: "pruned",
    floor,
  });
  const rest = await journal.read(journal.origin, "reading", floor - 1, LIMITS);
  expect(rest.kind).toBe("run");
  expect(await journal.hashAt(journal.origin, "reading", floor - 1)).not.toBeNull();
  await journal.close();
});

test("at rest nothing of a body can be read without the key", async () => {
  using folder = new TemporaryFolder();
  const encryptionKeys = ["k".repeat(64)];
  const secret = { ...numbered(1), body: JSON.stringify({ name: "张三丰-secret" }) };
  const journal = await open(folder, { encryptionKeys });
  await journal.append([secret], stampAt(0));
  await journal.close();
  for (const { name } of Deno.readDirSync(folder.path)) {
    const bytes = Deno.readFileSync(`${folder.path}/${name}`);
    expect(Buffer.from(bytes).includes("secret")).toBe(false);
  }
  await expect(open(folder)).rejects.toThrow();
  const again = await open(folder, { encryptionKeys });
  expect(again.position(again.origin, "reading")?.seq).toBe(1);
  await again.close();
});

const digest = (text: string) => new TextEncoder().encode(text);

function keyed(number: number, id: string, bytes: string, windowMs: number | null, channel = "c") {
  return { ...numbered(number), key: { channel, id, digest: digest(bytes), windowMs } };
}

test("a released key is free again, one by one or for its whole channel", async () => {
  using folder = new TemporaryFolder();
  const journal = await open(folder, { segmentBytesMax: 100_000 });
  const kinds = async (...items: Parameters<Journal["append"]>[0]) =>
    (await journal.append(items, stampAt(0))).map(({ kind }) => kind);
  await kinds(keyed(1, "1", "x", null), keyed(2, "2", "x", null));
  expect(await kinds(keyed(1, "1", "x", null))).toEqual(["duplicate"]);
  expect(await kinds({ kind: "release", channel: "c", id: "1" }, keyed(3, "1", "x", null)))
    .toEqual(["released", "stored"]);
  // The keys lie in an older segment now.
  await kinds(...range(1, 400).map((n) => numbered(n)));
  expect((await journal.status()).segments).toBeGreaterThan(1);
  expect(await kinds(keyed(2, "2", "x", null))).toEqual(["duplicate"]);
  await kinds({ kind: "release", channel: "c", id: "" });
  expect(await kinds(keyed(4, "1", "x", null), keyed(5, "2", "x", null)))
    .toEqual(["stored", "stored"]);
  await journal.close();
});

test("T2: an item of two names is stored under both, and refused under either, also after a crash", async () => {
  using folder = new TemporaryFolder();
  const first = await open(folder);
  const kinds = async (journal: Journal, [one, other]: readonly string[], bytes: string) => {
    const digest = new TextEncoder().encode(bytes);
    const key = { channel: "c", id: one, digest, windowMs: null };
    const item = { ...numbered(1), key, otherKey: { ...key, channel: "d", id: other } };
    return (await journal.append([item], stampAt(1)))[0].kind;
  };
  expect(await kinds(first, ["a", "b"], "x")).toBe("stored");
  // What a power cut leaves right behind the answer.
  using copy = new TemporaryFolder();
  for (const { name } of Deno.readDirSync(folder.path)) {
    Deno.copyFileSync(`${folder.path}/${name}`, `${copy.path}/${name}`);
  }
  await first.close();
  const second = await open(copy);
  expect(await kinds(second, ["a", "b"], "x")).toBe("duplicate");
  expect(await kinds(second, ["e", "b"], "y")).toBe("conflict");
  expect(await kinds(second, ["a", "f"], "y")).toBe("conflict");
  // What was refused has taken none of its names.
  expect(await kinds(second, ["e", "f"], "z")).toBe("stored");
  await second.close();
});
