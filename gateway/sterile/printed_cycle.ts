/** A print-out as a cycle: held against itself, against the box's clock, and judged (S3). */
import { CHAMBER, type Grammar } from "./grammar.ts";
import { type Cycle, judge, type Judgement } from "./judge.ts";
import { type Program, programNamed, type Steriliser } from "./program.ts";
import type { Printout } from "./printout.ts";
import type { Reason } from "./reason.ts";
import type { Load, RulesInForce } from "./rules.ts";
import { EMPTY_CYCLE, withSamples } from "./sample.ts";
import { offSaturationKelvin } from "./saturation.ts";
import { milli } from "./span.ts";

/** Steam this far off its pressure, K, is a digit that was lost: no sensor is that wrong. */
const IMPOSSIBLE_KELVIN = 5;
/** The printed clock and the box's may differ by so much over a hold: lines wait for a printer. */
const PRINT_CLOCK_MS = 5000;
/** Printed temperatures have tenths. */
const TENTH_CEL = 0.051;

export interface PrintedSetting {
  readonly steriliser: Steriliser;
  readonly load: Load | null;
  readonly rules: RulesInForce;
  /** Number of the device's cycle before this one, as it was printed; `null`: not known. */
  readonly previousCycle: number | null;
}

export interface PrintedJudgement extends Judgement {
  readonly program: Program | null;
}

export function judgePrintout(
  grammar: Grammar,
  printout: Printout,
  { steriliser, load, rules, previousCycle }: PrintedSetting,
): PrintedJudgement {
  const program = programNamed(steriliser, printout.facts.program ?? null);
  const found = [
    ...printout.found,
    ...programDoubts(printout, program),
    ...serialDoubts(printout, steriliser),
    ...numberDoubts(printout, previousCycle),
    ...holdDoubts(grammar, printout),
  ];
  const { lowestCel, highestCel } = printout;
  const cycle: Cycle = {
    record: withSamples(EMPTY_CYCLE, printout.samples),
    ended: printout.ended,
    deviceSays: printout.says,
    found,
    pauses: {
      insideMs: grammar.rowSeconds * 1000,
      edgeMs: (grammar.edgeSeconds ?? grammar.rowSeconds) * 1000,
    },
    extremes: { lowestCel, highestCel },
  };
  const { temperatures } = steriliser;
  return { ...judge(cycle, { temperatures, program, load, rules }), program };
}

function contradiction(text: string): Reason {
  return { code: "contradiction", rule: null, text };
}

/** It ran at another temperature than the program that it names. */
function programDoubts({ setpointCel }: Printout, program: Program | null): Reason[] {
  if (setpointCel === null || program === null) return [];
  // 273.2 °F and 134 °C, 250 °F and 121.1 °C are the same.
  if (Math.abs(setpointCel - program.setpointCel) < TENTH_CEL) return [];
  const found = { found: setpointCel, wanted: program.setpointCel };
  return [{ ...contradiction("setpoint"), ...found }];
}

function serialDoubts({ facts }: Printout, { serial }: Steriliser): Reason[] {
  if (serial === undefined || facts.serial === undefined || facts.serial === serial) return [];
  return [contradiction(`serial ${facts.serial}`)];
}

/** Cycles are counted: a number that is not higher than the last lost a digit on its way. */
function numberDoubts({ facts: { cycle } }: Printout, previous: number | null): Reason[] {
  if (cycle === undefined || previous === null || Number(cycle) > previous) return [];
  return [{ ...contradiction("cycle"), found: Number(cycle), wanted: previous + 1 }];
}

function holdDoubts(grammar: Grammar, printout: Printout): Reason[] {
  const { samples, captured, lowestCel, highestCel, lastedSeconds } = printout;
  const rows = samples.flatMap((sample, index) => {
    const cel = sample.temperaturesCel[CHAMBER];
    return sample.phase === "hold" && typeof cel === "number"
      ? [{ cel, kPa: sample.pressureKPa, timeMs: sample.bootMs, line: captured[index] }]
      : [];
  });
  if (rows.length === 0) return [];
  const reasons: Reason[] = [];
  const impossible = rows.find(({ cel, kPa }) => {
    const off = kPa === null ? 0 : offSaturationKelvin(cel, kPa);
    return off === null || milli(Math.abs(off)) > milli(IMPOSSIBLE_KELVIN);
  });
  if (impossible !== undefined) reasons.push(contradiction(impossible.line.text));
  const outside = rows.find(({ cel }) =>
    (lowestCel !== null && cel < lowestCel - TENTH_CEL) ||
    (highestCel !== null && cel > highestCel + TENTH_CEL)
  );
  if (outside !== undefined) reasons.push(contradiction(outside.line.text));
  const [first, last] = [rows[0], rows[rows.length - 1]];
  const printedMs = last.timeMs - first.timeMs;
  if (lastedSeconds !== null) {
    const mostMs = printedMs + 2 * grammar.rowSeconds * 1000;
    const lastedMs = lastedSeconds * 1000;
    if (lastedMs < printedMs - 1000 || lastedMs > mostMs) {
      reasons.push({ ...contradiction("lasted"), found: lastedSeconds, wanted: printedMs / 1000 });
    }
  }
  return grammar.live ? [...reasons, ...clockDoubts(printedMs, first.line, last.line)] : reasons;
}

interface Captured {
  readonly bootId: string;
  readonly bootMs: number;
}

/** Its own clock told another length of the hold than the box's boot-time clock (T12). */
function clockDoubts(printedMs: number, first: Captured, last: Captured): Reason[] {
  if (first.bootId !== last.bootId) return [{ code: "restart", rule: null }];
  const capturedMs = last.bootMs - first.bootMs;
  if (Math.abs(capturedMs - printedMs) <= PRINT_CLOCK_MS) return [];
  const found = { found: printedMs / 1000, wanted: capturedMs / 1000 };
  return [{ code: "clock-jump", rule: null, ...found }];
}
