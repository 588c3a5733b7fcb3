import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DeviceState, StateItem } from "./driver.ts";
import { isDue, isNews, REASON_MS } from "./told_state.ts";

const told = (state: DeviceState, reason: string, receivedMs = 0): StateItem => ({
  kind: "state",
  device: "device-1",
  state,
  reason,
  receivedMs,
});

describe("what is told of a device's state", () => {
  test.each<[string, StateItem | undefined, StateItem, boolean]>([
    ["the first word", undefined, told("online", "it answers"), true],
    ["another state", told("degraded", "no answer"), told("offline", "no answer"), true],
    ["the same again", told("offline", "no answer"), told("offline", "no answer"), false],
    ["another reason", told("degraded", "no answer"), told("degraded", "wrong CRC"), true],
    [
      "another number",
      told("degraded", "3 of 60 wrong"),
      told("degraded", "12 of 71 wrong"),
      false,
    ],
    ["how it came back", told("online", "it answers"), told("online", "it sends"), false],
  ])("%s is news, or not", (_what, before, now, news) => {
    expect(isNews(before, now)).toBe(news);
  });

  test.each([
    [REASON_MS - 1, false],
    [REASON_MS, true],
  ])("another reason %i ms later is told: %s", (ms, due) => {
    expect(isDue(told("degraded", "no answer", 5), told("degraded", "wrong CRC", 5 + ms))).toBe(
      due,
    );
  });

  test("another state is told at once, whatever was told just before", () => {
    expect(isDue(told("degraded", "no answer"), told("offline", "no answer", 1))).toBe(true);
  });

  test("a reason that lasts is told within the interval, and none more often than that", () => {
    const polls = fc.array(
      fc.record({ afterMs: fc.integer({ min: 1, max: 9000 }), reason: fc.constantFrom("a", "b") }),
      { maxLength: 60 },
    );
    fc.assert(fc.property(polls, (polls) => {
      let last: StateItem | undefined;
      let nowMs = 0;
      let otherSinceMs: number | null = null;
      for (const { afterMs, reason } of polls) {
        nowMs += afterMs;
        const now = told("degraded", reason, nowMs);
        if (isDue(last, now)) {
          if (last !== undefined) expect(nowMs - last.receivedMs).toBeGreaterThanOrEqual(REASON_MS);
          last = now;
        }
        otherSinceMs = last?.reason === reason ? null : otherSinceMs ?? nowMs;
        if (otherSinceMs !== null) expect(nowMs - otherSinceMs).toBeLessThan(REASON_MS);
      }
    }));
  });
});
