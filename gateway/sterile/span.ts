/** Samples as phases: the device's own where it tells them, else what heat and pressure show. */
import type { Phase } from "./phase.ts";
import type { Sample } from "./sample.ts";

/** One phase, from its first sample to its last. */
export interface Span {
  readonly phase: Phase;
  /** Indexes into the samples; both are of the phase. */
  readonly first: number;
  readonly last: number;
}

export interface HoldSpan {
  readonly first: number;
  readonly last: number;
  /** The device told it; else the temperature shows it. */
  readonly isTold: boolean;
}

/** Thousandths of a degree: below what any sensor tells, above the noise of fractions. */
export function milli(value: number): number {
  return Math.round(value * 1000);
}

/** Lowest and highest of the temperatures that have to hold; `null` where one is missing. */
export function range(
  sample: Sample,
  names: readonly string[],
): { readonly lowest: number; readonly highest: number } | null {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const name of names) {
    const value = sample.temperaturesCel[name];
    if (value === undefined || value === null || !Number.isFinite(value)) return null;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return lowest === Infinity ? null : { lowest, highest };
}

/**
 * When it sterilised. Where the device tells phases, from the first to the last sample of its hold.
 * Else from when all temperatures had reached the setpoint to the last time that they had; while
 * they swing into place, `settleMs` at most, it begins anew. `null`: it never did.
 */
export function holdOf(
  samples: readonly Sample[],
  names: readonly string[],
  setpointCel: number,
  settleMs: number,
): HoldSpan | null {
  if (samples.some(({ phase }) => phase !== null)) {
    const first = samples.findIndex(({ phase }) => phase === "hold");
    if (first === -1) return null;
    return { first, last: samples.findLastIndex(({ phase }) => phase === "hold"), isTold: true };
  }
  const isHot = (sample: Sample) => {
    const found = range(sample, names);
    return found === null ? null : milli(found.lowest) >= milli(setpointCel);
  };
  const reached = samples.findIndex((sample) => isHot(sample) === true);
  if (reached === -1) return null;
  let first = reached;
  for (let index = reached; index < samples.length; index++) {
    if (samples[index].bootMs - samples[reached].bootMs > settleMs) break;
    if (isHot(samples[index]) !== false) continue;
    const again = samples.findIndex((sample, at) => at > index && isHot(sample) === true);
    if (again === -1 || samples[again].bootMs - samples[reached].bootMs > settleMs) break;
    first = again;
    index = again;
  }
  return { first, last: samples.findLastIndex((sample) => isHot(sample) === true), isTold: false };
}

/** All phases in their order; where the device tells none, by the hold and by the vacuum. */
export function spansOf(samples: readonly Sample[], hold: HoldSpan | null): Span[] {
  const shown = phasesShown(samples, hold);
  const spans: Span[] = [];
  for (const [index, sample] of samples.entries()) {
    const phase = sample.phase ?? shown(index);
    const open = spans.at(-1);
    if (open?.phase === phase) spans[spans.length - 1] = { ...open, last: index };
    else spans.push({ phase, first: index, last: index });
  }
  return spans;
}

/** Absolute kPa: less is a vacuum, anywhere that people live. */
const VACUUM_KPA = 50;

/** What pressure and the hold show of each sample: air goes until the last vacuum before it. */
function phasesShown(
  samples: readonly Sample[],
  hold: HoldSpan | null,
): (index: number) => Phase {
  const isVacuum = ({ pressureKPa }: Sample) => pressureKPa !== null && pressureKPa < VACUUM_KPA;
  const start = hold?.first ?? samples.length;
  const end = hold?.last ?? samples.length;
  const lastPulse = samples.slice(0, start).findLastIndex(isVacuum);
  const dries = samples.findIndex((sample, index) => index > end && isVacuum(sample));
  return (index) => {
    if (index <= lastPulse) return "air-removal";
    if (index < start) return "heating";
    if (index <= end) return "hold";
    return dries !== -1 && index >= dries ? "drying" : "exhaust";
  };
}
