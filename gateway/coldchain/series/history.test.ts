import fc from "fast-check";
import { expect, test } from "vitest";
import { carrySchema, firstCarry } from "./carry.ts";
import { MINUTE_MS, MORNING_MS, rulesOf, toldOf, watching } from "./fixture_series.ts";
import { foldSamples, foldTail } from "./fold.ts";
import { type History, outcomeOf, withSamples } from "./history.ts";
import type { Sample } from "./sample.ts";
import { addedUp, toldSchema } from "./told.ts";

/** With levels, both sides, cumulative ones, and days that begin anew. */
const RULES = [
  ...rulesOf("platform-transport"),
  ...rulesOf("shipping-type-1"),
  ...rulesOf("strict").map((rule) => ({ ...rule, overMidnight: false, holdMinutes: 20 })),
  ...rulesOf("shipping-type-2").map((rule) => ({ ...rule, overMidnight: false, holdMinutes: 30 })),
];
const WATCH = watching(RULES);
const KEPT = { ...WATCH, span: 7 };

/** What happens from one sample to the next: time, a jump of the wall clock, a restart. */
const step = fc.record({
  celsius: fc.oneof(
    { arbitrary: fc.constantFrom(-0.5, 1.9, 2, 5, 8, 8.1, 10, 31, 45), weight: 8 },
    { arbitrary: fc.constant(null), weight: 1 },
  ),
  ms: fc.constantFrom(MINUTE_MS, MINUTE_MS, MINUTE_MS, 90_000, 2 * MINUTE_MS + 1, 11 * 3_600_000),
  jumpMs: fc.constantFrom(0, 0, 0, 0, 0, 0, 86_400_000, -3_600_000),
  restart: fc.constantFrom(false, false, false, false, true),
  trusted: fc.constantFrom(true, true, true, false),
});

const series = fc.array(step, { minLength: 1, maxLength: 60 }).map((steps) => {
  let [wallMs, bootMs, boot] = [MORNING_MS, 0, 0];
  return steps.map(({ celsius, ms, jumpMs, restart, trusted }, index): Sample => {
    wallMs += ms + jumpMs;
    bootMs = restart ? 5 : bootMs + ms;
    if (restart) boot++;
    return {
      place: [1 + Math.floor(index / 40), index],
      wallMs,
      boot: { id: String(boot), ms: bootMs },
      trusted,
      celsius,
    };
  });
});

const arrivals = series.chain((samples) =>
  fc.record({
    samples: fc.constant(samples),
    order: fc.shuffledSubarray(samples, { minLength: samples.length }),
    cuts: fc.array(fc.nat({ max: samples.length }), { maxLength: 6 }),
    repeats: fc.subarray(samples),
  })
);

/** Cut where `cuts` say. */
function batches(samples: readonly Sample[], cuts: readonly number[]): Sample[][] {
  const edges = [0, ...[...cuts].sort((one, other) => one - other), samples.length];
  return edges.slice(1).map((edge, index) => samples.slice(edges[index], edge));
}

const RUNS = { numRuns: 500 };

test("C3: the order of arrival never changes the outcome, nor does what comes again", () => {
  fc.assert(
    fc.property(arrivals, ({ samples, order, cuts, repeats }) => {
      const inOrder = outcomeOf(withSamples([], samples, KEPT), null, WATCH);
      let history: History = [];
      for (const batch of [...batches(order, cuts), repeats]) {
        history = withSamples(history, batch, KEPT);
      }
      expect(outcomeOf(history, null, WATCH)).toEqual(inOrder);
      expect(inOrder.told).toEqual(toldOf(samples, WATCH));
    }),
    RUNS,
  );
});

test("C3: splitting anywhere changes nothing, with a restart between any two parts", () => {
  fc.assert(
    fc.property(arrivals, ({ samples, cuts }) => {
      let carry = firstCarry(RULES);
      const parts = batches(samples, cuts).map((batch) => {
        const folded = foldSamples(carry, batch, WATCH);
        carry = carrySchema.parse(JSON.parse(JSON.stringify(folded.carry)));
        return toldSchema.parse(JSON.parse(JSON.stringify(folded.told)));
      });
      const told = addedUp([...parts, foldTail(carry, null, WATCH).told].reverse());
      expect(told).toEqual(toldOf(samples, WATCH));
    }),
    RUNS,
  );
});

test("C3: the same samples twice tell the same twice", () => {
  fc.assert(
    fc.property(series, (samples) => {
      expect(toldOf(samples, WATCH)).toEqual(toldOf(samples, WATCH));
    }),
    RUNS,
  );
});

test("C3: every millisecond of a steady clock is known, at fault or a gap", () => {
  const steady = fc.array(fc.tuple(step, fc.boolean()), { minLength: 2, maxLength: 60 })
    .map((steps) => {
      let ms = MORNING_MS;
      return steps.map(([{ celsius, ms: more }]): Sample => {
        ms += more;
        return { place: [0, ms], wallMs: ms, boot: null, trusted: true, celsius };
      });
    });
  fc.assert(
    fc.property(steady, (samples) => {
      const { days } = toldOf(samples, WATCH, false);
      const whole = days.reduce(
        (sum, { known, faultMs, gapMs }) =>
          sum + faultMs + gapMs + known.reduce((all, [, ms]) => all + ms, 0),
        0,
      );
      expect(whole).toBe(samples[samples.length - 1].wallMs - samples[0].wallMs);
    }),
    RUNS,
  );
});

test("a place with two values is refused, and so is going backwards", () => {
  const one = { place: [1, 1], wallMs: 0, boot: null, trusted: true, celsius: 5 };
  const history = withSamples([], [one], KEPT);
  expect(() => withSamples(history, [{ ...one, celsius: 6 }], KEPT)).toThrow("has this place");
  const { carry } = foldSamples(firstCarry(RULES), [one], WATCH);
  expect(() => foldSamples(carry, [one], WATCH)).toThrow("not behind");
});
