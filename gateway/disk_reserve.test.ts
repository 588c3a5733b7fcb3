import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TemporaryFolder } from "../sync/fixtures.ts";
import { DiskReserve, roomOf } from "./disk_reserve.ts";
import { SmallDisk } from "./fixture_small_disk.ts";

const MIB = 1 << 20;
const { signal } = new AbortController();

/** A reserve on a file system of 8 MiB. */
class Desk implements Disposable {
  readonly folder = new TemporaryFolder();
  readonly disk = new SmallDisk(join(this.folder.path, "data"), 8 * MIB);
  readonly path = join(this.disk.path, "reserve");

  open(bytesMax: number): DiskReserve {
    return new DiskReserve(this.path, bytesMax, () => roomOf(this.disk.path));
  }

  [Symbol.dispose](): void {
    this.disk[Symbol.dispose]();
    this.folder[Symbol.dispose]();
  }
}

describe("G2: the space that is kept for alarms and audit", () => {
  test("is really taken, and a tenth of a small file system at most", async () => {
    using desk = new Desk();
    const reserve = desk.open(128 * MIB);
    const before = desk.disk.freeBytes;
    await reserve.restore(signal);
    expect(reserve.bytes).toBe(Math.floor(0.8 * MIB));
    const taken = before - desk.disk.freeBytes;
    expect(taken).toBeGreaterThanOrEqual(reserve.bytes);
    expect(taken).toBeLessThan(reserve.bytes + 64 * 1024);
    expect(reserve.writtenBytes).toBe(reserve.bytes);
  });

  test("is given up by as much as is needed, and all of it in the end", async () => {
    using desk = new Desk();
    const reserve = desk.open(0.5 * MIB);
    await reserve.restore(signal);
    desk.disk.fillTo(100);
    expect(desk.disk.freeBytes).toBe(0);
    reserve.makeRoom(100 * 1024);
    expect(desk.disk.freeBytes).toBeGreaterThanOrEqual(100 * 1024);
    expect(desk.disk.freeBytes).toBeLessThan(112 * 1024);
    const left = reserve.bytes;
    reserve.makeRoom(50 * 1024);
    expect(reserve.bytes).toBe(left);
    reserve.makeRoom(4 * MIB);
    expect(reserve.bytes).toBe(0);
    expect(reserve.lackingBytes).toBe(0.5 * MIB);
  });

  test("is there again once there is space, also after a restart", async () => {
    using desk = new Desk();
    const reserve = desk.open(0.5 * MIB);
    await reserve.restore(signal);
    reserve.giveUp(0.3 * MIB);
    const reopened = desk.open(0.5 * MIB);
    expect(reopened.bytes).toBeLessThan(0.21 * MIB);
    await reopened.restore(signal);
    expect(reopened.bytes).toBe(0.5 * MIB);
    expect(Deno.statSync(desk.path).size).toBe(0.5 * MIB);
  });

  test("takes what there is where the disk is full in the middle of it", async () => {
    using desk = new Desk();
    desk.disk.fillTo(97);
    const reserve = desk.open(0.5 * MIB);
    await reserve.restore(signal);
    expect(reserve.bytes).toBeLessThan(0.5 * MIB);
    expect(reserve.bytes).toBe(Deno.statSync(desk.path).size);
    desk.disk.clear();
    await reserve.restore(signal);
    expect(reserve.lackingBytes).toBe(0);
  });

  test("is made smaller where the configuration says so, and none where it says none", () => {
    using desk = new Desk();
    Deno.writeFileSync(desk.path, new Uint8Array(MIB));
    expect(desk.open(0.5 * MIB).bytes).toBe(0.5 * MIB);
    expect(desk.open(0).bytes).toBe(0);
  });
});
