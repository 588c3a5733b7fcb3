/** Cycles as a recorder sees them, sample by sample. */
import { type Cycle, judge, type Judgement, type Setting } from "./judge.ts";
import type { Phase } from "./phase.ts";
import type { Program } from "./program.ts";
import { rulesOn } from "./rules.ts";
import { EMPTY_CYCLE, type Sample, withSamples } from "./sample.ts";
import { saturationKPa } from "./saturation.ts";
import { STANDARD_RULES } from "./standard_rules.ts";

export const BOOT = "b".repeat(32);
export const DAY = "2026-03-02";
export const RULES = rulesOn(STANDARD_RULES, DAY);
/** When the first sample is taken, by the boot-time clock and by the wall clock. */
const START_MS = 1_000_000;
const WALL_MS = 1_772_416_800_000;

export const PREVACUUM: Program = {
  id: "p134",
  names: ["标准 134", "WRAPPED 134"],
  method: "prevacuum",
  setpointCel: 134,
  holdSeconds: 240,
  loads: ["instruments", "dressings", "mixed"],
};
export const GRAVITY: Program = {
  ...PREVACUUM,
  id: "g121",
  names: ["下排气 121"],
  method: "gravity",
  setpointCel: 121,
  holdSeconds: 1200,
};

/** So many samples of one phase, at one temperature. */
export interface Part {
  readonly phase: Phase;
  readonly cel: number;
  readonly count: number;
  readonly stepMs?: number;
  /** Absolute; none: that of saturated steam. */
  readonly kPa?: number;
}

/** A sample each second, unless a part has its own pace. */
export function samplesOf(parts: readonly Part[], hidePhases = false): Sample[] {
  const samples: Sample[] = [];
  let bootMs = START_MS;
  for (const { phase, cel, count, stepMs = 1000, kPa } of parts) {
    for (let index = 0; index < count; index++) {
      samples.push({
        life: 1,
        // The numbers of a stream, of which this device's are some.
        seq: 100 + 3 * samples.length,
        bootId: BOOT,
        bootMs,
        wallMs: WALL_MS + bootMs,
        temperaturesCel: { chamber: cel },
        pressureKPa: kPa ?? saturationKPa(cel),
        phase: hidePhases ? null : phase,
      });
      bootMs += stepMs;
    }
  }
  return samples;
}

/** A whole cycle that holds for so many seconds: one sample more than seconds. */
export function partsOf(holdSeconds: number, cel = 134): Part[] {
  return [
    { phase: "air-removal", cel: 60, count: 20, kPa: 8 },
    { phase: "heating", cel: 110, count: 20 },
    { phase: "hold", cel, count: holdSeconds + 1 },
    { phase: "exhaust", cel: 104, count: 20 },
    { phase: "drying", cel: 90, count: 20, kPa: 9 },
    { phase: "complete", cel: 80, count: 1, kPa: 101 },
  ];
}

export function cycleOf(samples: readonly Sample[], more: Partial<Cycle> = {}): Cycle {
  const record = withSamples(EMPTY_CYCLE, samples);
  return { record, ended: true, deviceSays: null, ...more };
}

export const SETTING: Setting = {
  temperatures: ["chamber"],
  program: PREVACUUM,
  load: "instruments",
  rules: RULES,
};

export function judged(
  samples: readonly Sample[],
  setting: Partial<Setting> = {},
  more: Partial<Cycle> = {},
): Judgement {
  return judge(cycleOf(samples, more), { ...SETTING, ...setting });
}

/** The verdict, and the codes of all its reasons. */
export function told({ verdict, reasons }: Judgement): string {
  return [verdict, ...reasons.map(({ code }) => code)].join(" ");
}
