/** What was seen of a hold: how long, how hot, and what makes it doubtful (S3). */
import { PHASES } from "./phase.ts";
import type { Reason } from "./reason.ts";
import type { RulesInForce } from "./rules.ts";
import type { Sample } from "./sample.ts";
import { type HoldSpan, range } from "./span.ts";

export interface SeenHold {
  readonly samples: readonly Sample[];
  readonly hold: HoldSpan;
  /** Names of the temperatures that have to hold. */
  readonly temperatures: readonly string[];
}

/** How cold and how hot it was; `null`: nobody says. */
export interface Extremes {
  readonly lowestCel: number | null;
  readonly highestCel: number | null;
}

export interface HoldFacts extends Extremes {
  /** Between its first and last sample: proved. */
  readonly seconds: number;
  /** Between the samples before and behind it; `null`: nobody saw it begin, or end. */
  readonly atMostSeconds: number | null;
}

export function holdFacts(seen: SeenHold): HoldFacts {
  const { samples, hold: { first, last }, temperatures } = seen;
  const { before, behind } = edgesOf(seen);
  let [lowest, highest] = [Infinity, -Infinity];
  for (const sample of samples.slice(first, last + 1)) {
    const found = range(sample, temperatures);
    if (found === null) continue;
    lowest = Math.min(lowest, found.lowest);
    highest = Math.max(highest, found.highest);
  }
  const isSeen = lowest !== Infinity;
  return {
    seconds: (samples[last].bootMs - samples[first].bootMs) / 1000,
    atMostSeconds: before < first && behind > last
      ? (samples[behind].bootMs - samples[before].bootMs) / 1000
      : null,
    lowestCel: isSeen ? lowest : null,
    highestCel: isSeen ? highest : null,
  };
}

/** The longer of the pauses, milliseconds, in which the hold began, and ended. */
export function edgeMs(seen: SeenHold): number {
  const { samples, hold: { first, last } } = seen;
  const { before, behind } = edgesOf(seen);
  return Math.max(
    samples[first].bootMs - samples[before].bootMs,
    samples[behind].bootMs - samples[last].bootMs,
  );
}

/** The nearest samples that tell that it does not hold: it began and ended between. */
function edgesOf({ samples, hold: { first, last }, temperatures }: SeenHold) {
  const tells = (sample: Sample) => sample.phase !== null || range(sample, temperatures) !== null;
  const before = samples.slice(0, first).findLastIndex(tells);
  const behind = samples.findIndex((sample, index) => index > last && tells(sample));
  return {
    before: before === -1 ? 0 : before,
    behind: behind === -1 ? samples.length - 1 : behind,
  };
}

/** How long nobody may have looked, milliseconds: while it held, and as it began or ended. */
export interface Pauses {
  readonly insideMs: number;
  readonly edgeMs: number;
}

/** What makes the hold doubtful, however well it looks. */
export function doubtsOf(
  seen: SeenHold & { readonly pauses: Pauses; readonly rules: RulesInForce },
): Reason[] {
  const { samples, hold } = seen;
  const reasons: Reason[] = [];
  const jump = clockJump(seen);
  if (jump !== null) reasons.push(jump);
  const { before, behind } = edgesOf(seen);
  const around = samples.slice(before, behind + 1);
  const other = around.find(({ bootId }) => bootId !== around[0].bootId);
  if (other !== undefined) reasons.push({ code: "restart", rule: null, bootMs: other.bootMs });
  const gap = gapIn(seen);
  if (gap !== null) reasons.push(gap);
  const inside = samples.slice(hold.first, hold.last + 1);
  if (hold.isTold && inside.some(({ phase }) => phase !== "hold" && phase !== null)) {
    reasons.push({ code: "phases-mixed", rule: null });
  }
  return reasons;
}

/** The first moment, until the hold was over, at which a clock was set or went back. */
function clockJump(seen: SeenHold & { readonly rules: RulesInForce }): Reason | null {
  const { samples, rules } = seen;
  const rule = rules.one("clock-jump");
  const mostMs = (rule?.seconds ?? 0) * 1000;
  const { behind } = edgesOf(seen);
  for (let index = 1; index <= behind; index++) {
    const [before, now] = [samples[index - 1], samples[index]];
    if (now.bootId !== before.bootId) continue;
    const elapsedMs = now.bootMs - before.bootMs;
    const movedMs = now.wallMs - before.wallMs - elapsedMs;
    if (elapsedMs >= 0 && Math.abs(movedMs) <= mostMs) continue;
    const found = (elapsedMs < 0 ? elapsedMs : movedMs) / 1000;
    const { bootMs } = now;
    return { code: "clock-jump", rule: rule?.id ?? null, bootMs, found, wanted: mostMs / 1000 };
  }
  return null;
}

/** The longest time, beyond what is allowed, in which nobody saw the temperatures. */
function gapIn(
  seen: SeenHold & { readonly pauses: Pauses; readonly rules: RulesInForce },
): Reason | null {
  const { samples, hold: { first, last }, temperatures, pauses, rules } = seen;
  const { before, behind } = edgesOf(seen);
  const rule = rules.one("gap")?.id ?? null;
  let gap: Reason | null = null;
  let seenMs = samples[before].bootMs;
  for (let index = before + 1; index <= behind; index++) {
    const { bootMs } = samples[index];
    const mostMs = index <= first || index > last ? pauses.edgeMs : pauses.insideMs;
    const found = (bootMs - seenMs) / 1000;
    if (bootMs - seenMs > mostMs && found > (gap?.found ?? 0)) {
      gap = { code: "gap", rule, bootMs: seenMs, found, wanted: mostMs / 1000 };
    }
    // A sample without its temperatures saw nothing.
    if (range(samples[index], temperatures) !== null) seenMs = bootMs;
  }
  return gap;
}

/** A pause in which a hold may have been that nobody saw, also before the first sample. */
export function hiddenHold(
  samples: readonly Sample[],
  temperatures: readonly string[],
  { edgeMs }: Pauses,
  rules: RulesInForce,
): Reason | null {
  const rule = rules.one("gap")?.id ?? null;
  const [first] = samples;
  if (first === undefined) return { code: "gap", rule };
  const began = first.phase ?? "idle";
  if (PHASES.indexOf(began) > PHASES.indexOf("hold")) {
    return { code: "gap", rule, bootMs: first.bootMs };
  }
  let seen = first;
  for (const sample of samples) {
    const pausedMs = sample.bootMs - seen.bootMs;
    if (sample.bootId !== seen.bootId || pausedMs > edgeMs) {
      const length = { found: pausedMs / 1000, wanted: edgeMs / 1000 };
      return { code: "gap", rule, bootMs: seen.bootMs, ...length };
    }
    if (range(sample, temperatures) !== null) seen = sample;
  }
  return null;
}
