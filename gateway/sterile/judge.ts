/** What became of a cycle: pass, fail, or nobody can say (S1, S3). */
import { lethalityOf } from "./lethality.ts";
import type { Demand, Program } from "./program.ts";
import { demandOf } from "./program.ts";
import { isFailure, type Reason } from "./reason.ts";
import type { Load, RulesInForce } from "./rules.ts";
import type { CycleRecord, Sample } from "./sample.ts";
import { offSaturationKelvin } from "./saturation.ts";
import {
  doubtsOf,
  edgeMs,
  type Extremes,
  hiddenHold,
  type HoldFacts,
  holdFacts,
  type Pauses,
  type SeenHold,
} from "./hold_facts.ts";
import { holdOf, type HoldSpan, milli, type Span, spansOf } from "./span.ts";

export const VERDICTS = ["pass", "fail", "undetermined"] as const;
export type Verdict = typeof VERDICTS[number];

export interface Cycle {
  readonly record: CycleRecord;
  /** Its end was seen. */
  readonly ended: boolean;
  /** What the device says of it; `null` where it says nothing. */
  readonly deviceSays: "completed" | "failed" | null;
  /** What a print-out found to doubt, or the device to blame. */
  readonly found?: readonly Reason[];
  /** How far apart a print-out's rows may be; none: samples, by the rule of gaps. */
  readonly pauses?: Pauses;
  /** What the device says of the whole hold: also between its rows it was no colder, no hotter. */
  readonly extremes?: Extremes;
}

/** What a cycle was for, and by which numbers. */
export interface Setting {
  /** Names of the temperatures that all have to hold; the first is the reference. */
  readonly temperatures: readonly string[];
  readonly program: Program | null;
  readonly load: Load | null;
  readonly rules: RulesInForce;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** All of them, first those that the verdict rests on; none where it passed. */
  readonly reasons: readonly Reason[];
  readonly demand: Demand | null;
  readonly spans: readonly Span[];
  readonly hold: HoldFacts | null;
  /** Minutes at 121.1 °C over the whole cycle, by the reference. */
  readonly f0Minutes: number;
  /** Pauses over which F0 counts nothing. */
  readonly f0Gaps: number;
  /** Steam that was off its pressure (S4): the worst moment; `null`: within bounds or not known. */
  readonly offSaturation: OffSaturation | null;
}

export interface OffSaturation {
  readonly kelvin: number;
  readonly bootMs: number;
  readonly rule: string;
}

/**
 * Pure: the same facts give the same judgement, whenever they came. A failure that was seen stands,
 * whatever else is missing; what is missing is never a pass.
 */
export function judge(cycle: Cycle, setting: Setting): Judgement {
  const { samples } = cycle.record;
  const { temperatures, rules } = setting;
  const demanded = demandOf(setting.program, setting.load, rules);
  const demand = demanded.kind === "demand" ? demanded.demand : null;
  const settleMs = (rules.one("settle")?.seconds ?? 0) * 1000;
  const setpointCel = demand?.setpointCel ?? setting.program?.setpointCel ?? Infinity;
  const hold = holdOf(samples, temperatures, setpointCel, settleMs);
  const gapMs = (rules.one("gap")?.seconds ?? 0) * 1000;
  const pauses = cycle.pauses ?? { insideMs: gapMs, edgeMs: gapMs };
  const reasons: Reason[] = [...cycle.found ?? [], ...endReasons(cycle)];
  if (demanded.kind === "open") reasons.push({ code: demanded.why, rule: null });
  if (hold === null) {
    if (cycle.ended && demand !== null) {
      reasons.push(
        hiddenHold(samples, temperatures, pauses, rules) ?? {
          code: "no-hold",
          rule: demand.holdRule,
        },
      );
    }
  } else {
    const seen = { samples, hold, temperatures, pauses, rules };
    reasons.push(...doubtsOf(seen));
    const facts = withExtremes(holdFacts(seen), cycle.extremes);
    if (demand !== null) reasons.push(...shortfalls(seen, facts, demand));
  }
  const failures = reasons.filter(isFailure);
  const doubts = reasons.filter((reason) => !isFailure(reason));
  // Rows of which some were lost or wrong prove nothing; that the device says so itself does.
  const isReliable = !reasons.some(({ code }) => code === "damaged" || code === "contradiction");
  const hasFailed = failures.some(({ code }) => isReliable || code === "device-failed");
  const heat = samples.flatMap(({ bootId, bootMs, temperaturesCel }) => {
    const temperatureCel = temperaturesCel[temperatures[0]];
    return typeof temperatureCel === "number" ? [{ bootId, bootMs, temperatureCel }] : [];
  });
  const { f0Minutes, gaps } = lethalityOf(heat, Math.max(pauses.insideMs, pauses.edgeMs));
  return {
    verdict: hasFailed ? "fail" : reasons.length > 0 ? "undetermined" : "pass",
    reasons: hasFailed ? [...failures, ...doubts] : [...doubts, ...failures],
    demand,
    spans: spansOf(samples, hold),
    hold: hold === null
      ? null
      : withExtremes(holdFacts({ samples, hold, temperatures }), cycle.extremes),
    f0Minutes,
    f0Gaps: gaps,
    offSaturation: hold === null ? null : offSaturationOf(samples, hold, temperatures[0], rules),
  };
}

function withExtremes(facts: HoldFacts, extremes: Extremes | undefined): HoldFacts {
  const { lowestCel, highestCel } = extremes ?? { lowestCel: null, highestCel: null };
  return {
    ...facts,
    lowestCel: facts.lowestCel === null || lowestCel === null
      ? facts.lowestCel
      : Math.min(facts.lowestCel, lowestCel),
    highestCel: facts.highestCel === null || highestCel === null
      ? facts.highestCel
      : Math.max(facts.highestCel, highestCel),
  };
}

function endReasons({ ended, deviceSays, record }: Cycle): Reason[] {
  const reasons: Reason[] = [];
  if (deviceSays === "failed") reasons.push({ code: "device-failed", rule: null });
  if (!ended) reasons.push({ code: "not-ended", rule: null });
  if (record.overflown) reasons.push({ code: "too-long", rule: null });
  return reasons;
}

/** By what the hold missed what was demanded (S1). */
function shortfalls(
  seen: SeenHold & { readonly rules: RulesInForce },
  { lowestCel, highestCel, seconds, atMostSeconds }: HoldFacts,
  { setpointCel, bandKelvin, holdSeconds, holdRule, bandRule }: Demand,
): Reason[] {
  const reasons: Reason[] = [];
  if (lowestCel !== null && milli(lowestCel) < milli(setpointCel)) {
    const found = { found: lowestCel, wanted: setpointCel };
    reasons.push({ code: "below-setpoint", rule: holdRule, ...found });
  }
  const most = setpointCel + bandKelvin;
  if (highestCel !== null && milli(highestCel) > milli(most)) {
    reasons.push({ code: "above-band", rule: bandRule, found: highestCel, wanted: most });
  }
  if (seconds >= holdSeconds) return reasons;
  const length = { found: seconds, wanted: holdSeconds };
  const resolution = seen.rules.one("resolution");
  const isFine = edgeMs(seen) <= (resolution?.seconds ?? 0) * 1000;
  // Close samples tell its ends; of others it may have been as long as nobody saw its ends.
  const mayBeEnough = atMostSeconds === null || (atMostSeconds >= holdSeconds && !isFine);
  if (!mayBeEnough) reasons.push({ code: "hold-short", rule: holdRule, ...length });
  else reasons.push({ code: "hold-unresolved", rule: resolution?.id ?? null, ...length });
  return reasons;
}

function offSaturationOf(
  samples: readonly Sample[],
  { first, last }: HoldSpan,
  reference: string,
  rules: RulesInForce,
): OffSaturation | null {
  const rule = rules.one("saturation");
  if (rule === null) return null;
  let worst: OffSaturation | null = null;
  for (const { temperaturesCel, pressureKPa, bootMs } of samples.slice(first, last + 1)) {
    const temperature = temperaturesCel[reference];
    if (typeof temperature !== "number" || pressureKPa === null) continue;
    const kelvin = offSaturationKelvin(temperature, pressureKPa);
    if (kelvin === null || milli(Math.abs(kelvin)) <= milli(rule.kelvin)) continue;
    if (worst === null || Math.abs(kelvin) > Math.abs(worst.kelvin)) {
      worst = { kelvin, bootMs, rule: rule.id };
    }
  }
  return worst;
}
