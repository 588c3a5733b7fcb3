import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Frame, Weight } from "./frame.ts";
import { Stability, type StabilityRule } from "./stability.ts";

const RULE: StabilityRule = { frames: 5, withinMs: 1000, settleMs: 400 };

const weight = (value: number, more: Partial<Weight> = {}): Weight => ({
  kind: "weight",
  value,
  unit: null,
  net: null,
  tare: null,
  motion: null,
  ...more,
});

/** Whether each frame is stable, one every `everyMs`. */
function seen(frames: readonly Frame[], everyMs = 100, rule = RULE): boolean[] {
  const stability = new Stability(rule);
  return frames.map((frame, index) => stability.see(frame, index * everyMs));
}

const four = Array.from({ length: 4 }, () => weight(4.14));
const five = [...four, weight(4.14)];

describe("W2: a weight is stable", () => {
  test("with the fifth equal frame within a second, and as long as it stays", () => {
    const stable = seen([...five, ...five]);
    expect(stable).toEqual(stable.map((_, index) => index >= 4));
  });

  test.each<[string, readonly Frame[]]>([
    ["a different weight", [...four, weight(4.15), ...four]],
    ["a frame that says that the load moves", [...four, weight(4.14, { motion: true }), ...four]],
    ["net instead of gross", [...four, weight(4.14, { net: true }), ...four]],
    ["another unit", [...four, weight(4.14, { unit: "[lb_av]" }), ...four]],
    ["another tare", [...four, weight(4.14, { tare: 1 }), ...four]],
    ["an overload", [...four, { kind: "trouble", trouble: "overload" }, ...four]],
  ])("not before five in a row: %s begins it anew", (_what, frames) => {
    expect(seen(frames)).not.toContain(true);
  });

  test("not when five take longer than a second", () => {
    expect(seen([...five, ...five], 251)).not.toContain(true);
    expect(seen(five, 250)[4]).toBe(true);
  });

  test("not before the scale had time to settle, however fast it repeats itself", () => {
    const fast = Array.from({ length: 100 }, () => weight(4.14));
    expect(seen(fast, 12).indexOf(true)).toBe(34);
    expect(seen(fast, 12, { ...RULE, settleMs: 0 }).indexOf(true)).toBe(4);
  });

  test("not from frames before and after a silence", () => {
    const stability = new Stability(RULE);
    five.forEach((frame, index) => stability.see(frame, index * 100));
    expect(stability.see(weight(4.14), 5000)).toBe(false);
  });

  test("only ever with a value that the last five frames had", () => {
    const frame = fc.record({ value: fc.constantFrom(1, 2), motion: fc.boolean() })
      .map(({ value, motion }) => weight(value, { motion }));
    const steps = fc.array(fc.tuple(frame, fc.integer({ min: 0, max: 400 })), { minLength: 20 });
    fc.assert(
      fc.property(steps, (all) => {
        const stability = new Stability(RULE);
        let nowMs = 0;
        all.forEach(([one, passed], index) => {
          nowMs += passed;
          if (!stability.see(one, nowMs)) return;
          const last = all.slice(Math.max(0, index - 4), index + 1).map(([before]) => before);
          expect(last).toEqual(
            Array.from({ length: 5 }, () => weight(one.value, { motion: false })),
          );
        });
      }),
      { numRuns: 500 },
    );
  });
});
