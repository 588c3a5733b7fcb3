import { expect, test } from "vitest";
import { GroupCommit } from "./group_commit.ts";
import { numbered, range, stampAt } from "./fixtures.ts";
import { JournalCore } from "./journal_core.ts";
import { readContents } from "./entry.ts";
import { parseOrigin } from "./origin.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import { SimulatedSegments } from "./simulated_segments.ts";

/** The process ends in the middle of a step; what the disk has stays. */
class Killed extends Error {}

const LIMITS = { entriesMax: 1000, bytesMax: 1 << 20 };
const SEGMENT_BYTES = 6000;

/** A disk whose process is killed at its so-many-th step from now on. */
class Desk {
  #left = Infinity;
  readonly disk = new SimulatedDisk(() => 0, () => {
    if (--this.#left < 0) throw new Killed();
  });

  /** All in one boot, so that a clean close goes on with its life. */
  open(): JournalCore {
    return new JournalCore({
      segments: new SimulatedSegments(this.disk),
      node: "site-1",
      hashName: "sha256",
      segmentBytesMax: SEGMENT_BYTES,
      stamp: stampAt(0),
      nowMs: () => 0,
      nonce: () => crypto.getRandomValues(new Uint8Array(8)).toHex(),
    });
  }

  /** Whether an open that is killed at its so-many-th step was through before. */
  opensWithin(steps: number): boolean {
    this.#left = steps;
    try {
      this.open();
      return true;
    } catch (error) {
      if (error instanceof Killed) return false;
      throw error;
    } finally {
      this.#left = Infinity;
    }
  }
}

function append(core: JournalCore, numbers: readonly number[]): void {
  for (const n of numbers) {
    const commit = new GroupCommit(stampAt(0));
    commit.add([numbered(n)]).catch(() => {});
    core.append(commit.batch());
  }
}

/** Kind and body of the entries of a life's audit stream. */
function audit(core: JournalCore, origin: string) {
  const result = core.read(origin, "audit", 0, LIMITS);
  if (result.kind !== "run") return [];
  return [...readContents(result.run.contents)].map(({ kind, body }) => ({
    kind,
    body: JSON.parse(new TextDecoder().decode(body)),
  }));
}

/** A journal of several segments, closed cleanly, of which the given one is damaged. */
function damaged(which: "newest" | "sealed"): Desk {
  const desk = new Desk();
  const core = desk.open();
  // A centre says that it has all of them: so an end that is lost is known to be.
  const { origin } = core;
  const [hash, signature] = [new Uint8Array(32), new Uint8Array(64)];
  core.addReceipts([{ centre: "county-a", origin, stream: "reading", seq: 100, hash, signature }]);
  append(core, range(1, 100));
  core.close();
  const names = desk.disk.names();
  expect(names.length).toBeGreaterThan(2);
  desk.disk.damage(which === "newest" ? names[names.length - 1] : names[1], 3);
  return desk;
}

for (const which of ["newest", "sealed"] as const) {
  test(`G4 G5: a process killed at any step of salvaging the ${which} segment leaves nothing untold`, () => {
    let steps = 0;
    for (let through = false; !through; steps++) {
      const desk = damaged(which);
      through = desk.opensWithin(steps);
      const core = desk.open();
      // The second open goes on as the first would have: a life begins, which tells of the repair.
      const lives = [...new Set(core.positions().map(({ origin }) => origin))]
        .sort((a, b) => (parseOrigin(a)?.life ?? 0) - (parseOrigin(b)?.life ?? 0));
      const told = lives.flatMap((origin) => audit(core, origin))
        .filter(({ kind, body }) => kind === "life" && body.repairs !== undefined);
      expect([steps, told.length > 0]).toEqual([steps, true]);
      for (const { body } of told) expect([steps, body.repairs.missing]).not.toEqual([steps, []]);
      expect(core.origin).toBe(lives.at(-1));
      expect(parseOrigin(core.origin)?.life).toBeGreaterThan(1);
      // What is written now has numbers that were never used.
      const [first] = lives;
      const before = core.positions().find((one) =>
        one.origin === first && one.stream === "reading"
      );
      append(core, [101]);
      const after = core.positions().find((one) =>
        one.origin === first && one.stream === "reading"
      );
      expect(after).toEqual(before);
      core.close();
      // Told once: the next open in the same boot goes on with this life.
      expect(desk.open().origin).toBe(core.origin);
    }
    expect(steps).toBeGreaterThan(4);
  });
}
