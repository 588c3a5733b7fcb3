import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { firstHash } from "./chain.ts";
import { numbered, range, stampAt, TemporaryFolder } from "./fixtures.ts";
import { headStatement, NodeKey } from "./identity.ts";
import { type Journal, type Missing, openJournal } from "./journal.ts";
import { parseOrigin } from "./origin.ts";
import { entriesOf, HASH_TAG_BYTES, type Run, type SignedRun } from "./run.ts";

const KEYS = ["ab".repeat(32)];
const LIMITS = { entriesMax: 50, bytesMax: 1 << 20 };
const SEGMENT_BYTES = 150_000;
/** Entries of this node, and of another one that this node holds. */
const OWN = 1500;
const OTHERS = 300;
const KEY = NodeKey.create();

function open(path: string, node = "site-1"): Promise<Journal> {
  const options = { node, hashName: "sha256" as const, segmentBytesMax: SEGMENT_BYTES };
  return openJournal({ ...options, directory: path, encryptionKeys: KEYS, stamp: stampAt(0) });
}

/** Everything a journal holds of a stream, as its runs tell it: number → body, chain checked. */
async function held(journal: Journal, origin: string): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  const end = journal.position(origin, "reading")?.seq ?? 0;
  for (let after = 0; after < end;) {
    const result = await journal.read(origin, "reading", after, LIMITS);
    if (result.kind === "end") break;
    if (result.kind === "pruned") throw new Error("nothing was pruned");
    if (result.kind === "missing") {
      after = result.next - 1;
      continue;
    }
    let last = result.run.previous;
    for (const { seq, body, hash } of entriesOf(result.run, last)) {
      found.set(seq, new TextDecoder().decode(body));
      last = hash;
    }
    expect(last.toHex()).toBe(result.run.hash.toHex());
    after = result.run.last;
  }
  return found;
}

function signed(run: Run): SignedRun {
  const head = { origin: run.origin, stream: run.stream, seq: run.last, hash: run.hash };
  return {
    ...run,
    previousTag: run.previous.slice(0, HASH_TAG_BYTES),
    hashTag: run.hash.slice(0, HASH_TAG_BYTES),
    signature: run.signature ?? KEY.sign(headStatement(head)),
  };
}

/** Gives one journal what another holds of a stream behind `after`. */
async function give(from: Journal, to: Journal, origin: string, after = 0, upTo = Infinity) {
  const end = Math.min(upTo, from.position(origin, "reading")?.seq ?? 0);
  while (after < end) {
    const result = await from.read(origin, "reading", after, LIMITS);
    if (result.kind !== "run") throw new Error(`cannot give behind ${after}: ${result.kind}`);
    const [reception] = await to.receive([{
      run: signed(result.run),
      publicKeys: [KEY.publicKey],
    }]);
    expect(reception.kind).toBe("stored");
    after = result.run.last;
  }
}

type End = "power cut" | "closed";

/** A journal of many segments, and the same as a power cut left it or a clean close. */
class Wreckage implements Disposable {
  readonly own: string;
  readonly other: string;
  readonly #folders: Readonly<Record<End, TemporaryFolder>>;

  private constructor(own: string, other: string, folders: Record<End, TemporaryFolder>) {
    this.own = own;
    this.other = other;
    this.#folders = folders;
  }

  static async make(): Promise<Wreckage> {
    const folders = { "power cut": new TemporaryFolder(), closed: new TemporaryFolder() };
    using elsewhere = new TemporaryFolder();
    const journal = await open(folders.closed.path);
    const site = await open(elsewhere.path, "site-2");
    for (const n of range(1, OTHERS)) await site.append([numbered(n)], stampAt(n));
    for (const batch of range(0, OWN / 10 - 1)) {
      const digest = new Uint8Array(32).fill(batch + 1);
      const key = { channel: "c", id: String(batch), digest, windowMs: null };
      const items = range(batch * 10 + 1, batch * 10 + 10).map((n) => numbered(n));
      await journal.append([{ ...items[0], key }, ...items.slice(1)], stampAt(batch));
      await give(site, journal, site.origin, batch * 2, batch * 2 + 2);
    }
    copy(folders.closed.path, folders["power cut"].path);
    const wreckage = new Wreckage(journal.origin, site.origin, folders);
    await journal.close();
    await site.close();
    return wreckage;
  }

  /** A folder as that end left it. */
  after(end: End): TemporaryFolder {
    const folder = new TemporaryFolder();
    copy(this.#folders[end].path, folder.path);
    return folder;
  }

  [Symbol.dispose](): void {
    for (const folder of Object.values(this.#folders)) folder[Symbol.dispose]();
  }
}

/** Path of a segment: the newest, or one in the middle that is sealed. */
function segmentIn(folder: string, which: "newest" | "sealed"): string {
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => name.endsWith(".journal")).sort();
  expect(names.length).toBeGreaterThan(4);
  return join(folder, names[which === "newest" ? names.length - 1 : 2]);
}

function copy(from: string, to: string): void {
  for (const { name, isFile } of Deno.readDirSync(from)) {
    if (isFile) Deno.copyFileSync(join(from, name), join(to, name));
  }
}

function change(path: string, work: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): void {
  Deno.writeFileSync(path, work(Deno.readFileSync(path)));
}

const digestOf = (path: string) =>
  createHash("sha256").update(Deno.readFileSync(path)).digest("hex");

function count(spans: readonly Missing[], origin: string): number {
  return spans.filter((one) => one.origin === origin)
    .reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** What the first entry of the life says. */
async function lifeOf(journal: Journal) {
  const result = await journal.read(journal.origin, "audit", 0, LIMITS);
  if (result.kind !== "run") throw new Error("the life has no first entry");
  const [entry] = entriesOf(result.run, firstHash());
  return JSON.parse(new TextDecoder().decode(entry.body));
}

interface Damage {
  readonly what: string;
  readonly strike: (path: string) => void;
  /** Entries that may be lost at most, of all. */
  readonly lostMax: number;
}

const ALL = OWN + OTHERS;
const DAMAGES: readonly Damage[] = [
  {
    what: "its second half cut off",
    strike: (path) => change(path, (bytes) => bytes.subarray(0, bytes.length / 2)),
    lostMax: 450,
  },
  { what: "cut to nothing", strike: (path) => change(path, () => new Uint8Array()), lostMax: 450 },
  { what: "gone", strike: (path) => Deno.removeSync(path), lostMax: 450 },
  {
    what: "its first page zeroed",
    strike: (path) => change(path, (bytes) => bytes.fill(0, 0, 4096)),
    lostMax: 0,
  },
  {
    what: "ten pages in its middle zeroed",
    strike: (path) => change(path, (bytes) => bytes.fill(0, 16 * 4096, 26 * 4096)),
    lostMax: 120,
  },
  {
    what: "overwritten with something else",
    strike: (path) => change(path, (bytes) => bytes.fill(7)),
    lostMax: 450,
  },
  {
    what: "every tenth page with a flipped bit",
    strike: (path) =>
      change(path, (bytes) => {
        for (let at = 5 * 4096 + 2000; at < bytes.length; at += 40_960) bytes[at] ^= 4;
        return bytes;
      }),
    lostMax: 120,
  },
];

const STRUCK = [
  { which: "newest", end: "power cut" },
  { which: "newest", end: "closed" },
  { which: "sealed", end: "closed" },
] as const;

let wreckage: Wreckage;
beforeAll(async () => wreckage = await Wreckage.make());
afterAll(() => wreckage[Symbol.dispose]());

describe.each(STRUCK)("the $which segment, after: $end", ({ which, end }) => {
  // Of a newest segment that is gone with its log nothing is left that could tell of it.
  const isTold = ({ what }: Damage) => what !== "gone" || which === "sealed" || end !== "closed";

  test.each(DAMAGES.filter(isTold))(
    "$what: the journal opens with all that holds",
    async (damage) => {
      using folder = wreckage.after(end);
      using wholeFolder = wreckage.after("closed");
      const path = segmentIn(folder.path, which);
      damage.strike(path);
      const struck = existsSync(path) ? digestOf(path) : null;
      await using stack = new AsyncDisposableStack();
      const adopt = (journal: Journal) => stack.adopt(journal, (one) => one.close());
      const journal = await open(folder.path);
      const whole = adopt(await open(wholeFolder.path));
      const own = await held(whole, wreckage.own);
      const bodies = await held(journal, wreckage.own);
      const others = await held(journal, wreckage.other);
      for (const [seq, body] of bodies) expect(body).toBe(own.get(seq));
      const missing = journal.missing();
      const { repairs = [] } = await journal.status();
      const lost = ALL - bodies.size - others.size;
      expect(lost).toBeLessThanOrEqual(damage.lostMax);
      // Where nothing at all is left, nothing tells how far it went.
      const isKnown = which === "sealed" || repairs.every(({ entries }) => entries > 0);
      const named = count(missing, wreckage.own) + count(missing, wreckage.other);
      if (isKnown) expect(named).toBe(lost);
      else expect(named).toBeLessThanOrEqual(lost);

      // While the log holds all of a page, what is in the file is not looked at.
      const isHealed = end === "power cut" && lost === 0 && repairs.length === 0;
      expect(repairs.length).toBe(isHealed ? 0 : 1);
      expect(parseOrigin(journal.origin)?.life).toBe(2);
      const life = await lifeOf(journal);
      expect(life.reason).toBe(isHealed ? "unclean" : "salvaged");
      if (!isHealed) {
        expect(life.repairs.segments).toEqual([...repairs]);
        expect(life.repairs.missing).toEqual([...missing]);
      }
      if (struck !== null && !isHealed) {
        const name = basename(path).replace(".journal", ".damaged");
        expect(digestOf(join(folder.path, "set-aside", name))).toBe(struck);
      }

      // It goes on, and takes back what it lost from whoever has it.
      const [stored] = await journal.append([numbered(1)], stampAt(1));
      expect(stored).toEqual({ kind: "stored", seq: 1 });
      for (const { origin, stream, first, last } of [...missing]) {
        if (stream === "reading") await give(whole, journal, origin, first - 1, last);
      }
      for (const origin of [wreckage.own, wreckage.other]) {
        await give(whole, journal, origin, journal.position(origin, "reading")?.seq ?? 0);
      }
      expect(journal.missing().filter(({ stream }) => stream === "reading")).toEqual([]);
      expect([...await held(journal, wreckage.own)]).toEqual([...own]);
      expect((await held(journal, wreckage.other)).size).toBe(OTHERS);

      const { origin } = journal;
      await journal.close();
      const again = adopt(await open(folder.path));
      expect(again.origin).toBe(origin);
      expect(again.repairs).toEqual([]);
      expect([...await held(again, wreckage.own)]).toEqual([...own]);
      expect((await held(again, wreckage.other)).size).toBe(OTHERS);
    },
  );
});
