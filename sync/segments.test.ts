import { describe, expect, test } from "vitest";
import { TemporaryFolder } from "./fixtures.ts";
import { LibsqlSegments } from "./libsql_segments.ts";
import { createSegment } from "./segments.ts";
import { describeStorage } from "./segments_conformance.ts";
import { DiskError, type DiskStep, SimulatedDisk } from "./simulated_disk.ts";
import { SimulatedSegments } from "./simulated_segments.ts";

describeStorage("libsql files", () => {
  const folder = new TemporaryFolder();
  return {
    open: () => new LibsqlSegments({ directory: folder.path }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
});

describeStorage("encrypted libsql files", () => {
  const folder = new TemporaryFolder();
  const encryptionKeys = ["ab".repeat(32)];
  return {
    open: () => new LibsqlSegments({ directory: folder.path, encryptionKeys }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
});

describeStorage("a simulated disk", () => {
  const disk = new SimulatedDisk(() => 0);
  return { open: () => new SimulatedSegments(disk), [Symbol.dispose]: () => {} };
});

describe("a simulated power cut", () => {
  const meta = (value: string) => [{ kind: "meta", name: "a", value } as const];

  /** A disk that fails at the given step of the commit that follows, or whose power does. */
  function failing(random: () => number, at: DiskStep, failure = new Error("the power failed")) {
    let armed = false;
    const disk = new SimulatedDisk(random, (step) => {
      if (armed && step === at) throw failure;
    });
    const segment = createSegment(new SimulatedSegments(disk), "00000001", []);
    segment.commit(meta("1"));
    armed = true;
    expect(() => segment.commit(meta("2"))).toThrow(failure.message);
    armed = false;
    return disk;
  }
  const found = (disk: SimulatedDisk) =>
    new SimulatedSegments(disk).open("00000001").state().meta.get("a");

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

  test("a commit whose sync failed is seen, and lost with the power; no other may follow it", () => {
    const read = (disk: SimulatedDisk) =>
      disk.remains("00000001").flatMap((change) => change.kind === "meta" ? [change.value] : []);
    let armed = false;
    const disk = new SimulatedDisk(() => 0.99, (step) => {
      if (armed && step === "sync") throw new DiskError("no sync");
    });
    const segment = createSegment(new SimulatedSegments(disk), "00000001", [meta("1")]);
    armed = true;
    expect(() => segment.commit(meta("2"))).toThrow(DiskError);
    armed = false;
    expect(() => segment.commit(meta("3"))).toThrow("Cannot write a segment again that failed");
    expect(read(disk)).toEqual(["1", "2"]);
    disk.powerCut();
    expect(found(disk)).toBe("1");
  });

  test("a file that is opened again is written anew, so that what is seen of it stays", () => {
    const disk = failing(() => 0.99, "sync", new DiskError("no sync"));
    expect(found(disk)).toBe("2");
    disk.powerCut();
    expect(found(disk)).toBe("2");
  });
});
