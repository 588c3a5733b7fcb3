/** Journals that were damaged, for tests: how they were made, what they hold, who can help. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { firstHash } from "./chain.ts";
import { numbered, range, stampAt, TemporaryFolder } from "./fixtures.ts";
import { headStatement, NodeKey } from "./identity.ts";
import { type Journal, type JournalOptions, type Missing, openJournal } from "./journal.ts";
import { entriesOf, HASH_TAG_BYTES, type Run, type SignedRun } from "./run.ts";

export const KEYS = ["ab".repeat(32)];
export const LIMITS = { entriesMax: 50, bytesMax: 1 << 20 };
const SEGMENT_BYTES = 156_000;
/** Entries of this node, and of another one that this node holds. */
export const OWN = 1500;
export const OTHERS = 300;
const KEY = NodeKey.create();

export function open(
  path: string,
  node = "site-1",
  options: Partial<JournalOptions> = {},
): Promise<Journal> {
  return openJournal({
    node,
    hashName: "sha256",
    segmentBytesMax: SEGMENT_BYTES,
    directory: path,
    encryptionKeys: KEYS,
    stamp: stampAt(0),
    ...options,
  });
}

/** Everything a journal holds of a stream, as its runs tell it: number → body, chain checked. */
export async function held(journal: Journal, origin: string): Promise<Map<number, string>> {
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
    if (last.toHex() !== result.run.hash.toHex()) {
      throw new Error(`the chain breaks before ${after}`);
    }
    after = result.run.last;
  }
  return found;
}

export function signed(run: Run): SignedRun {
  const head = { origin: run.origin, stream: run.stream, seq: run.last, hash: run.hash };
  return {
    ...run,
    previousTag: run.previous.slice(0, HASH_TAG_BYTES),
    hashTag: run.hash.slice(0, HASH_TAG_BYTES),
    signature: run.signature ?? KEY.sign(headStatement(head)),
  };
}

/** Gives one journal what another holds of a stream behind `after`. */
export async function give(from: Journal, to: Journal, origin: string, after = 0, upTo = Infinity) {
  const end = Math.min(upTo, from.position(origin, "reading")?.seq ?? 0);
  while (after < end) {
    const result = await from.read(origin, "reading", after, LIMITS);
    if (result.kind !== "run") throw new Error(`cannot give behind ${after}: ${result.kind}`);
    const [reception] = await to.receive([{
      run: signed(result.run),
      publicKeys: [KEY.publicKey],
    }]);
    if (reception.kind !== "stored") throw new Error(`${reception.kind} behind ${after}`);
    after = result.run.last;
  }
}

export type End = "power cut" | "closed";

/** A journal of many segments, and the same as a power cut left it or a clean close. */
export class Wreckage implements Disposable {
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
export function segmentIn(folder: string, which: "newest" | "sealed"): string {
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => name.endsWith(".journal")).sort();
  if (names.length < 5) throw new Error(`only ${names.length} segments`);
  return join(folder, names[which === "newest" ? names.length - 1 : 2]);
}

export function copy(from: string, to: string): void {
  for (const { name, isFile } of Deno.readDirSync(from)) {
    if (isFile) Deno.copyFileSync(join(from, name), join(to, name));
  }
}

export function change(path: string, work: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): void {
  Deno.writeFileSync(path, work(Deno.readFileSync(path)));
}

export const digestOf = (path: string) =>
  createHash("sha256").update(Deno.readFileSync(path)).digest("hex");

export function count(spans: readonly Missing[], origin: string): number {
  return spans.filter((one) => one.origin === origin)
    .reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** What the first entry of the life says. */
export async function lifeOf(journal: Journal) {
  const result = await journal.read(journal.origin, "audit", 0, LIMITS);
  if (result.kind !== "run") throw new Error("the life has no first entry");
  const [entry] = entriesOf(result.run, firstHash());
  return JSON.parse(new TextDecoder().decode(entry.body));
}
