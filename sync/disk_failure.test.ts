import { describe, expect, test } from "vitest";
import type { Append } from "./append.ts";
import { numbered, range, stampAt } from "./fixtures.ts";
import { JournalCore } from "./journal_core.ts";
import { GroupCommit } from "./group_commit.ts";
import { readContents } from "./entry.ts";
import { CommitRefused } from "./segments.ts";
import { DiskError, type DiskStep, SimulatedDisk } from "./simulated_disk.ts";
import { SimulatedSegments } from "./simulated_segments.ts";

const LIMITS = { entriesMax: 1000, bytesMax: 1 << 20 };

/** A journal's core on a disk that fails on demand; the power cut takes what it can. */
class Desk {
  /** What happens at a step; `null` for nothing. */
  fault: (step: DiskStep) => Error | null = () => null;
  readonly disk = new SimulatedDisk(() => 0, (step) => {
    const error = this.fault(step);
    if (error !== null) throw error;
  });
  nowMs = 0;
  #core: JournalCore | null = null;

  get core(): JournalCore {
    return this.#core ??= this.#open();
  }

  #open(): JournalCore {
    return new JournalCore({
      segments: new SimulatedSegments(this.disk),
      node: "site-1",
      hashName: "sha256",
      segmentBytesMax: 20_000,
      stamp: stampAt(0),
      nowMs: () => this.nowMs,
      nonce: () => crypto.getRandomValues(new Uint8Array(8)).toHex(),
    });
  }

  /** The process is gone; with `power`, so is what was not synced. */
  restart(power = true): void {
    this.#core = null;
    this.fault = () => null;
    if (power) this.disk.powerCut();
  }

  append(...items: readonly Append[]): number[] {
    const commit = new GroupCommit(stampAt(this.nowMs));
    commit.add(items).catch(() => {});
    return [...this.core.append(commit.batch())];
  }

  /** Numbers of the readings of all lives, in order. */
  numbers(): number[] {
    return this.core.positions().filter(({ stream }) => stream === "reading").flatMap((state) => {
      const numbers: number[] = [];
      for (let after = 0; after < state.seq;) {
        const result = this.core.read(state.origin, "reading", after, LIMITS);
        if (result.kind !== "run") throw new Error(result.kind);
        for (const { body } of readContents(result.run.contents)) {
          numbers.push(JSON.parse(new TextDecoder().decode(body)).number);
        }
        after = result.run.last;
      }
      return numbers;
    });
  }

  /** Fails at this step, once. */
  failOnce(at: DiskStep, error: Error = new DiskError(`no ${at}`)): void {
    let struck = false;
    this.fault = (step) => {
      if (struck || step !== at) return null;
      struck = true;
      return error;
    };
  }
}

describe("a commit that failed", () => {
  test.each(["write", "sync"] as const)(
    "at: %s is made in a new file, and outlives the power",
    (at) => {
      const desk = new Desk();
      for (const n of range(1, 10)) desk.append(numbered(n));
      desk.failOnce(at);
      expect(desk.append(numbered(11))).toEqual([11]);
      expect(desk.core.health).toEqual({ state: "writable" });
      expect(desk.append(numbered(12))).toEqual([12]);
      expect(desk.disk.names()).toEqual(["00000001-1"]);
      expect([...desk.disk.setAside]).toEqual([["00000001", `no ${at}`]]);
      desk.restart();
      expect(desk.numbers()).toEqual(range(1, 12));
    },
  );

  test("is not acknowledged while there is no new file; nothing needs a restart", () => {
    const desk = new Desk();
    desk.append(numbered(1));
    desk.fault = () => new DiskError("the disk is gone");
    expect(() => desk.append(numbered(2))).toThrow("Cannot write to the journal: the disk is gone");
    expect(desk.core.health).toEqual({ state: "unwritable", reason: "the disk is gone" });
    // What was stored is there to be read and shipped.
    expect(desk.numbers()).toEqual([1]);
    desk.fault = () => null;
    // It is tried again once a second at most: each try writes a whole segment.
    expect(() => desk.append(numbered(2))).toThrow("the disk is gone");
    desk.nowMs += 1000;
    expect(desk.append(numbered(2))).toEqual([2]);
    expect(desk.core.health).toEqual({ state: "writable" });
    desk.restart();
    expect(desk.numbers()).toEqual([1, 2]);
  });

  test("a probe finds out that the disk writes again", () => {
    const desk = new Desk();
    desk.append(numbered(1));
    desk.fault = () => new DiskError("gone");
    expect(() => desk.core.probe()).not.toThrow();
    expect(() => desk.core.probe()).toThrow("gone");
    desk.fault = () => null;
    desk.nowMs += 1000;
    desk.core.probe();
    expect(desk.core.health).toEqual({ state: "writable" });
  });

  test("T2: a key whose entry is not durable is nobody's duplicate", () => {
    const desk = new Desk();
    desk.append(numbered(1));
    const key = { channel: "c", id: "a", digest: new Uint8Array(32), windowMs: null };
    const named = { ...numbered(2), key };
    desk.fault = () => new DiskError("gone");
    expect(() => desk.append(named)).toThrow("gone");
    desk.fault = () => null;
    desk.nowMs += 1000;
    expect(desk.append(named)).toEqual([2]);
    expect(desk.append(named)).toEqual([0]);
    desk.restart();
    expect(desk.append(named)).toEqual([0]);
    expect(desk.numbers()).toEqual([1, 2]);
  });

  test("keys of the segment that is set aside are held in the new one", () => {
    const desk = new Desk();
    const key = { channel: "c", id: "a", digest: new Uint8Array(32), windowMs: null };
    desk.append({ ...numbered(1), key });
    desk.failOnce("sync");
    desk.append(numbered(2));
    desk.restart();
    expect(desk.append({ ...numbered(1), key })).toEqual([0]);
  });

  test("a full disk wrote nothing: the same file goes on as soon as there is room", () => {
    const desk = new Desk();
    desk.append(numbered(1));
    desk.fault = (step) => step === "write" ? new CommitRefused("the disk is full") : null;
    expect(() => desk.append(numbered(2))).toThrow("Cannot write to the journal: the disk is full");
    expect(desk.core.health).toEqual({ state: "unwritable", reason: "the disk is full" });
    desk.fault = () => null;
    expect(desk.append(numbered(2))).toEqual([2]);
    expect(desk.core.health).toEqual({ state: "writable" });
    expect(desk.disk.names()).toEqual(["00000001"]);
  });

  test("a next segment that cannot be begun keeps no commit from going through", () => {
    const desk = new Desk();
    desk.fault = () => null;
    desk.append(numbered(1));
    desk.fault = (step) => step === "create" ? new DiskError("no room for a file") : null;
    for (const n of range(2, 100)) desk.append(numbered(n));
    expect(desk.disk.names()).toEqual(["00000001"]);
    desk.fault = () => null;
    desk.append(numbered(101));
    expect(desk.disk.names()).toEqual(["00000001", "00000002"]);
    desk.restart();
    expect(desk.numbers()).toEqual(range(1, 101));
  });

  test("a segment that cannot be removed keeps its place, and goes the next time", () => {
    const desk = new Desk();
    for (const n of range(1, 150)) desk.append(numbered(n));
    const retention = { centres: [], keepOwnMs: 0, keepOthersMs: null, nowMs: Infinity };
    desk.fault = (step) => step === "unlink" ? new DiskError("no unlink") : null;
    expect(() => desk.core.prune(retention)).toThrow("Cannot write to the journal: no unlink");
    const before = desk.disk.names().length;
    desk.fault = () => null;
    expect(desk.core.prune(retention)).toBe(before - 1);
    expect(desk.disk.names()).toHaveLength(1);
    desk.append(numbered(151));
  });

  test("what a process wrote and could not sync is synced before another relies on it", () => {
    const desk = new Desk();
    desk.append(numbered(1));
    desk.fault = (step) => step === "write" ? null : new DiskError("no sync");
    expect(() => desk.append(numbered(2))).toThrow("no sync");
    // The page cache still shows it, the disk does not have it.
    desk.restart(false);
    expect(desk.numbers()).toEqual([1, 2]);
    desk.append(numbered(3));
    desk.restart();
    expect(desk.numbers()).toEqual([1, 2, 3]);
  });

  test("a journal that is opened on a disk that takes nothing can be read, and goes on later", () => {
    const desk = new Desk();
    desk.append(numbered(1));
    desk.restart();
    desk.fault = (step) => step === "write" ? new CommitRefused("full") : null;
    const { origin } = desk.core;
    expect(desk.numbers()).toEqual([1]);
    expect(desk.core.health).toEqual({ state: "unwritable", reason: "full" });
    expect(() => desk.append(numbered(2))).toThrow("full");
    desk.fault = () => null;
    expect(desk.append(numbered(2))).toEqual([1]);
    expect(desk.core.origin).toBe(origin);
    const result = desk.core.read(origin, "audit", 0, LIMITS);
    expect(result.kind === "run" && [...readContents(result.run.contents)][0].kind).toBe("life");
  });
});
