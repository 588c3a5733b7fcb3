import { expect, test } from "vitest";
import { GroupCommit } from "./group_commit.ts";
import { numbered, range, stampAt } from "./fixtures.ts";
import { JournalCore } from "./journal_core.ts";
import { JournalUnwritable } from "./journal_health.ts";
import { readContents } from "./entry.ts";
import { DiskError, type DiskStep, SimulatedDisk } from "./simulated_disk.ts";
import { SimulatedSegments } from "./simulated_segments.ts";

const LIMITS = { entriesMax: 1000, bytesMax: 1 << 20 };
const [OLD, NEW] = ["old key", "new key"];

/** What happens to the disk at one step of a rotation, and from then on. */
type Trouble = "fails once" | "fails for good" | "power cut";

class PowerCut extends Error {}

/** A journal of several segments whose keys are rotated on a disk that gets into trouble. */
class Desk {
  /** Steps since the rotation began; trouble comes at `at`. */
  #steps = 0;
  #at = Infinity;
  #trouble: Trouble = "fails once";
  struck: DiskStep | null = null;
  readonly disk = new SimulatedDisk(() => 0.3, (step) => this.#step(step));
  #segments = new SimulatedSegments(this.disk, [OLD]);
  nowMs = 0;
  core = this.#open();

  #open(): JournalCore {
    return new JournalCore({
      segments: this.#segments,
      node: "site-1",
      hashName: "sha256",
      segmentBytesMax: 5000,
      stamp: stampAt(0),
      nowMs: () => this.nowMs,
      nonce: () => crypto.getRandomValues(new Uint8Array(8)).toHex(),
    });
  }

  #step(step: DiskStep): void {
    const nth = this.#steps++;
    if (nth < this.#at || (nth > this.#at && this.#trouble === "fails once")) return;
    this.struck ??= step;
    if (this.#trouble === "power cut") throw new PowerCut();
    throw new DiskError(`no ${step}`);
  }

  trouble(at: number, trouble: Trouble): void {
    [this.#steps, this.#at, this.#trouble] = [0, at, trouble];
  }

  well(): void {
    this.#at = Infinity;
    this.nowMs += 1000;
  }

  /** The power fails and comes back: the keystore still has both keys. */
  powerCut(): void {
    this.well();
    this.disk.powerCut();
    this.#segments = new SimulatedSegments(this.disk, [NEW, OLD]);
    this.core = this.#open();
  }

  useKeys(...keys: string[]): void {
    this.#segments.useKeys(keys);
  }

  /** Whether it is stored: nothing is that was not said to be. */
  append(n: number): boolean {
    const commit = new GroupCommit(stampAt(this.nowMs));
    commit.add([numbered(n)]).catch(() => {});
    try {
      this.core.append(commit.batch());
      return true;
    } catch (error) {
      if (error instanceof JournalUnwritable) return false;
      throw error;
    }
  }

  /** Numbers of the readings, with the place of each in its life. */
  readings(): { place: string; number: number }[] {
    return this.core.positions().filter(({ stream }) => stream === "reading").flatMap((state) => {
      const found: { place: string; number: number }[] = [];
      for (let after = 0; after < state.seq;) {
        const result = this.core.read(state.origin, "reading", after, LIMITS);
        if (result.kind !== "run") throw new Error(result.kind);
        for (const { body } of readContents(result.run.contents)) {
          const { number } = JSON.parse(new TextDecoder().decode(body));
          found.push({ place: `${state.origin} ${++after}`, number });
        }
      }
      return found;
    });
  }
}

/** Rotates to the end, with an append after each step; what of them is stored goes to `stored`. */
function rotate(desk: Desk, stored: number[]): void {
  for (let left = 1; left > 0;) {
    left = desk.core.rekey();
    const n = (stored.at(-1) ?? 0) + 1;
    if (desk.append(n)) stored.push(n);
  }
}

const TROUBLES: readonly Trouble[] = ["fails once", "fails for good", "power cut"];

test.each(TROUBLES)(
  "G1 X4: a disk that %s at any step of a rotation loses nothing, and it ends once that is well",
  (trouble) => {
    const struck = new Set<DiskStep>();
    for (let at = 0;; at++) {
      const desk = new Desk();
      const stored = range(1, 60);
      for (const n of stored) desk.append(n);
      const segments = desk.disk.names().length;
      expect(segments).toBeGreaterThan(2);
      const before = desk.readings();
      desk.useKeys(NEW, OLD);
      desk.trouble(at, trouble);
      try {
        rotate(desk, stored);
      } catch (error) {
        if (error instanceof PowerCut) desk.powerCut();
        else if (!(error instanceof JournalUnwritable)) throw error;
      }
      if (desk.struck === null) break;
      struck.add(desk.struck);
      // Whatever the disk does, what is there can be read.
      expect([at, desk.readings().slice(0, 60)]).toEqual([at, before]);
      desk.well();
      const last = stored.at(-1) ?? 0;
      // A power cut may keep what was not acknowledged.
      const kept = desk.readings().map(({ number }) => number);
      expect([at, kept.slice(0, last)]).toEqual([at, stored]);
      if (kept.length > last) stored.push(...kept.slice(last));
      rotate(desk, stored);
      // The old key is needed by no file any more.
      desk.useKeys(NEW);
      expect(desk.append((stored.at(-1) ?? 0) + 1)).toBe(true);
      stored.push((stored.at(-1) ?? 0) + 1);
      desk.disk.powerCut();
      desk.powerCut();
      expect([at, desk.readings().map(({ number }) => number)]).toEqual([at, stored]);
      expect([at, desk.readings().slice(0, 60)]).toEqual([at, before]);
    }
    const steps = ["create", "move", "seal", "sync", "synced", "unlink", "unlinked", "write"];
    expect([...struck].sort()).toEqual(steps);
  },
);
