/** A simulated steriliser that runs cycles one after the other, by what a script says of each. */
import type { Model, Values } from "../../drivers/simulation.ts";

export interface SimulatedCycle {
  readonly holdSeconds: number;
  /** `cold`: in the middle of its hold it is colder than the program for two seconds. */
  readonly fault: "cold" | null;
}

/** A Bowie-Dick test, a cycle that is good, and one that is cold for a moment, again and again. */
export function demonstratedCycles(): Model {
  return steriliserModel([
    { holdSeconds: 214, fault: null },
    { holdSeconds: 245, fault: null },
    { holdSeconds: 245, fault: "cold" },
  ], { pauseSeconds: 60, pace: 10 });
}

interface Stage {
  /** As the point `phase` of `enbio-steriliser` tells it. */
  readonly phase: number;
  readonly seconds: number;
  readonly fromCel: number;
  readonly toCel: number;
  /** Absolute, bar; `null`: that of the steam. */
  readonly bar: number | null;
}

const AMBIENT_BAR = 1.013;
const HOLD = { phase: 8, cel: 134.6 } as const;
const COLD_CEL = 132.8;
const COLD_SECONDS = 2;

/** What comes before and behind the hold; `pace` 1: as a small device does it. */
function stagesOf({ holdSeconds }: SimulatedCycle, pace: number): readonly Stage[] {
  const stage = (phase: number, seconds: number, fromCel: number, toCel: number, bar: number) => ({
    ...{ phase, seconds: seconds / pace, fromCel, toCel },
    bar: bar === 0 ? null : bar,
  });
  const { phase, cel } = HOLD;
  return [
    stage(2, 60, 45, 60, 0.2),
    stage(3, 40, 60, 105, 1.2),
    stage(4, 60, 105, 80, 0.2),
    stage(7, 60, 80, cel, 2),
    { phase, seconds: holdSeconds, fromCel: cel, toCel: cel, bar: null },
    stage(9, 40, cel, 104, 1.2),
    stage(10, 120, 104, 85, 0.15),
    stage(12, 20, 85, 70, AMBIENT_BAR),
  ];
}

/**
 * Runs each cycle in turn, for ever, `pauseSeconds` after the one before. `pace`: how much faster
 * than a real device all but the hold goes.
 */
export function steriliserModel(
  cycles: readonly SimulatedCycle[],
  { pauseSeconds, pace }: { readonly pauseSeconds: number; readonly pace: number },
): Model {
  const rounds = cycles.map((cycle) => ({ cycle, stages: stagesOf(cycle, pace) }));
  const lengthOf = (stages: readonly Stage[]) =>
    pauseSeconds + stages.reduce((sum, { seconds }) => sum + seconds, 0);
  const whole = rounds.reduce((sum, { stages }) => sum + lengthOf(stages), 0);
  return (ms) => {
    let second = (ms / 1000) % whole;
    let done = Math.floor(ms / 1000 / whole) * rounds.length;
    for (const { cycle, stages } of rounds) {
      const length = lengthOf(stages);
      if (second < length) return valuesAt(second - pauseSeconds, cycle, stages, 417 + done);
      second -= length;
      done++;
    }
    return valuesAt(-1, cycles[0], [], 417 + done);
  };
}

function valuesAt(
  second: number,
  { fault, holdSeconds }: SimulatedCycle,
  stages: readonly Stage[],
  cycles: number,
): Values {
  let left = second;
  for (const { phase, seconds, fromCel, toCel, bar } of second < 0 ? [] : stages) {
    if (left >= seconds) {
      left -= seconds;
      continue;
    }
    const middle = Math.abs(left - holdSeconds / 2) < COLD_SECONDS / 2;
    const isCold = fault === "cold" && phase === HOLD.phase && middle;
    const cel = isCold ? COLD_CEL : fromCel + (toCel - fromCel) * left / seconds;
    return values(phase, cel, bar ?? steamBar(cel), cycles);
  }
  return values(0, 40, AMBIENT_BAR, cycles);
}

function values(phase: number, cel: number, bar: number, cycles: number): Values {
  return {
    phase,
    cycles,
    pressure: bar,
    temperature: cel,
    "temperature-chamber": cel,
    "temperature-steam": Math.max(150, cel + 40),
    "pressure-ambient": AMBIENT_BAR,
    "door-open": 0,
    "door-unlocked": phase === 0 ? 1 : 0,
  };
}

/** Saturated steam near 134 °C, bar: 304.2 kPa there, 8.8 kPa a degree (IAPWS-IF97, region 4). */
function steamBar(cel: number): number {
  return 3.042 + (cel - 134) * 0.088;
}
