import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { partsOf, samplesOf, SETTING } from "./fixture_cycle.ts";
import { judge } from "./judge.ts";
import {
  type CycleRecord,
  EMPTY_CYCLE,
  type Sample,
  SAMPLES_MAX,
  sampleSchema,
  withSamples,
} from "./sample.ts";
import { cyclesIn } from "./cycle_cut.ts";

/** A cycle with something of everything: heat that wanders, faults, a clock that is set. */
const wandering = fc.record({
  hold: fc.integer({ min: 200, max: 280 }),
  temperatures: fc.array(fc.constantFrom(134, 134.5, 136.9, 133.9, 137.1), { maxLength: 4 }),
  blindAt: fc.integer({ min: 0, max: 300 }),
  blindFor: fc.integer({ min: 0, max: 12 }),
  setAt: fc.option(fc.integer({ min: 1, max: 320 })),
  hidden: fc.boolean(),
}).map(({ hold, temperatures, blindAt, blindFor, setAt, hidden }): Sample[] => {
  const swings = new Map(temperatures.map((cel, index) => [60 + index * 40, cel]));
  return samplesOf(partsOf(hold), hidden).map((sample, index) => {
    const cel = swings.get(index);
    const isBlind = index >= blindAt && index < blindAt + blindFor;
    const seen = cel === undefined ? sample.temperaturesCel : { chamber: cel };
    const wallMs = sample.wallMs + (setAt !== null && index >= setAt ? 5000 : 0);
    return { ...sample, wallMs, temperaturesCel: isBlind ? { chamber: null } : seen };
  });
});

/** A record that was written down and read again, as after a crash. */
function throughJson(record: CycleRecord): CycleRecord {
  const { samples, overflown } = JSON.parse(JSON.stringify(record));
  return { samples: samples.map((one: unknown) => sampleSchema.parse(one)), overflown };
}

describe("a cycle's samples", () => {
  test("S1 S3 T12 neither batches, nor the order of arrival, nor repeats change the judgement", () => {
    const property = fc.property(
      wandering,
      fc.infiniteStream(fc.nat()),
      fc.integer({ min: 15, max: 90 }),
      (samples, randoms, size) => {
        const expected = judge(
          { record: withSamples(EMPTY_CYCLE, samples), ended: true, deviceSays: null },
          SETTING,
        );
        const shuffled = samples.map((sample) => ({ sample, at: randoms.next().value ?? 0 }))
          .sort((one, other) => one.at - other.at).map(({ sample }) => sample);
        let record = EMPTY_CYCLE;
        for (let index = 0; index < shuffled.length; index += size) {
          const batch = shuffled.slice(index, index + size);
          record = throughJson(withSamples(record, [...batch, ...batch.slice(0, 2)]));
        }
        expect(judge({ record, ended: true, deviceSays: null }, SETTING)).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 40 });
  });

  test("S3 has a limit, beyond which it is undetermined, in whatever order they came", () => {
    const samples = samplesOf([{ phase: "hold", cel: 134, count: SAMPLES_MAX + 5 }]);
    const forth = withSamples(EMPTY_CYCLE, samples);
    const back = [...samples].reverse();
    const half = withSamples(withSamples(EMPTY_CYCLE, back.slice(0, 9000)), back.slice(9000));
    expect(half).toEqual(forth);
    expect(forth.samples).toHaveLength(SAMPLES_MAX);
    const { verdict, reasons } = judge({ record: forth, ended: true, deviceSays: null }, SETTING);
    expect(verdict).toBe("undetermined");
    expect(reasons.map(({ code }) => code)).toEqual(["too-long"]);
    const full = withSamples(EMPTY_CYCLE, samples.slice(0, SAMPLES_MAX));
    expect(full.overflown).toBe(false);
  });
});

describe("cycles in a device's stream", () => {
  const phases = (...names: readonly (Sample["phase"])[]) =>
    names.map((phase, index) => ({ ...samplesOf(partsOf(1))[0], seq: index, phase }));
  const found = (...names: readonly (Sample["phase"])[]) =>
    cyclesIn(phases(...names)).map((cycle) => cycle.map(({ phase }) => phase));

  test("S6 go from the first phase that runs to the one that does not", () => {
    expect(found("idle", "air-removal", "hold", "drying", "complete", "idle", "heating", "hold"))
      .toEqual([["air-removal", "hold", "drying", "complete"], ["heating", "hold"]]);
  });

  test("S6 what starts over after a hold is the next cycle, also where no pause was seen", () => {
    expect(found("heating", "hold", "exhaust", "air-removal", "heating", "hold"))
      .toEqual([["heating", "hold", "exhaust"], ["air-removal", "heating", "hold"]]);
    expect(found("air-removal", "heating", "air-removal", "hold"))
      .toEqual([["air-removal", "heating", "air-removal", "hold"]]);
  });

  test("S6 a sample without a phase belongs to the cycle it stands in", () => {
    expect(found(null, "heating", null, "hold", "idle", null))
      .toEqual([["heating", null, "hold", "idle"]]);
  });
});
