import { describe, expect, test } from "vitest";
import { BlobDamaged, BlobLocked, type BlobRefused } from "./blob.ts";
import { contentFrom, FixtureStore, flipBit, hashOf, KEY, NEVER } from "./fixture_blobs.ts";
import type { BlobStep } from "./opening.ts";
import { CHUNK_BYTES, sealedBytes } from "./sealed_file.ts";

const CENTRES = ["county-a", "county-b"];
const SIGNATURE = new Uint8Array(64);
const OTHER_KEY = "11".repeat(32);

describe("L7: a file is known by its content", () => {
  test.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * CHUNK_BYTES, 1_000_003])(
    "%i bytes come back as they went in",
    async (bytes) => {
      using fixture = await FixtureStore.open();
      const content = contentFrom(bytes, bytes);
      const { blob, existed } = await fixture.put(content);
      expect(blob).toMatchObject({ hash: hashOf(content), bytes, mediaType: "application/dicom" });
      expect(existed).toBe(false);
      expect(await fixture.content(blob.hash)).toEqual(content);
      expect(Deno.statSync(fixture.pathOf(blob.hash)).size).toBe(sealedBytes(bytes));
    },
  );

  test("any part of it can be read alone", async () => {
    using fixture = await FixtureStore.open();
    const content = contentFrom(1, 200_000);
    const { blob: { hash } } = await fixture.put(content);
    for (const [from, length] of [[0, 1], [32_767, 2], [65_536, 65_536], [199_990, 100]]) {
      expect(await fixture.store.read(hash, from, length))
        .toEqual(content.slice(from, from + length));
    }
    expect(await fixture.store.read(hash, 200_000, 10)).toHaveLength(0);
    expect(await fixture.store.read("ab".repeat(32), 0, 1)).toBeNull();
  });

  test("the same content again is one file", async () => {
    using fixture = await FixtureStore.open();
    const content = contentFrom(2, 50_000);
    const both = await Promise.all([fixture.put(content), fixture.put(content, "image/png")]);
    expect(both.map(({ existed }) => existed).sort()).toEqual([false, true]);
    expect((await fixture.put(content)).existed).toBe(true);
    expect(fixture.store.held).toEqual({ count: 1, bytes: 50_000, lost: 0 });
    expect(fixture.names("incoming")).toEqual([]);
  });

  test("a county that asks for 国密 knows its files by SM3", async () => {
    using fixture = await FixtureStore.open({ hashName: "sm3" });
    const content = new TextEncoder().encode("abc");
    const { blob } = await fixture.put(content);
    // GB/T 32905, example 1.
    expect(blob.hash).toBe("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    expect(await fixture.store.check(blob.hash)).toBe("sound");
  });

  test("a stream is stored as it comes, with memory for a few chunks only", async () => {
    using fixture = await FixtureStore.open();
    const pieceBytes = 1 << 20;
    const content = contentFrom(3, 40 * pieceBytes);
    const onDisk = () => fixture.names("incoming").map((name) => fixture.bytesOf(name)).at(0) ?? 0;
    const lent: Uint8Array<ArrayBuffer>[] = [];
    let ahead = 0;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const made = lent.length * pieceBytes;
        if (made === content.length) return controller.close();
        ahead = Math.max(ahead, made - onDisk());
        // Whoever still holds what was before the piece in work finds it empty.
        lent.at(-2)?.buffer.transfer();
        lent.push(content.slice(made, made + pieceBytes));
        controller.enqueue(lent[lent.length - 1]);
      },
    });
    const { blob } = await fixture.store.put(source, { mediaType: "video/mp4" }, NEVER);
    expect(blob).toMatchObject({ bytes: content.length, hash: hashOf(content) });
    // The piece in work, and the chunk that waits to know whether it is the last.
    expect(ahead).toBeLessThanOrEqual(pieceBytes + CHUNK_BYTES);
    expect(await fixture.store.check(blob.hash)).toBe("sound");
  });
});

describe("X5: at rest", () => {
  test("nothing of content, media type or owner stands on the disk in clear text", async () => {
    using fixture = await FixtureStore.open();
    const content = new TextEncoder().encode("Zhang San, 110101199003077758\n".repeat(5000));
    const { blob } = await fixture.put(content, "text/plain");
    fixture.close();
    const files = [fixture.pathOf(blob.hash), `${fixture.folder.path}/index.db`];
    for (const file of files) {
      const text = new TextDecoder("latin1").decode(Deno.readFileSync(file));
      expect(text).not.toMatch(/Zhang San|text\/plain|site-1/);
    }
  });

  test("X4: a new key seals new files, the old one still opens the others until they are resealed", async () => {
    using fixture = await FixtureStore.open();
    const [one, two] = [contentFrom(1, 70_000), contentFrom(2, 40_000)];
    const { blob: first } = await fixture.put(one);
    await fixture.reopen({ keys: [OTHER_KEY, KEY] });
    const { blob: second } = await fixture.put(two);
    expect(await fixture.content(first.hash)).toEqual(one);
    expect(await fixture.store.reseal(NEVER)).toBe(1);
    expect(await fixture.store.reseal(NEVER)).toBe(0);
    await fixture.reopen({ keys: [OTHER_KEY] });
    expect(await fixture.content(first.hash)).toEqual(one);
    expect(await fixture.content(second.hash)).toEqual(two);
    expect(fixture.names("incoming")).toEqual([]);
  });

  test.each<BlobStep>(["created", "written", "named"])(
    "X4: a disk that fails at: %s lets no file go over untold; it is resealed the next time",
    async (at) => {
      using fixture = await FixtureStore.open();
      const content = contentFrom(1, 70_000);
      const { blob } = await fixture.put(content);
      let fails = true;
      const onStep = (step: BlobStep) => {
        if (fails && step === at) throw new Error("no sync");
      };
      await fixture.reopen({ keys: [OTHER_KEY, KEY], onStep });
      await expect(fixture.store.reseal(NEVER)).rejects.toThrow("no sync");
      expect(await fixture.content(blob.hash)).toEqual(content);
      fails = false;
      // Even where the file that stands there has the new key already.
      expect(await fixture.store.reseal(NEVER)).toBe(1);
      expect(await fixture.store.reseal(NEVER)).toBe(0);
      await fixture.reopen({ keys: [OTHER_KEY] });
      expect(await fixture.content(blob.hash)).toEqual(content);
      expect(fixture.names("incoming")).toEqual([]);
    },
  );

  test("without its key a file stays where it is, untouched", async () => {
    using fixture = await FixtureStore.open();
    const content = contentFrom(1, 70_000);
    const { blob } = await fixture.put(content);
    await fixture.reopen({ keys: [OTHER_KEY] });
    expect(fixture.store.find(blob.hash)).toBeNull();
    expect(fixture.events.at(-1)).toMatchObject({ kind: "blob-lost", hash: blob.hash });
    await fixture.reopen({ keys: [OTHER_KEY, KEY] });
    expect(await fixture.content(blob.hash)).toEqual(content);
    expect(fixture.names("set-aside")).toEqual([]);
  });
});

describe("damage on the disk", () => {
  const places: readonly [string, number][] = [
    ["in the head", 10],
    ["in the description", 100],
    ["in the second chunk", 48 + 540 + 32_768 + 28 + 5000],
    ["in the last chunk", -100],
    ["in the end", -10],
  ];
  test.each(places)("a bit flipped %s is seen, and the file set aside", async (where, at) => {
    using fixture = await FixtureStore.open();
    const content = contentFrom(4, 100_000);
    const { blob: { hash } } = await fixture.put(content);
    flipBit(fixture.pathOf(hash), at);
    if (where === "in the head") {
      // It may name another key: that is no proof of damage, and nothing is moved.
      await expect(fixture.content(hash)).rejects.toThrow(BlobLocked);
      expect(fixture.store.find(hash)).not.toBeNull();
      return;
    }
    expect(await fixture.store.check(hash)).toBe("damaged");
    expect(fixture.store.find(hash)).toBeNull();
    expect(fixture.store.lost(10)).toEqual([hash]);
    expect(fixture.names("set-aside")).toHaveLength(1);
    // Whoever has it brings it again.
    await fixture.put(content);
    expect(await fixture.content(hash)).toEqual(content);
    expect(fixture.store.lost(10)).toEqual([]);
  });

  test("chunks before the damage can still be read", async () => {
    using fixture = await FixtureStore.open();
    const content = contentFrom(5, 100_000);
    const { blob: { hash } } = await fixture.put(content);
    flipBit(fixture.pathOf(hash), -1000);
    expect(await fixture.store.read(hash, 0, 50_000)).toEqual(content.slice(0, 50_000));
    await expect(fixture.store.read(hash, 99_000, 10)).rejects.toThrow(BlobDamaged);
  });

  test("a file that was exchanged for another, cut short or emptied is not taken for it", async () => {
    using fixture = await FixtureStore.open();
    const contents = [1, 2, 3, 4].map((seed) => contentFrom(seed, 3 * CHUNK_BYTES));
    const hashes: string[] = [];
    for (const content of contents) hashes.push((await fixture.put(content)).blob.hash);
    const [first, second, third, fourth] = hashes.map((hash) => fixture.pathOf(hash));
    Deno.copyFileSync(second, first);
    Deno.truncateSync(third, Deno.statSync(third).size - CHUNK_BYTES - 28);
    Deno.truncateSync(fourth, 0);
    const found = await Promise.all(hashes.map((hash) => fixture.store.check(hash)));
    expect(found).toEqual(["damaged", "sound", "damaged", "damaged"]);
  });

  test("the index is made anew of the files where it is damaged or gone", async () => {
    using fixture = await FixtureStore.open({ destinations: CENTRES });
    const { blob } = await fixture.put(contentFrom(6, 40_000), "image/jpeg");
    fixture.store.addReceipt(blob.hash, "county-a", SIGNATURE);
    fixture.close();
    for (const tail of ["", "-wal"]) {
      Deno.writeTextFileSync(`${fixture.folder.path}/index.db${tail}`, "no database".repeat(1000));
    }
    const store = await fixture.reopen();
    expect(store.find(blob.hash)).toEqual(blob);
    // Receipts are asked for again.
    expect(CENTRES.map((centre) => store.waitingFor(centre).count)).toEqual([1, 1]);
  });

  test("a file that somebody removed is told as lost", async () => {
    using fixture = await FixtureStore.open();
    const { blob: { hash } } = await fixture.put(contentFrom(6, 40_000));
    fixture.close();
    Deno.removeSync(fixture.pathOf(hash));
    await fixture.reopen();
    expect(fixture.store.held).toEqual({ count: 0, bytes: 0, lost: 1 });
    expect(fixture.events.at(-1)).toMatchObject({ kind: "blob-lost", hash });
  });
});

async function codeOf(work: Promise<unknown>): Promise<BlobRefused["code"] | null> {
  return await work.then(() => null, (error: BlobRefused) => error.code);
}

describe("T4: bulk is refused before anything else is", () => {
  const content = contentFrom(1, 1_000_000);
  const disk = (freeBytes: number) => () => Promise.resolve({ freeBytes, totalBytes: 100e6 });

  test("a file that would fill more of the disk than files may is refused, with what to do", async () => {
    let freeBytes = 10_900_000;
    using fixture = await FixtureStore.open({ disk: () => disk(freeBytes)() });
    const put = () => fixture.store.put(content, { mediaType: "image/png", bytes: 1e6 }, NEVER);
    expect(await codeOf(put())).toBe("no-space");
    await expect(put()).rejects.toMatchObject({ hint: expect.stringMatching(/free space/) });
    freeBytes = 12e6;
    expect(await codeOf(put())).toBeNull();
    expect(fixture.names("incoming")).toEqual([]);
  });

  test("room that is promised to one file is not given to another", async () => {
    using fixture = await FixtureStore.open({ disk: disk(12_500_000) });
    const { room } = fixture.store;
    const promised = room.promise(2_000_000);
    expect((await room.refusal(1_000_000))?.code).toBe("no-space");
    promised.taken(1_800_000);
    expect(await room.refusal(1_000_000)).toBeNull();
    promised.release();
    expect(await room.refusal(2_000_000)).toBeNull();
  });

  test("more than one file may have, or all together, is refused while it comes", async () => {
    const limits = { blobBytesMax: 600_000, totalBytesMax: 1_000_000 };
    using fixture = await FixtureStore.open({ limits });
    const pieces = ReadableStream.from([content.slice(0, 500_000), content.slice(500_000)]);
    expect(await codeOf(fixture.store.put(pieces, { mediaType: "a/b" }, NEVER))).toBe("too-large");
    expect(fixture.names("incoming")).toEqual([]);
    const known = { mediaType: "a/b", bytes: 600_000 };
    const unknown = () => ReadableStream.from([content.slice(0, 500_000)]);
    await fixture.store.put(content.slice(0, 600_000), known, NEVER);
    expect(await codeOf(fixture.store.put(content.slice(0, 600_000), known, NEVER)))
      .toBe("no-space");
    expect(await codeOf(fixture.store.put(unknown(), { mediaType: "a/b" }, NEVER)))
      .toBe("no-space");
  });

  test("what is no media type is refused; a sender that goes away leaves nothing", async () => {
    using fixture = await FixtureStore.open();
    for (const mediaType of ["", "jpeg", "a/b\r\nx: y", `a/${"b".repeat(200)}`]) {
      expect(await codeOf(fixture.put(content, mediaType))).toBe("bad-media-type");
    }
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(content);
        controller.error(new Error("gone"));
      },
    });
    await expect(fixture.store.put(broken, { mediaType: "a/b" }, NEVER)).rejects.toThrow("gone");
    expect(fixture.names("incoming")).toEqual([]);
    expect(fixture.store.held.count).toBe(0);
  });
});

describe("G2: removal", () => {
  const prune = (fixture: FixtureStore, keepMs = 0) =>
    fixture.store.prune({ centres: CENTRES, keepMs });

  test("a file goes when both centres have given receipts, retention is over and nobody holds it", async () => {
    let wallMs = 1_795_000_000_000;
    using fixture = await FixtureStore.open({ destinations: CENTRES, wallMs: () => wallMs });
    const { blob: { hash } } = await fixture.put(contentFrom(1, 50_000));
    const there = () => fixture.store.find(hash) !== null;
    expect([await prune(fixture), there()]).toEqual([0, true]);
    fixture.store.addReceipt(hash, "county-a", SIGNATURE);
    fixture.store.addReceipt(hash, "county-a", SIGNATURE);
    fixture.store.addReceipt(hash, "county-c", SIGNATURE);
    expect([await prune(fixture), there()]).toEqual([0, true]);
    fixture.store.addReceipt(hash, "county-b", SIGNATURE);
    fixture.store.hold(hash, "a report that is written");
    expect([await prune(fixture), there()]).toEqual([0, true]);
    fixture.store.release(hash, "a report that is written");
    wallMs += 1000;
    expect([await prune(fixture, 5000), there()]).toEqual([0, true]);
    expect([await fixture.store.prune({ centres: [], keepMs: 0 }), there()]).toEqual([0, true]);
    expect([await prune(fixture, 1000), there()]).toEqual([1, false]);
    expect(fixture.names(hash.slice(0, 2))).toEqual([]);
    expect(fixture.store.held).toEqual({ count: 0, bytes: 0, lost: 0 });
  });

  test("with a centre declared lost the other's receipt is enough", async () => {
    using fixture = await FixtureStore.open({ destinations: CENTRES });
    const { blob: { hash } } = await fixture.put(contentFrom(1, 50_000));
    fixture.store.addReceipt(hash, "county-b", SIGNATURE);
    expect(await fixture.store.prune({ centres: ["county-b"], keepMs: 0 })).toBe(1);
  });

  test("a centre that lost a file has it waiting again", async () => {
    using fixture = await FixtureStore.open({ destinations: CENTRES });
    const { blob: { hash } } = await fixture.put(contentFrom(1, 50_000));
    for (const centre of CENTRES) fixture.store.addReceipt(hash, centre, SIGNATURE);
    expect(fixture.store.waitingFor("county-a").count).toBe(0);
    fixture.store.wantedBack([hash, "ab".repeat(32)], "county-a");
    expect(fixture.store.waitingFor("county-a")).toMatchObject({ count: 1, bytes: 50_000 });
    expect(await prune(fixture)).toBe(0);
  });
});

/** Runs the store in a process that is killed at a step; returns whether it was. */
async function killedAt(folder: string, step: BlobStep | "", work: string): Promise<boolean> {
  const script = new URL("./fixture_kill.ts", import.meta.url).pathname;
  const args = ["run", "-A", "-q", script, folder, step, work];
  const { signal, code, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (signal === null && code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return signal === "SIGKILL";
}

describe("T1: a process that is killed between any two steps", () => {
  const content = contentFrom(7, 100_000);
  const hash = hashOf(content);

  test.each<[BlobStep, boolean]>([
    ["created", false],
    ["written", false],
    ["synced", false],
    ["placed", true],
    ["listed", true],
  ])("while it stores, at %s: nothing half remains", async (step, isThere) => {
    using fixture = await FixtureStore.open({ destinations: CENTRES });
    fixture.close();
    expect(await killedAt(fixture.folder.path, step, "put")).toBe(true);
    const store = await fixture.reopen();
    expect(fixture.names("incoming")).toEqual([]);
    expect(store.find(hash) !== null).toBe(isThere);
    if (isThere) expect(await store.check(hash)).toBe("sound");
    // The device sends it again: it is there, once, and on its way to both.
    await fixture.put(content);
    expect(await fixture.content(hash)).toEqual(content);
    expect(CENTRES.map((centre) => store.waitingFor(centre).count)).toEqual([1, 1]);
    expect(store.held.count).toBe(1);
  });

  test.each<BlobStep>(["leaving", "unlinked", "forgotten"])(
    "while it removes, at %s: the file is gone and not missed",
    async (step) => {
      using fixture = await FixtureStore.open({ destinations: CENTRES });
      await fixture.put(content);
      fixture.close();
      expect(await killedAt(fixture.folder.path, step, "prune")).toBe(true);
      const store = await fixture.reopen();
      expect(store.held).toEqual({ count: 0, bytes: 0, lost: 0 });
      expect(fixture.names(hash.slice(0, 2))).toEqual([]);
      expect(fixture.events.filter(({ kind }) => kind === "blob-lost")).toEqual([]);
    },
  );
});
