/** The suite that every journal passes, wherever it keeps what it is given. */
import { describe, expect, test } from "vitest";
import type { Append } from "./append.ts";
import { firstHash } from "./chain.ts";
import { FixtureOrigin } from "./fixture_origin.ts";
import { BOOT_ID, numbered, range, stampAt, until } from "./fixtures.ts";
import type { Journal } from "./journal.ts";
import type { JournalReader } from "./journal_methods.ts";
import type { Stamp } from "./entry.ts";
import { lifeOf, nodeOf } from "./origin.ts";
import { entriesOf } from "./run.ts";
import { PortCalls } from "./worker_calls.ts";

/** A place for one journal, that of the node `NODE`, which can be opened again and again. */
export interface JournalRig extends AsyncDisposable {
  open(options?: { readonly stamp?: Stamp; readonly after?: string }): Promise<Journal>;
}

export const NODE = "county-a";
export const LIMITS = { entriesMax: 1000, bytesMax: 1 << 20 };
const SITE = "site-1.1-00112233445566ff";

/** What the readings of an origin say, in order; their numbers must have no gap. */
export async function numbersIn(
  journal: Journal,
  origin = journal.origin,
  stream = "reading",
): Promise<number[]> {
  const numbers: number[] = [];
  for (let after = 0, previous: Uint8Array = firstHash();;) {
    const result = await journal.read(origin, stream, after, LIMITS);
    if (result.kind === "end") return numbers;
    if (result.kind !== "run") throw new Error(`${origin} ${stream} ${after}: ${result.kind}`);
    expect(result.run.previous).toEqual(previous);
    let hash = previous;
    for (const entry of entriesOf(result.run, previous)) {
      expect(entry.seq).toBe(numbers.length + 1);
      numbers.push(JSON.parse(new TextDecoder().decode(entry.body)).number);
      hash = entry.hash;
    }
    expect(result.run.hash).toEqual(hash);
    after = result.run.last;
    previous = result.run.hash;
  }
}

const digest = (text: string) => new TextEncoder().encode(text);

function keyed(number: number, id: string, bytes: string, windowMs: number | null, channel = "c") {
  return { ...numbered(number), key: { channel, id, digest: digest(bytes), windowMs } };
}

async function kinds(journal: Journal, ms: number, ...items: readonly Append[]) {
  return (await journal.append(items, stampAt(ms))).map(({ kind }) => kind);
}

async function lifeEntry(journal: Journal, origin: string) {
  const result = await journal.read(origin, "audit", 0, LIMITS);
  if (result.kind !== "run") throw new Error("the life has no first entry");
  const [entry] = entriesOf(result.run, firstHash());
  expect(entry.kind).toBe("life");
  return JSON.parse(new TextDecoder().decode(entry.body));
}

export function describeJournal(name: string, makeRig: () => Promise<JournalRig>): void {
  describe(`the journal contract: ${name}`, () => {
    appending(makeRig);
    lives(makeRig);
    keys(makeRig);
    receiving(makeRig);
    following(makeRig);
  });
}

function appending(makeRig: () => Promise<JournalRig>): void {
  test("entries are numbered without a gap and read in order, whoever appended them", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    const outcomes = await Promise.all(
      range(0, 99).map((batch) =>
        journal.append(range(batch * 7 + 1, batch * 7 + 7).map((n) => numbered(n)), stampAt(batch))
      ),
    );
    const seqs = outcomes.flat().map((outcome) => outcome.kind === "stored" ? outcome.seq : 0);
    expect(seqs).toEqual(range(1, 700));
    expect(await numbersIn(journal)).toEqual(range(1, 700));
    expect(journal.position(journal.origin, "reading")?.seq).toBe(700);
    await journal.close();
  });

  test("each stream counts by itself", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    const streams = ["alarm", "reading", "record"] as const;
    await journal.append(range(1, 30).map((n) => numbered(n, streams[n % 3])), stampAt(0));
    const counts = journal.positions().map(({ stream, seq }) => [stream, seq] as const);
    expect(new Map(counts)).toEqual(
      new Map([["audit", 1], ["alarm", 10], ["reading", 10], ["record", 10]]),
    );
    await journal.close();
  });

  test("a body over the limit is refused by name, and nothing of its batch is stored", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    const huge = { ...numbered(2), body: "x".repeat((1 << 20) + 1) };
    await expect(journal.append([numbered(1), huge], stampAt(0))).rejects.toThrow(
      /"test".*1048577/,
    );
    expect(journal.position(journal.origin, "reading")).toBeUndefined();
    await journal.close();
  });

  test("bodies of any size and text are read as they were appended", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    const bodies = ["null", '"' + "温".repeat(300_000) + '"', '"\\u0000"', `"${"x".repeat(999)}"`];
    await journal.append(bodies.map((body) => ({ ...numbered(1), body })), stampAt(0));
    const read: string[] = [];
    for (let after = 0; after < bodies.length;) {
      const result = await journal.read(journal.origin, "reading", after, LIMITS);
      if (result.kind !== "run") throw new Error(result.kind);
      const { run } = result;
      for (const { body } of entriesOf(run, run.previous)) {
        read.push(new TextDecoder().decode(body));
      }
      after = run.last;
    }
    expect(read).toEqual(bodies);
    await journal.close();
  });

  test("a read ends with the block that reaches a limit, and begins inside of blocks", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    for (const batch of range(0, 9)) {
      await journal.append(range(batch * 10 + 1, batch * 10 + 10).map((n) => numbered(n)), {
        ...stampAt(0),
      });
    }
    const read = async (after: number, limits: Partial<typeof LIMITS>) => {
      const result = await journal.read(journal.origin, "reading", after, { ...LIMITS, ...limits });
      return result.kind === "run" ? [result.run.first, result.run.last] : result.kind;
    };
    expect(await read(0, { entriesMax: 1 })).toEqual([1, 10]);
    expect(await read(0, { entriesMax: 11 })).toEqual([1, 20]);
    expect(await read(0, { bytesMax: 1 })).toEqual([1, 10]);
    expect(await read(14, {})).toEqual([15, 100]);
    expect(await read(14, { entriesMax: 6 })).toEqual([15, 20]);
    expect(await read(100, {})).toBe("end");
    await journal.close();
  });
}

function lives(makeRig: () => Promise<JournalRig>): void {
  test("what was appended is there after it was opened again; its life goes on or is named", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    const first = journal.origin;
    expect([nodeOf(first), lifeOf(first)]).toEqual([NODE, 1]);
    expect((await lifeEntry(journal, first)).reason).toBe("first");
    await journal.append([numbered(1), numbered(2)], stampAt(1));
    const state = journal.position(first, "reading");
    await journal.close();
    const again = await rig.open({ stamp: stampAt(2) });
    expect(again.position(first, "reading")).toEqual(state);
    expect(await numbersIn(again, first)).toEqual([1, 2]);
    if (again.origin !== first) {
      expect(lifeOf(again.origin)).toBe(2);
      const { previous } = await lifeEntry(again, again.origin);
      expect(previous.origin).toBe(first);
      expect(previous.streams).toContainEqual({
        stream: "reading",
        seq: 2,
        hash: state?.hash.toHex(),
      });
    }
    await again.close();
  });

  test("a life can be renewed; what was handed over before belongs to the old one", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    const old = journal.origin;
    const before = range(1, 20).map((n) => journal.append([numbered(n)], stampAt(n)));
    const renewing = journal.renewLife("fork");
    const after = range(21, 30).map((n) => journal.append([numbered(n)], stampAt(n)));
    const origin = await renewing;
    await Promise.all([...before, ...after]);
    expect(journal.origin).toBe(origin);
    expect(lifeOf(origin)).toBe(lifeOf(old) + 1);
    expect(await numbersIn(journal, old)).toEqual(range(1, 20));
    expect(await numbersIn(journal, origin)).toEqual(range(21, 30));
    const { reason, previous } = await lifeEntry(journal, origin);
    expect([reason, previous.origin]).toEqual(["fork", old]);
    await journal.close();
  });

  test("a life begins after one that others hold", async () => {
    await using rig = await makeRig();
    const journal = await rig.open({ after: `${NODE}.7-0123456789abcdef` });
    expect(lifeOf(journal.origin)).toBe(8);
    expect(lifeOf(await journal.renewLife("overtaken", `${NODE}.20-0123456789abcdef`))).toBe(21);
    await journal.close();
  });
}

function keys(makeRig: () => Promise<JournalRig>): void {
  test("T2: the same id is stored once, other bytes under it are told apart, across a restart", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    expect(await kinds(journal, 1, keyed(1, "a", "x", 1000), keyed(1, "a", "x", 1000)))
      .toEqual(["stored", "duplicate"]);
    expect(await kinds(journal, 2, keyed(2, "a", "y", 1000), keyed(3, "b", "y", 1000)))
      .toEqual(["conflict", "stored"]);
    expect(await kinds(journal, 3, keyed(4, "a", "x", 1000, "other"))).toEqual(["stored"]);
    expect(await numbersIn(journal)).toEqual([1, 3, 4]);
    await journal.close();
    const again = await rig.open({ stamp: stampAt(4) });
    expect(await kinds(again, 5, keyed(1, "a", "x", 1000))).toEqual(["duplicate"]);
    expect(await kinds(again, 900, keyed(1, "a", "x", 1000))).toEqual(["duplicate"]);
    // The window has passed by the boot-time clock.
    expect(await kinds(again, 2500, keyed(1, "a", "x", 1000))).toEqual(["stored"]);
    await again.close();
  });

  test("T2: a wall clock that jumps does not end a window", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    const kind = async (wallMs: number, bootMs: number) => {
      const stamp = { wallMs, bootMs, bootId: BOOT_ID, clock: "untrusted" as const };
      return (await journal.append([keyed(1, "a", "x", 1000)], stamp))[0].kind;
    };
    expect(await kind(0, 10)).toBe("stored");
    expect(await kind(1_795_000_000_000, 20)).toBe("duplicate");
    expect(await kind(0, 30)).toBe("duplicate");
    await journal.close();
  });

  test("a released key is free again, one by one or for its whole channel", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    await kinds(journal, 0, keyed(1, "1", "x", null), keyed(2, "2", "x", null));
    expect(await kinds(journal, 0, keyed(1, "1", "x", null))).toEqual(["duplicate"]);
    const release = { kind: "release", channel: "c", id: "1" } as const;
    expect(await kinds(journal, 0, release, keyed(3, "1", "x", null)))
      .toEqual(["released", "stored"]);
    expect(await kinds(journal, 0, keyed(2, "2", "x", null))).toEqual(["duplicate"]);
    await kinds(journal, 0, { kind: "release", channel: "c", id: "" });
    expect(await kinds(journal, 0, keyed(4, "1", "x", null), keyed(5, "2", "x", null)))
      .toEqual(["stored", "stored"]);
    await journal.close();
  });
}

function receiving(makeRig: () => Promise<JournalRig>): void {
  test("G3, G4: a run is stored once, in order, and what it overlaps with is skipped", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    const site = new FixtureOrigin(SITE);
    const receive = async (...runs: Parameters<FixtureOrigin["run"]>[]) => {
      const receptions = await journal.receive(runs.map((run) => site.run(...run)));
      return receptions.map((one) => "seq" in one ? `${one.kind} ${one.seq}` : one.kind);
    };
    expect(await receive([1, 10])).toEqual(["stored 10"]);
    expect(await receive([1, 10], [3, 7], [1, 10, "alarm"])).toEqual([
      "stored 10",
      "stored 10",
      "stored 10",
    ]);
    expect(await receive([12, 20])).toEqual(["gap 10"]);
    expect(await receive([5, 15], [16, 20], [11, 18])).toEqual([
      "stored 15",
      "stored 20",
      "stored 20",
    ]);
    expect(await receive([1, 40])).toEqual(["stored 40"]);
    expect(await numbersIn(journal, SITE)).toEqual(range(1, 40));
    expect(await numbersIn(journal, SITE, "alarm")).toEqual(range(1, 10));
    expect(journal.position(SITE, "reading")?.hash).toEqual(site.hash(40));
    for (const seq of [0, 1, 10, 15, 16, 33, 40]) {
      expect(await journal.hashAt(SITE, "reading", seq)).toEqual(site.hash(seq));
    }
    expect(await journal.hashAt(SITE, "reading", 41)).toBe(null);
    await journal.close();
  });

  test("G5: another chain under the same numbers is a fork, other bytes are refused", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    const site = new FixtureOrigin(SITE);
    const other = new FixtureOrigin(SITE, site.key, (number) => `{"number":${-number}}`);
    await journal.receive([site.run(1, 10)]);
    expect(await journal.receive([other.run(1, 10)])).toMatchObject([{ kind: "fork", seq: 10 }]);
    expect(await journal.receive([other.run(11, 20)])).toMatchObject([{ kind: "fork", seq: 10 }]);
    expect(await journal.receive([other.run(5, 20)])).toMatchObject([{ kind: "fork", seq: 4 }]);
    const { run, publicKeys } = site.run(11, 20);
    const bent = { ...run, contents: run.contents.slice() };
    bent.contents[bent.contents.length - 3] ^= 1;
    expect(await journal.receive([{ run: bent, publicKeys }])).toMatchObject([{ kind: "altered" }]);
    const stranger = new FixtureOrigin(SITE, undefined).key.publicKey;
    expect(await journal.receive([{ run, publicKeys: [stranger] }])).toMatchObject([
      { kind: "altered" },
    ]);
    expect(await journal.receive([{ run, publicKeys }])).toMatchObject([{ seq: 20 }]);
    expect(await numbersIn(journal, SITE)).toEqual(range(1, 20));
    await journal.close();
  });

  test("what was received keeps its origin's signature, and is there after a restart", async () => {
    await using rig = await makeRig();
    const site = new FixtureOrigin(SITE);
    const journal = await rig.open();
    const sent = site.run(1, 10);
    await journal.receive([sent]);
    await journal.close();
    const again = await rig.open();
    const result = await again.read(SITE, "reading", 0, LIMITS);
    if (result.kind !== "run") throw new Error(result.kind);
    expect(result.run.contents).toEqual(sent.run.contents);
    expect(result.run.signature).toEqual(sent.run.signature);
    await again.close();
  });
}

function following(makeRig: () => Promise<JournalRig>): void {
  test("listeners hear of every commit, at their own pace", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    const stop = new AbortController();
    const heard = new Map<string, number>();
    const listening = (async () => {
      for await (const moved of journal.changes(stop.signal)) {
        for (const { origin, stream, seq } of moved) heard.set(`${origin} ${stream}`, seq);
      }
    })();
    await journal.append([numbered(1)], stampAt(0));
    await journal.receive([new FixtureOrigin(SITE).run(1, 5)]);
    await until(
      "both were heard of",
      () => heard.get(`${SITE} reading`) === 5 && heard.get(`${journal.origin} reading`) === 1,
    );
    stop.abort();
    await listening;
    await journal.close();
  });

  test("receipts are there after a restart, the highest of each centre and stream", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    await journal.append(range(1, 9).map((n) => numbered(n)), stampAt(0));
    const { origin } = journal;
    const receipt = (centre: string, seq: number) => ({
      centre,
      origin,
      stream: "reading",
      seq,
      hash: new Uint8Array(32).fill(seq),
      signature: new Uint8Array(64).fill(seq),
    });
    journal.addReceipts([receipt("county-b", 3), receipt("county-c", 2)]);
    journal.addReceipts([receipt("county-b", 7)]);
    journal.addReceipts([receipt("county-b", 5)]);
    await journal.close();
    const again = await rig.open();
    const found = again.receipts().sort((a, b) => (a.centre < b.centre ? -1 : 1));
    expect(found).toEqual([receipt("county-b", 7), receipt("county-c", 2)]);
    await again.close();
  });

  test("another thread reads over a channel of its own", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    await journal.append(range(1, 9).map((n) => numbered(n)), stampAt(0));
    const reader = new PortCalls<JournalReader>(journal.reader());
    const result = await reader.call("read", [journal.origin, "reading", 4, LIMITS]);
    expect(result).toMatchObject({ kind: "run", run: { first: 5, last: 9 } });
    reader.close(new Error("done"));
    await journal.close();
  });

  test("a probe goes through, and the status counts what is there", async () => {
    await using rig = await makeRig();
    const journal = await rig.open();
    await journal.probe();
    const { bytes } = await journal.status();
    const large = { ...numbered(1), body: JSON.stringify("ab".repeat(200_000)) };
    for (let n = 0; n < 5; n++) await journal.append([large], stampAt(0));
    await journal.probe();
    expect((await journal.status()).bytes).toBeGreaterThan(bytes);
    await journal.close();
  });
}
