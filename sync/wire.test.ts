import { randomBytes } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CLOCK_STATES, writeContent } from "./entry.ts";
import { OctetsError, OctetWriter } from "./octets.ts";
import type { SignedRun } from "./run.ts";
import { decodeBatch, encodeBatch } from "./wire.ts";

const content = fc.record({
  wallMs: fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
  bootMs: fc.integer({ min: 0, max: 2 ** 50 }),
  bootId: fc.constantFrom("00".repeat(16), "ab".repeat(16)),
  clock: fc.constantFrom(...CLOCK_STATES),
  kind: fc.constantFrom("reading", "state", "告警"),
  body: fc.string({ unit: "binary", maxLength: 60 }),
});

const run = fc.record({
  origin: fc.string({ unit: "binary", maxLength: 50 }),
  stream: fc.constantFrom("alarm", "reading"),
  first: fc.integer({ min: 1, max: 2 ** 40 }),
  entries: fc.array(content, { minLength: 1, maxLength: 20 }),
}).map(({ origin, stream, first, entries }): SignedRun => {
  const writer = new OctetWriter(1);
  for (const { kind, body, ...time } of entries) writeContent(writer, time, kind, body);
  return {
    origin,
    stream,
    first,
    last: first + entries.length - 1,
    contents: writer.bytes(),
    previousTag: new Uint8Array(8).fill(1),
    hashTag: new Uint8Array(8).fill(2),
    signature: new Uint8Array(64).fill(3),
  };
});

test("a batch reads back byte for byte as it was written", () => {
  fc.assert(fc.property(fc.array(run, { maxLength: 5 }), (runs) => {
    const plain = (list: readonly SignedRun[]) =>
      list.map((one) => ({ ...one, contents: one.contents.toHex() }));
    expect(plain(decodeBatch(encodeBatch(runs)))).toEqual(plain(runs));
  }));
});

test("a batch that was damaged is an OctetsError, never a crash and never another batch", () => {
  fc.assert(fc.property(run, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, flip) => {
    const good = encodeBatch([one]);
    const damaged = good.slice();
    damaged[at % damaged.length] ^= flip;
    try {
      decodeBatch(damaged);
    } catch (error) {
      expect(error).toBeInstanceOf(OctetsError);
    }
  }));
});

test.each([
  ["nothing", new Uint8Array()],
  ["no zstd", new Uint8Array(randomBytes(100))],
  ["another version", zstdCompressSync(new Uint8Array([9, 0]))],
  ["a run count over the limit", zstdCompressSync(new Uint8Array([1, 255, 255, 255, 1]))],
  ["bytes behind the end", zstdCompressSync(new Uint8Array([1, 0, 0]))],
  ["a number over 2^53", zstdCompressSync(new Uint8Array([1, ...new Array(12).fill(255), 1]))],
])("a batch of %s is refused", (_what, bytes) => {
  expect(() => decodeBatch(new Uint8Array(bytes))).toThrow(OctetsError);
});

test("a batch that would decompress to gigabytes is refused before it does", () => {
  // 64 frames of 32 MiB of zeros, a few kilobytes each: two gigabytes if nobody stops.
  const frame = zstdCompressSync(new Uint8Array(32 << 20));
  const bomb = Buffer.concat(new Array(64).fill(frame));
  const refused = expect(() => decodeBatch(new Uint8Array(bomb)));
  refused.toThrow(OctetsError);
  // The decompressor itself stopped at the limit: who looks at the size afterwards has had it all.
  refused.toThrow(expect.objectContaining({
    cause: expect.objectContaining({ code: "ERR_BUFFER_TOO_LARGE" }),
  }));
});
