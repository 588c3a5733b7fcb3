import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Sample } from "../sterile/sample.ts";
import { cyclesIn } from "../sterile/cycle_cut.ts";
import { SETTING, told } from "../sterile/fixture_cycle.ts";
import { judge } from "../sterile/judge.ts";
import { pointMapSchema, sampleOf } from "../sterile/reading_sample.ts";
import { EMPTY_CYCLE, withSamples } from "../sterile/sample.ts";
import { demonstratedCycles } from "./steriliser_model.ts";

const MAP = new URL("../sterile/point_maps/enbio-steriliser.yaml", import.meta.url);

test("S1 S2 S4 the demo's steriliser runs a test, a good cycle and one that fails", () => {
  const map = pointMapSchema.parse(parse(Deno.readTextFileSync(MAP)));
  const model = demonstratedCycles();
  const samples = Array.from({ length: 1100 }, (_, second): Sample => {
    const readings = Object.entries(model(second * 1000)).map(([point, value]) => (
      { point, value, unit: "", quality: "good" } as const
    ));
    const time = { wallMs: second * 1000, bootId: "b", bootMs: second * 1000, clock: "trusted" };
    return sampleOf(
      readings,
      map,
      { life: 1, seq: second, time: { ...time, clock: "trusted" } },
      101,
    );
  });
  const ended = cyclesIn(samples).slice(0, 3);
  const judged = ended.map((cycle) =>
    judge({ record: withSamples(EMPTY_CYCLE, cycle), ended: true, deviceSays: null }, SETTING)
  );
  expect(judged.map(told)).toEqual([
    "fail hold-short",
    "pass",
    expect.stringContaining("fail below-setpoint"),
  ]);
  expect(judged.map(({ offSaturation }) => offSaturation)).toEqual([null, null, null]);
  expect(judged[1].f0Minutes).toBeGreaterThan(90);
});
