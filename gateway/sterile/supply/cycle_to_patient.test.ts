import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Reading } from "../../../drivers/driver.ts";
import { PREVACUUM, RULES } from "../fixture_cycle.ts";
import { judge } from "../judge.ts";
import { programNamed, type Steriliser, steriliserSchema } from "../program.ts";
import { atmosphereKPa } from "../pressure.ts";
import { pointMapSchema, sampleOf } from "../reading_sample.ts";
import { cyclesIn } from "../cycle_cut.ts";
import { EMPTY_CYCLE, type Sample, withSamples } from "../sample.ts";
import { saturationKPa } from "../saturation.ts";
import { Story } from "./fixture_supply.ts";
import { cycleBodyOf, cycleId } from "./judged_cycle.ts";
import { patientTrace } from "./pack_trace.ts";
import { recallsOf } from "./recall.ts";
import { toldOfSite } from "./told.ts";

const MAP = pointMapSchema.parse(
  parse(Deno.readTextFileSync(new URL("../point_maps/enbio-steriliser.yaml", import.meta.url))),
);
const S1: Steriliser = steriliserSchema.parse({
  id: "S1",
  temperatures: ["chamber"],
  altitudeMetres: 3650,
  programs: [PREVACUUM],
});

/** Registers of one poll: a phase, its temperature, and the pressure of such steam. */
function polled(phase: number, cel: number): Reading[] {
  const values = {
    phase,
    temperature: cel,
    pressure: (saturationKPa(cel) ?? 0) / 100,
    "pressure-ambient": 0.645,
  };
  return Object.entries(values).map(([point, value]) => ({
    point,
    value,
    unit: "",
    quality: "good",
  }));
}

/** A morning of the device: idle, two cycles, the second of which is too cold for a moment. */
function morning(startMs: number): Sample[] {
  const cycle = (coldest: number) => [
    ...Array(30).fill([2, 70]),
    ...Array(30).fill([1, 120]),
    ...Array(120).fill([8, 134.6]),
    [8, coldest],
    ...Array(120).fill([8, 134.6]),
    ...Array(20).fill([9, 105]),
    ...Array(20).fill([10, 90]),
    [12, 80],
    ...Array(10).fill([0, 60]),
  ];
  return [...Array(5).fill([0, 40]), ...cycle(134.2), ...cycle(133.9)].map(
    ([phase, cel], index) => {
      const bootMs = 5000 + index * 1000;
      const time = {
        wallMs: startMs + bootMs,
        bootId: "b".repeat(32),
        bootMs,
        clock: "trusted",
      } as const;
      const place = { life: 1, seq: 2000 + index * 2, time };
      return sampleOf(polled(phase, cel), MAP, place, atmosphereKPa(S1.altitudeMetres));
    },
  );
}

test("S1 S5 S6 from a steriliser's registers to the patient, and back when it failed", () => {
  const story = new Story();
  const bowieDick = story.morning();
  const cycles = cyclesIn(morning(story.nowMs));
  expect(cycles).toHaveLength(2);
  const bodies = cycles.map((samples, index) => {
    const [first, last] = [samples[0], samples[samples.length - 1]];
    const program = programNamed(S1, "标准 134");
    const record = withSamples(EMPTY_CYCLE, samples);
    const setting = {
      temperatures: S1.temperatures,
      program,
      load: "instruments",
      rules: RULES,
    } as const;
    const judgement = judge({ record, ended: true, deviceSays: null }, setting);
    expect(judgement.offSaturation).toBeNull();
    const { bootId, bootMs, wallMs } = first;
    return cycleBodyOf({
      site: "site-017",
      steriliser: S1.id,
      cycle: cycleId("site-017", S1.id, first),
      number: null,
      load: `L-${index + 1}`,
      loadType: "instruments",
      program: program?.id ?? null,
      method: program?.method ?? null,
      source: "samples",
      started: { bootId, bootMs, wallMs },
      ended: null,
      upTo: { life: last.life, seq: last.seq },
      rulesDay: "2026-03-02",
    }, judgement);
  });
  expect(bodies.map(({ verdict }) => verdict)).toEqual(["pass", "fail"]);
  expect(bodies.map(({ holdSeconds }) => holdSeconds)).toEqual([240, 240]);
  for (const [index, body] of bodies.entries()) {
    const [load, pack] = [`L-${index + 1}`, `P-${index + 1}`];
    story.pack(pack);
    story.load(load, [pack]);
    const judged = story.tellOf("sterile-cycle", body);
    story.release(load, [bowieDick, judged, story.chemical(body.cycle)]);
    story.use(pack, "patient-7");
  }
  expect(story.standing("L-1").state).toBe("released");
  // It was used without a release that counts: it has to come back all the same.
  expect(story.standing("L-2").state).toBe("refused");
  const told = toldOfSite(story.events);
  expect(recallsOf(told, RULES)).toMatchObject([
    { cause: "cycle-failed", packs: [{ pack: "P-2" }], patients: ["patient-7"] },
  ]);
  const traces = patientTrace(told, "patient-7", RULES);
  expect(traces.map(({ pack, loads }) => [pack, loads[0].cycle?.verdict]))
    .toEqual([["P-1", "pass"], ["P-2", "fail"]]);
  expect(bodies[1].reasons).toMatchObject([{ code: "below-setpoint", found: 133.9, wanted: 134 }]);
});
