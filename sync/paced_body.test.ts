import { setImmediate } from "node:timers";
import { expect, test } from "vitest";
import { Buffers } from "./buffers.ts";
import { until } from "./fixtures.ts";
import { BodyTooSlow, pacedBody } from "./paced_body.ts";
import { readBody } from "./read_body.ts";

const MIB = 1 << 20;
/** Long beside what a part takes that is there, short for a test. */
const PACE = { spanMs: 100, spanBytes: MIB, totalMs: 60_000 };

/** A sender who gives so many bytes at first, and then one at a time for ever. */
function dripping(firstBytes: number) {
  const state = { cancelled: false };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(new Uint8Array(firstBytes)),
    async pull(controller) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!state.cancelled) controller.enqueue(new Uint8Array(1));
    },
    cancel: () => {
      state.cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { request: new Request("http://a/", { method: "POST", body }), body, state };
}

test("a body that drips is given up, and the room of what came of it is free", async () => {
  const buffers = new Buffers(PACE);
  const { request, state } = dripping(7 * MIB);
  const reading = buffers.read(request, 8 * MIB);
  await until("most of it is there", () => buffers.bytes >= 7 * MIB);
  expect(await reading).toEqual({ kind: "cut" });
  expect(buffers.bytes).toBe(0);
  await until("the sender is told", () => state.cancelled);
});

test("a body that comes fast enough at each moment, but takes too long, is given up", async () => {
  const { body } = dripping(1);
  const parts = pacedBody(body, { spanMs: 60_000, spanBytes: 1, totalMs: 100 });
  await expect(Array.fromAsync(parts)).rejects.toThrow(BodyTooSlow);
});

test("a small body that does not come is refused by who reads it", async () => {
  const { request } = dripping(1);
  await expect(readBody(request, MIB, PACE)).rejects.toThrow(BodyTooSlow);
});

test("a body that comes at its pace is whole, and keeps its room until it is worked on", async () => {
  const buffers = new Buffers(PACE);
  const body = new Uint8Array(MIB).fill(7);
  const read = await buffers.read(new Request("http://a/", { method: "POST", body }), 8 * MIB);
  if (read.kind !== "body") throw new Error(read.kind);
  expect(read.body).toEqual(body);
  expect(buffers.bytes).toBe(MIB);
  read.free();
  expect(buffers.bytes).toBe(0);
});
