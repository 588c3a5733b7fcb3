import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readContents } from "./entry.ts";
import { change, KEYS, segmentIn, Wreckage } from "./fixture_damage.ts";
import { numbered, range, stampAt } from "./fixtures.ts";
import { GroupCommit } from "./group_commit.ts";
import { JournalCore } from "./journal_core.ts";
import { LibsqlSegments } from "./libsql_segments.ts";
import type { Segment, Segments } from "./segments.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import { SimulatedSegments } from "./simulated_segments.ts";

/** The process ended: nothing that comes behind is done. */
class Ended extends Error {
  override name = "Ended";
}

type Step = "set aside" | "first entry";

/** A storage whose process ends before what is named. */
function ending(segments: Segments, before: Step): Segments {
  const end = () => {
    throw new Ended(before);
  };
  const dying = (segment: Segment): Segment =>
    before === "first entry" ? new Proxy(segment, { get: getOr("commit", end) }) : segment;
  return {
    names: () => segments.names(),
    open: (name) => dying(segments.open(name)),
    draft: (name) => {
      const draft = segments.draft(name);
      return {
        add: (changes) => draft.add(changes),
        publish: () => dying(draft.publish()),
        discard: () => draft.discard(),
      };
    },
    useKeys: (keys) => segments.useKeys(keys),
    isOutdated: (name) => segments.isOutdated(name),
    salvage: (name) => segments.salvage(name),
    setAside: before === "set aside" ? end : (name, why) => segments.setAside(name, why),
    unlink: (name) => segments.unlink(name),
  };
}

/** All of a segment as it is, but for one method. */
function getOr(name: string, instead: () => void) {
  return (segment: Segment, property: string | symbol) => {
    if (property === name) return instead;
    const value: unknown = Reflect.get(segment, property, segment);
    return typeof value === "function" ? value.bind(segment) : value;
  };
}

function core(segments: Segments, segmentBytesMax: number): JournalCore {
  return new JournalCore({
    segments,
    node: "site-1",
    hashName: "sha256",
    segmentBytesMax,
    stamp: stampAt(0),
    nowMs: () => performance.now(),
    nonce: () => crypto.getRandomValues(new Uint8Array(8)).toHex(),
  });
}

function append(journal: JournalCore, count: number): number[] {
  const commit = new GroupCommit(stampAt(0));
  commit.add(range(1, count).map((n) => numbered(n))).catch(() => {});
  return [...journal.append(commit.batch())];
}

/** What the first entry of the life says. */
function lifeOf(journal: JournalCore) {
  const limits = { entriesMax: 1, bytesMax: 1 };
  const result = journal.read(journal.origin, "audit", 0, limits);
  if (result.kind !== "run") throw new Error("the life has no first entry");
  const [{ body }] = readContents(result.run.contents);
  return JSON.parse(new TextDecoder().decode(body));
}

/** A journal that was closed cleanly, and then damaged. */
interface Damaged extends Disposable {
  open(): Segments;
  readonly segmentBytesMax: number;
  /** Whether the damaged segment was kept as one that nothing else holds. */
  isKept(): boolean;
}

let wreckage: Wreckage;
beforeAll(async () => wreckage = await Wreckage.make());
afterAll(() => wreckage[Symbol.dispose]());

function damagedFiles(which: "newest" | "sealed"): Damaged {
  const folder = wreckage.after("closed");
  const path = segmentIn(folder.path, which);
  change(path, (bytes) => bytes.subarray(0, bytes.length / 2));
  const kept = basename(path).replace(".journal", ".damaged");
  return {
    open: () => new LibsqlSegments({ directory: folder.path, encryptionKeys: KEYS }),
    segmentBytesMax: 150_000,
    isKept: () => existsSync(join(folder.path, "set-aside", kept)),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

function damagedDisk(which: "newest" | "sealed"): Damaged {
  const disk = new SimulatedDisk(() => 0);
  const segmentBytesMax = 20_000;
  const journal = core(new SimulatedSegments(disk), segmentBytesMax);
  const { origin } = journal;
  const [hash, signature] = [new Uint8Array(32), new Uint8Array(64)];
  // What a centre signed names a tail that is lost: here it is written down before.
  journal.addReceipts([{ centre: "c", origin, stream: "reading", seq: 200, hash, signature }]);
  for (const _ of range(1, 17)) append(journal, 10);
  journal.close();
  const name = disk.names().at(which === "newest" ? -1 : 2) ?? "";
  // A segment's first commit tells it where streams stand.
  disk.damage(name, which === "newest" ? 1 : 2);
  return {
    open: () => new SimulatedSegments(disk),
    segmentBytesMax,
    isKept: () => disk.setAside.get(name) === `"${name}" is damaged`,
    [Symbol.dispose]: () => {},
  };
}

describe.each(
  [
    { storage: "libsql files", damaged: damagedFiles },
    { storage: "a simulated disk", damaged: damagedDisk },
  ] as const,
)("$storage", ({ damaged }) => {
  test.each(
    [
      { which: "newest", ends: ["set aside"] },
      { which: "newest", ends: ["first entry"] },
      { which: "newest", ends: ["set aside", "first entry", "first entry"] },
      { which: "sealed", ends: ["set aside"] },
      { which: "sealed", ends: ["first entry", "set aside"] },
    ] as const,
  )(
    "G1: a process that ends between what it salvaged of the $which segment and the entry that " +
      "tells of it ($ends): the next begins that life",
    ({ which, ends }) => {
      using whole = damaged(which);
      using cut = damaged(which);
      const uninterrupted = core(whole.open(), whole.segmentBytesMax);
      const told = lifeOf(uninterrupted);
      uninterrupted.close();
      expect(told.repairs.segments).toHaveLength(1);
      expect(told.repairs.missing.length).toBeGreaterThan(0);
      for (const before of ends) {
        const dies = () => core(ending(cut.open(), before), cut.segmentBytesMax);
        // What was set aside already is not again.
        if (before === "first entry" || !cut.isKept()) expect(dies).toThrow(Ended);
      }
      const journal = core(cut.open(), cut.segmentBytesMax);
      const life = lifeOf(journal);
      expect(life.reason).toBe("salvaged");
      expect(endsIn(life)).toEqual(endsIn(told));
      expect(withoutChance(life.repairs)).toEqual(withoutChance(told.repairs));
      expect(journal.repairs).toHaveLength(1);
      expect(journal.missing()).toEqual(life.repairs.missing);
      expect(cut.isKept()).toBe(true);

      // What is written now has numbers of its own: those of the life before are not used again.
      expect(journal.origin).not.toBe(life.previous.origin);
      expect(append(journal, 1)).toEqual([1]);
      const { origin } = journal;
      journal.close();
      const again = core(cut.open(), cut.segmentBytesMax);
      expect(again.origin).toBe(origin);
      expect(again.repairs).toEqual([]);
      again.close();
    },
  );
});

/** Where the streams of the life before ended. */
function endsIn({ previous }: { previous: { streams: { stream: string; seq: number }[] } }) {
  return previous.streams.map(({ stream, seq }) => `${stream} ${seq}`);
}

/** Two simulated journals differ in the chance that is part of a life's name. */
function withoutChance(repairs: unknown): unknown {
  return JSON.parse(JSON.stringify(repairs).replaceAll(/-[0-9a-f]{16}/g, ""));
}
