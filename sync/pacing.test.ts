import { expect, test } from "vitest";
import { BatchSize, Pacer } from "./pacing.ts";

test("T7: over time no more is sent than the share of the line", () => {
  let nowMs = 0;
  const pacer = new Pacer({ mbit: 20, sharePercent: 50 }, () => nowMs);
  let sent = 0;
  while (nowMs < 60_000) {
    const waitMs = pacer.waitMs();
    if (waitMs > 0) nowMs += waitMs;
    pacer.spent(100_000);
    sent += 100_000;
  }
  // 10 Mbit/s for a minute, the burst of one second, and what is under way at both ends.
  expect(sent).toBeLessThan(1_250_000 * 61 + 200_000);
  expect(sent).toBeGreaterThan(1_250_000 * 59);
});

test("what was not used is not kept for more than a second", () => {
  let nowMs = 0;
  const pacer = new Pacer({ mbit: 8, sharePercent: 100 }, () => nowMs);
  nowMs = 3_600_000;
  pacer.spent(1_100_000);
  expect(pacer.waitMs()).toBeCloseTo(100, 5);
});

test.each([
  { line: "256 kbit/s", bytesPerMs: 32, roundTripMs: 50 },
  { line: "a satellite line", bytesPerMs: 500, roundTripMs: 600 },
  { line: "20 Mbit/s", bytesPerMs: 2500, roundTripMs: 20 },
])("T7: on $line one exchange takes about a second", ({ bytesPerMs, roundTripMs }) => {
  const size = new BatchSize();
  let ms = 0;
  for (let batch = 0; batch < 20; batch++) {
    ms = roundTripMs + size.bytes / bytesPerMs;
    size.took(size.bytes, ms);
  }
  expect(ms).toBeLessThan(1500);
  expect(size.bytes).toBeGreaterThan(16_000);
});

test("small batches for want of entries do not make batches grow", () => {
  const size = new BatchSize();
  const before = size.bytes;
  for (let batch = 0; batch < 20; batch++) size.took(200, 3);
  expect(size.bytes).toBe(before);
});

test("one exchange that was slow makes the next batch small", () => {
  const size = new BatchSize();
  for (let batch = 0; batch < 20; batch++) size.took(size.bytes, 5);
  expect(size.bytes).toBe(1 << 20);
  size.took(1 << 20, 32_000);
  expect(size.bytes).toBe(1 << 15);
});
