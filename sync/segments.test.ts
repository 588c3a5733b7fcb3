import { describe, expect, test } from "vitest";
import { TemporaryFolder } from "./fixtures.ts";
import { LibsqlSegments } from "./libsql_segments.ts";
import { describeStorage } from "./segments_conformance.ts";
import {
  DiskError,
  type DiskStep,
  SimulatedDisk,
  SimulatedSegments,
} from "./simulated_segments.ts";

describeStorage("libsql files", () => {
  const folder = new TemporaryFolder();
  return {
    open: () => new LibsqlSegments({ directory: folder.path }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
});

describeStorage("encrypted libsql files", () => {
  const folder = new TemporaryFolder();
  const encryptionKey = "ab".repeat(32);
  return {
    open: () => new LibsqlSegments({ directory: folder.path, encryptionKey }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
});

describeStorage("a simulated disk", () => {
  const disk = new SimulatedDisk(() => 0);
  return { open: () => new SimulatedSegments(disk), [Symbol.dispose]: () => {} };
});

describe("a simulated power cut", () => {
  const meta = (value: string) => [{ kind: "meta", name: "a", value } as const];

  /** A disk that fails at the given step of the commit that follows. */
  function failing(random: () => number, at: DiskStep) {
    let armed = false;
    const disk = new SimulatedDisk(random, (step) => {
      if (armed && step === at) throw new DiskError(`no ${step}`);
    });
    const segment = new SimulatedSegments(disk).create("1");
    segment.commit(meta("1"));
    armed = true;
    expect(() => segment.commit(meta("2"))).toThrow(DiskError);
    armed = false;
    return disk;
  }
  const found = (disk: SimulatedDisk) =>
    new SimulatedSegments(disk).open("1")?.state().meta.get("a");

  test.each(
    [
      { at: "write", random: 0.99, left: "1" },
      { at: "sync", random: 0, left: "1" },
      { at: "sync", random: 0.99, left: "2" },
      { at: "synced", random: 0, left: "2" },
    ] as const,
  )("before $at, with $random as chance, leaves $left", ({ at, random, left }) => {
    const disk = failing(() => random, at);
    disk.powerCut();
    expect(found(disk)).toBe(left);
  });

  test("a commit that was not synced is seen by the next process, and lost by the power", () => {
    const disk = failing(() => 0, "sync");
    expect(found(disk)).toBe("2");
    disk.powerCut();
    expect(found(disk)).toBe("1");
  });
});
