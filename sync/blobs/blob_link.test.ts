import { describe, expect, test } from "vitest";
import type { Members } from "../fixture_node.ts";
import { until } from "../fixtures.ts";
import { signedBy } from "../identity.ts";
import { systemTimer, type Timer } from "../timer.ts";
import { blobReceiptStatement } from "./blob.ts";
import { OFFERS_PATH, PIECES_PATH } from "./blob_routes.ts";
import { contentFrom, flipBit, hashOf, ROOMY } from "./fixture_blobs.ts";
import { CuttableLine, FixtureBlobNode } from "./fixture_county.ts";
import type { BlobStep } from "./opening.ts";
import { CHUNK_BYTES } from "./sealed_file.ts";

const CENTRES = ["county-a", "county-b"];
const TO_BOTH = { destinations: CENTRES };

/** A clock on which no wait takes long; tells how long each should have been. */
function hasty(waits: number[]): Timer {
  return {
    nowMs: systemTimer.nowMs,
    pause: (ms, signal) => {
      waits.push(ms);
      return systemTimer.pause(Math.min(ms, 2), signal);
    },
  };
}

async function delivered(node: FixtureBlobNode, hash: string): Promise<void> {
  await until(`${node.node.name} has the file`, () => node.files.store.find(hash) !== null);
}

describe("L7: a file goes to both centres", () => {
  test("whole, with a receipt that the centre has signed, and then it may go here", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using b = await FixtureBlobNode.start("county-b", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    const content = contentFrom(1, 1_000_003);
    const { blob } = await site.files.put(content, "application/dicom");
    const prune = () => site.files.store.prune({ centres: CENTRES, keepMs: 0 });

    const toA = site.linkTo(a);
    await until("A has given a receipt", () => toA.status().waiting === 0);
    expect(await prune()).toBe(0);
    const toB = site.linkTo(b);
    await until("B has given a receipt", () => toB.status().waiting === 0);
    for (const county of [a, b]) {
      expect(await county.files.content(blob.hash)).toEqual(content);
      expect(county.files.store.find(blob.hash)).toEqual(blob);
    }
    for (const { centre, signature } of site.files.store.receipts(blob.hash)) {
      const statement = blobReceiptStatement(centre, blob.hash, blob.bytes);
      expect(signedBy(members.get(centre)?.publicKey ?? "", statement, signature)).toBe(true);
    }
    expect(await prune()).toBe(1);
    expect(await site.files.content(blob.hash)).toBeNull();
    expect(await a.files.content(blob.hash)).toEqual(content);
  });

  test("an empty one and a short one, too", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    const contents = [0, 1, CHUNK_BYTES, 2 * CHUNK_BYTES].map((n) => contentFrom(n, n));
    const link = site.linkTo(a);
    for (const content of contents) await site.files.put(content);
    await until("all have arrived", () => link.status().waiting === 0);
    for (const content of contents) {
      expect(await a.files.content(hashOf(content))).toEqual(content);
    }
  });

  test("G6: what only one centre was given reaches the other, and both are equal", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members, {
      destinations: ["county-b"],
    });
    await using b = await FixtureBlobNode.start("county-b", members, {
      destinations: ["county-a"],
    });
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    const contents = [1, 2, 3].map((seed) => contentFrom(seed, seed * 100_000));
    for (const content of contents) await site.files.put(content);
    site.linkTo(a);
    const relays = [a.linkTo(b, { relayAfterMs: 50 }), b.linkTo(a, { relayAfterMs: 50 })];
    await until("B has all", () => b.files.store.held.count === 3);
    await until("both know", () => relays.every((link) => link.status().waiting === 0));
    for (const content of contents) {
      const hash = hashOf(content);
      expect(b.files.store.find(hash)).toEqual(a.files.store.find(hash));
      expect(await b.files.content(hash)).toEqual(content);
    }
    // The site's own link to B finds all there: nothing goes twice.
    const before = b.asked.filter((path) => path === PIECES_PATH).length;
    const toB = site.linkTo(b);
    await until("B has given receipts", () => toB.status().waiting === 0);
    expect(b.asked.filter((path) => path === PIECES_PATH)).toHaveLength(before);
  });

  test("a small file overtakes a large one that is on its way", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    const { blob: large } = await site.files.put(contentFrom(1, 2_000_000));
    const comes = Promise.withResolvers<void>();
    // It stays in its middle until the small one is there.
    const pace = async () => {
      if (a.asked.includes(PIECES_PATH)) await comes.promise;
    };
    site.linkTo(a, { pace });
    await until("it has begun", () => a.asked.includes(PIECES_PATH));
    const { blob: small } = await site.files.put(contentFrom(2, 20_000));
    comes.resolve();
    await delivered(a, large.hash);
    const stored = a.files.events.flatMap((event) =>
      event.kind === "blob-stored" ? event.blob.hash : []
    );
    expect(stored).toEqual([small.hash, large.hash]);
  });
});

describe("a transfer that is cut goes on where it was", () => {
  const content = contentFrom(9, 6_000_000);
  const hash = hashOf(content);

  test("when the line is cut again and again, in the middle of pieces", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    await using line = new CuttableLine(Number(a.node.url.port));
    line.cutAfterBytes = 1_500_000;
    await site.files.put(content);
    const link = site.linkTo(a, { timer: hasty([]), refreshMs: 1e9 }, line.url);
    await until("it waits no more", () => link.status().waiting === 0, 60_000);
    expect(await a.files.content(hash)).toEqual(content);
    expect(line.cuts).toBeGreaterThan(2);
    // What was durable is not sent again: each cut costs a piece at most.
    expect(line.bytes).toBeLessThan(content.length + (line.cuts + 1) * 300_000 + 200_000);
  });

  test.each(["the centre", "the site"])("when %s is started anew amid it", async (which) => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    await site.files.put(content);
    await using line = new CuttableLine(Number(a.node.url.port));
    const stopped = Promise.withResolvers<void>();
    let paced = 0;
    // Half of it goes, and then no more before the restart.
    const pace = async (bytes: number) => {
      paced += bytes;
      if (paced > content.length / 2) await stopped.promise;
    };
    site.linkTo(a, { pace }, line.url);
    await until("half is there", () => paced > content.length / 2);
    if (which === "the centre") await a.restart();
    else {
      stopped.resolve();
      await site.hangUp();
      await site.files.reopen();
    }
    const before = line.bytes;
    if (which === "the centre") stopped.resolve();
    else site.linkTo(a, {}, line.url);
    await delivered(a, hash);
    expect(await a.files.content(hash)).toEqual(content);
    expect(line.bytes - before).toBeLessThan(content.length * 0.6);
  });

  test("chunks at the end that a power cut tore are sent again, the others are not", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    await site.files.put(content);
    const stopped = Promise.withResolvers<void>();
    let paced = 0;
    const pace = async (bytes: number) => {
      paced += bytes;
      if (paced > 3_000_000) await stopped.promise;
    };
    site.linkTo(a, { pace });
    await until("half is there", () => paced > 3_000_000);
    await a.node.hangUp();
    const part = `${a.files.store.incoming}/${hash}.part`;
    flipBit(part, -50_000);
    await a.restart();
    let again = 0;
    a.meddle = (body) => {
      again += body.length;
      return body;
    };
    stopped.resolve();
    await delivered(a, hash);
    expect(await a.files.content(hash)).toEqual(content);
    expect(again).toBeLessThan(content.length * 0.6);
  });
});

describe("what is altered on the way is not kept", () => {
  test("a piece with another content is found out at the end, thrown away and asked for again", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    let meddled = 0;
    a.meddle = (body) => {
      if (meddled++ !== 2) return body;
      const changed = body.slice();
      changed[5000] ^= 1;
      return changed;
    };
    const content = contentFrom(1, 600_000);
    const { blob: { hash } } = await site.files.put(content);
    site.linkTo(a);
    await delivered(a, hash);
    expect(await a.files.content(hash)).toEqual(content);
    const reasons = site.events.flatMap((event) => event.kind === "set-aside" ? event.reason : []);
    expect(reasons).toEqual([expect.stringMatching(/another hash/)]);
    expect(a.files.names("incoming")).toEqual([]);
  });

  test("X3: a body whose digest is wrong, an unknown sender and a stranger's file are refused", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    await using other = await FixtureBlobNode.start("site-2", members, TO_BOTH);
    const plain = await fetch(new URL(OFFERS_PATH, a.node.url), { method: "POST", body: "x" });
    expect(plain.status).toBe(401);
    await plain.body?.cancel();
    // A file whose owner is another site.
    const { blob } = await other.files.put(contentFrom(1, 1000));
    const directory = `${site.files.folder.path}/${blob.hash.slice(0, 2)}`;
    Deno.mkdirSync(directory, { recursive: true });
    Deno.copyFileSync(other.files.pathOf(blob.hash), `${directory}/${blob.hash.slice(2)}`);
    await site.files.reopen();
    expect(site.files.store.find(blob.hash)?.owner).toBe("site-2");
    const link = site.linkTo(a);
    await until("it is refused", () => link.status().setAside.length === 1);
    expect(link.status().setAside[0].reason).toMatch(/its own files, not those of "site-2"/);
    members.delete("site-2");
    const unknown = other.linkTo(a);
    await until("it is not known", () => unknown.status().state === "down");
    expect(unknown.status().reason).toMatch(/not enrolled/);
    expect(a.files.store.held.count).toBe(0);
  });

  test("a chunk that is damaged on the sender's disk never leaves it", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    const { blob: { hash } } = await site.files.put(contentFrom(1, 300_000));
    const { blob: sound } = await site.files.put(contentFrom(2, 400_000));
    flipBit(site.files.pathOf(hash), -200);
    site.linkTo(a);
    await delivered(a, sound.hash);
    await until("it is told", () => site.files.events.some(({ kind }) => kind === "blob-lost"));
    expect(site.files.names("set-aside")).toHaveLength(1);
    expect(a.files.store.find(hash)).toBeNull();
  });

  test("a centre whose copy proves damaged is sent it again by whoever has it", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    const content = contentFrom(1, 300_000);
    const { blob: { hash } } = await site.files.put(content);
    const link = site.linkTo(a);
    await until("it has a receipt", () => link.status().waiting === 0);
    flipBit(a.files.pathOf(hash), -200);
    expect(await a.files.store.check(hash)).toBe("damaged");
    await delivered(a, hash);
    expect(await a.files.content(hash)).toEqual(content);
    expect(a.files.store.held.lost).toBe(0);
  });
});

describe("T8 T9: what waits, and why", () => {
  test("a centre without room says so; the file waits by itself and goes when there is room", async () => {
    const members: Members = new Map();
    let isFull = true;
    const disk = () => isFull ? Promise.resolve({ freeBytes: 1e6, totalBytes: 1e9 }) : ROOMY();
    await using a = await FixtureBlobNode.start("county-a", members, { disk });
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    const { blob } = await site.files.put(contentFrom(1, 300_000));
    const link = site.linkTo(a);
    await until("it is refused", () => link.status().setAside.length === 1);
    expect(link.status()).toMatchObject({
      destination: "county-a",
      state: "up",
      waiting: 1,
      waitingBytes: 300_000,
      oldestWaitingMs: blob.wallMs,
      setAside: [{ hash: blob.hash, reason: expect.stringMatching(/no room for 0.3 MB/) }],
    });
    expect(a.files.names("incoming")).toEqual([]);
    isFull = false;
    await delivered(a, blob.hash);
    await until("nothing waits", () => link.status().waiting === 0);
    expect(link.status().setAside).toEqual([]);
  });

  test("a line that is away: retries with a growing wait, and everything waits", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    const { blob } = await site.files.put(contentFrom(1, 300_000));
    await a.node.hangUp();
    const waits: number[] = [];
    const link = site.linkTo(a, { timer: hasty(waits) });
    await until("it was tried", () => waits.length >= 8);
    expect(waits.slice(0, 8)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(link.status()).toMatchObject({ state: "down", waiting: 1, waitingBytes: 300_000 });
    expect(link.status().reason).toMatch(/Cannot reach "county-a"/);
    await a.listen();
    await delivered(a, blob.hash);
  });

  test("two nodes that send one file do not send it twice", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using one = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    await using two = await FixtureBlobNode.start("site-2", members, TO_BOTH);
    const content = contentFrom(1, 8_000_000);
    await one.files.put(content);
    await two.files.put(content);
    const links = [one.linkTo(a), two.linkTo(a)];
    await until("both have receipts", () => links.every((link) => link.status().waiting === 0));
    const bytes = links.reduce((sum, link) => sum + link.status().sentBytes, 0);
    expect(bytes).toBeLessThan(content.length * 1.1);
    expect(await a.files.content(hashOf(content))).toEqual(content);
  });
});

describe("T7: bulk never delays a reading", () => {
  test("no piece leaves before its share of the line is free, and each is bounded", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    const paced: number[] = [];
    const { blob } = await site.files.put(contentFrom(1, 3_000_000));
    site.linkTo(a, { pace: (bytes) => Promise.resolve(void paced.push(bytes)) });
    await delivered(a, blob.hash);
    expect(Math.max(...paced)).toBeLessThanOrEqual(256 * 1024 + 4096);
    expect(paced.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(3_000_000);
  });

  test("on a slow line pieces shrink to what takes about a second", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    const { blob } = await site.files.put(contentFrom(1, 1_000_000));
    const paced: number[] = [];
    let nowMs = 0;
    // 256 kbit/s: what was paced takes its time on this clock.
    const pace = (bytes: number) => {
      paced.push(bytes);
      return Promise.resolve();
    };
    const timer = { ...hasty([]), nowMs: () => nowMs += (paced.at(-1) ?? 0) / 32 };
    site.linkTo(a, { timer, pace, refreshMs: Infinity });
    await delivered(a, blob.hash);
    expect(Math.max(...paced.slice(3))).toBeLessThanOrEqual(2 * CHUNK_BYTES + 4096);
  });

  test("while entries wait, one chunk goes at a time, each after a pause", async () => {
    const members: Members = new Map();
    await using a = await FixtureBlobNode.start("county-a", members);
    await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
    const { blob } = await site.files.put(contentFrom(1, 300_000));
    const waits: number[] = [];
    site.linkTo(a, { timer: hasty(waits), busy: () => true, refreshMs: 1e9 });
    await delivered(a, blob.hash);
    expect(waits.filter((ms) => ms === 5000).length).toBeGreaterThanOrEqual(10);
  });
});

test("a centre that ends between a file's place and its list has it at the next start", async () => {
  const members: Members = new Map();
  await using a = await FixtureBlobNode.start("county-a", members);
  await using site = await FixtureBlobNode.start("site-1", members, TO_BOTH);
  const { blob: { hash } } = await site.files.put(contentFrom(1, 500_000));
  const onStep = (step: BlobStep) => {
    if (step === "placed") throw new Error("cut");
  };
  await a.restart({ onStep });
  const link = site.linkTo(a);
  await until("it ended there", () => link.status().setAside.length === 1);
  expect(a.files.store.find(hash)).toBeNull();
  await a.restart({ onStep: () => {} });
  expect(await a.files.store.check(hash)).toBe("sound");
  await until("it has a receipt", () => link.status().waiting === 0);
});
