/** The suite that every storage of a journal passes, simulated or real. */
import { describe, expect, test } from "vitest";
import { firstHash } from "./chain.ts";
import { range } from "./fixtures.ts";
import type { Block, Change, KeyState, Receipt, Segments, StreamState } from "./segments.ts";
import { createSegment, DamagedSegment, ONE_BLOCK } from "./segments.ts";

const ORIGIN = "site-1.1-00112233445566ff";

/** A storage that can be left and opened again. */
export interface StorageRig extends Disposable {
  /** The storage as a new process finds it. */
  open(): Segments;
}

function block(first: number, last: number, bytes = 10): Block {
  const count = last - first + 1;
  return {
    first,
    last,
    contents: new Uint8Array(count * bytes).fill(first),
    hashes: new Uint8Array(count * 32).fill(last),
    previous: new Uint8Array(32).fill(first - 1),
    signature: null,
  };
}

function blockChange(one: Block, stream = "reading"): Change {
  return { kind: "block", origin: ORIGIN, stream, block: one };
}

function streamState(seq: number, stream = "reading"): StreamState {
  const hash = new Uint8Array(32).fill(seq);
  return { origin: ORIGIN, stream, seq, hash, floor: 1, floorHash: firstHash() };
}

function key(id: string, order: number, digest: number | null = 1): KeyState {
  return {
    channel: "mqtt a",
    id,
    digest: digest === null ? null : new Uint8Array(32).fill(digest),
    atMs: order * 10,
    windowMs: 1000,
    order,
  };
}

function receipt(seq: number): Receipt {
  const hash = new Uint8Array(32).fill(seq);
  const signature = new Uint8Array(64).fill(seq);
  return { centre: "county-a", origin: ORIGIN, stream: "reading", seq, hash, signature };
}

function meta(name: string, value: string): Change {
  return { kind: "meta", name, value };
}

export function describeStorage(name: string, rig: () => StorageRig): void {
  describe(`the storage contract: ${name}`, () => {
    test("what was committed is there after it was opened again", () => {
      using storage = rig();
      const segment = createSegment(storage.open(), "00000001", []);
      segment.commit([
        blockChange(block(1, 3)),
        { kind: "stream", state: streamState(3) },
        { kind: "key", key: key("7", 1) },
        { kind: "receipt", receipt: receipt(2) },
        meta("origin", ORIGIN),
      ]);
      segment.close();
      const again = storage.open();
      expect(again.names()).toEqual(["00000001"]);
      const opened = again.open("00000001");
      expect(opened.state()).toEqual({
        streams: [streamState(3)],
        receipts: [receipt(2)],
        meta: new Map([["origin", ORIGIN]]),
        ranges: [{ origin: ORIGIN, stream: "reading", first: 1, last: 3 }],
        keys: { count: 1, order: 1, atMs: 10 },
      });
      expect(opened.blocks(ORIGIN, "reading", 1, ONE_BLOCK)).toEqual([block(1, 3)]);
      expect(opened.key("mqtt a", "7")).toEqual(key("7", 1));
      opened.close();
    });

    test("a commit of which one change cannot be made changes nothing", () => {
      using storage = rig();
      const segment = createSegment(storage.open(), "00000001", []);
      segment.commit([blockChange(block(1, 3)), meta("a", "1")]);
      expect(() => segment.commit([meta("a", "2"), blockChange(block(3, 3))])).toThrow();
      expect(segment.state().meta.get("a")).toBe("1");
      expect(segment.blocks(ORIGIN, "reading", 1, ONE_BLOCK)).toEqual([block(1, 3)]);
      segment.commit([meta("a", "3"), blockChange(block(4, 4))]);
      expect(segment.state().meta.get("a")).toBe("3");
      segment.close();
    });

    test("later values replace earlier ones, and both streams of a name are kept apart", () => {
      using storage = rig();
      const segment = createSegment(storage.open(), "00000001", []);
      segment.commit([
        { kind: "stream", state: streamState(1) },
        { kind: "receipt", receipt: receipt(1) },
        { kind: "key", key: key("7", 1) },
      ]);
      segment.commit([
        { kind: "stream", state: { ...streamState(5), floor: 3 } },
        { kind: "stream", state: streamState(2, "alarm") },
        { kind: "receipt", receipt: receipt(4) },
        { kind: "key", key: key("7", 2, null) },
      ]);
      const { streams, receipts, keys } = segment.state();
      expect(streams).toEqual([{ ...streamState(5), floor: 3 }, streamState(2, "alarm")]);
      expect(receipts).toEqual([receipt(4)]);
      expect(keys).toEqual({ count: 1, order: 2, atMs: 20 });
      segment.close();
    });

    test.each([
      { what: "one block at least", from: 1, limits: ONE_BLOCK, lasts: [2] },
      { what: "a block is found by any entry in it", from: 4, limits: ONE_BLOCK, lasts: [4] },
      { what: "entries", from: 1, limits: { entriesMax: 3, bytesMax: 1e9 }, lasts: [2, 4] },
      {
        what: "entries from inside",
        from: 2,
        limits: { entriesMax: 3, bytesMax: 1e9 },
        lasts: [2, 4],
      },
      { what: "bytes", from: 1, limits: { entriesMax: 1e9, bytesMax: 41 }, lasts: [2, 4, 6] },
      {
        what: "bytes to the letter",
        from: 1,
        limits: { entriesMax: 1e9, bytesMax: 40 },
        lasts: [2, 4],
      },
      { what: "behind the end", from: 101, limits: ONE_BLOCK, lasts: [] },
    ])("a read ends with the block that reaches a limit: $what", ({ from, limits, lasts }) => {
      using storage = rig();
      const segment = createSegment(storage.open(), "00000001", []);
      for (const number of range(1, 50)) {
        segment.commit([blockChange(block(2 * number - 1, 2 * number))]);
      }
      const found = segment.blocks(ORIGIN, "reading", from, limits);
      expect(found.map(({ last }) => last)).toEqual(lasts);
      segment.close();
    });

    test("keys come in the order of their claims, and releases are no claims", () => {
      using storage = rig();
      const segment = createSegment(storage.open(), "00000001", []);
      for (const [id, order] of [["b", 3], ["a", 1], ["c", 2]] as const) {
        segment.commit([{ kind: "key", key: key(id, order) }]);
      }
      expect([...segment.keys()].map(({ id }) => id)).toEqual(["a", "c", "b"]);
      const places = (id: string, max: number) =>
        segment.keysBehind("mqtt a", id, max).map((one) => one.id);
      expect(segment.keysBehind("", "", 2).map(({ id }) => id)).toEqual(["a", "b"]);
      expect(places("b", 2)).toEqual(["c"]);
      expect(places("c", 2)).toEqual([]);
      expect(segment.hasClaims("mqtt a", 2)).toBe(true);
      expect(segment.hasClaims("mqtt a", 3)).toBe(false);
      expect(segment.hasClaims("mqtt b", 0)).toBe(false);
      segment.commit([{ kind: "key", key: key("b", 4, null) }]);
      expect(segment.hasClaims("mqtt a", 2)).toBe(false);
      segment.close();
    });

    test("segments come in the order of their names, and one that was unlinked is gone", () => {
      using storage = rig();
      const segments = storage.open();
      for (const name of ["00000002", "00000001", "00000003"]) {
        const segment = createSegment(segments, name, []);
        segment.commit([meta("name", name)]);
        segment.seal();
        segment.close();
      }
      segments.unlink("00000002");
      const again = storage.open();
      expect(again.names()).toEqual(["00000001", "00000003"]);
      const opened = again.open("00000003");
      expect(opened.state().meta.get("name")).toBe("00000003");
      opened.close();
    });

    test("a segment is there once it was published, whole, and not before or without", () => {
      using storage = rig();
      const segments = storage.open();
      const dropped = segments.draft("00000001");
      dropped.add([meta("a", "1")]);
      expect(segments.names()).toEqual([]);
      dropped.discard();
      expect(segments.names()).toEqual([]);
      const draft = segments.draft("00000001");
      draft.add([blockChange(block(1, 3)), meta("a", "1")]);
      draft.add([blockChange(block(4, 6)), meta("a", "2")]);
      const segment = draft.publish();
      draft.discard();
      expect(segments.names()).toEqual(["00000001"]);
      segment.commit([blockChange(block(7, 7))]);
      segment.close();
      const again = storage.open().open("00000001");
      expect(again.state().meta.get("a")).toBe("2");
      const limits = { entriesMax: 100, bytesMax: 1e9 };
      expect(again.blocks(ORIGIN, "reading", 1, limits).map(({ last }) => last)).toEqual([3, 6, 7]);
      again.close();
    });

    test("what is left of a segment that is not closed is all that was committed", () => {
      using storage = rig();
      const segments = storage.open();
      const segment = createSegment(segments, "00000001", [[blockChange(block(1, 3))]]);
      segment.commit([
        blockChange(block(4, 5, 9000)),
        { kind: "stream", state: streamState(5) },
        { kind: "key", key: key("7", 1) },
        { kind: "receipt", receipt: receipt(2) },
        meta("origin", ORIGIN),
      ]);
      segment.abandon();
      const remains = segments.salvage("00000001");
      const blocks = [...remains.blocks()].map(({ owners, block }) => {
        expect(owners).toContainEqual(
          expect.objectContaining({ origin: ORIGIN, stream: "reading" }),
        );
        return block;
      });
      expect(blocks).toContainEqual(block(1, 3));
      expect(blocks).toContainEqual(block(4, 5, 9000));
      expect(remains.streams).toContainEqual(streamState(5));
      expect(remains.keys).toContainEqual(key("7", 1));
      expect(remains.receipts).toContainEqual(receipt(2));
      expect(remains.meta).toContainEqual(["origin", ORIGIN]);
    });

    test("a segment that was set aside is in the row no more, and its name is free", () => {
      using storage = rig();
      const segments = storage.open();
      const segment = createSegment(segments, "00000001", [[meta("a", "1")]]);
      segment.abandon();
      segments.setAside("00000001", { reason: "a test", copied: false });
      expect(storage.open().names()).toEqual([]);
      const other = createSegment(segments, "00000001", [[meta("a", "2")]]);
      expect(other.state().meta.get("a")).toBe("2");
      other.close();
    });

    test("a segment that is not there is damage, of which nothing is left", () => {
      using storage = rig();
      const segments = storage.open();
      expect(() => segments.open("00000009")).toThrow(DamagedSegment);
      expect([...segments.salvage("00000009").blocks()]).toEqual([]);
    });

    test("bytes grow with what is stored", () => {
      using storage = rig();
      const segment = createSegment(storage.open(), "00000001", []);
      const before = segment.bytes();
      for (const number of range(1, 20)) {
        segment.commit([blockChange(block(number, number, 10_000))]);
      }
      expect(segment.bytes() - before).toBeGreaterThan(150_000);
      segment.close();
    });
  });
}
