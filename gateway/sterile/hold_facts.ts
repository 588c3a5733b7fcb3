/** What was seen of a hold: how long, how hot, and what makes it doubtful (S3). */
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

export interface HoldFacts {
  /** Between its first and last sample: proved. */
  readonly seconds: number;
  /** Between the samples before and behind it: no longer than that. */
  readonly atMostSeconds: number;
  readonly lowestCel: number | null;
  readonly highestCel: number | null;
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
    atMostSeconds: (samples[behind].bootMs - samples[before].bootMs) / 1000,
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

/** What makes the hold doubtful, however well it looks. */
export function doubtsOf(
  seen: SeenHold & { readonly gapMs: number; readonly rules: RulesInForce },
): Reason[] {
  const { samples, hold, gapMs, rules } = seen;
  const reasons: Reason[] = [];
  const jump = clockJump(seen);
  if (jump !== null) reasons.push(jump);
  const { before, behind } = edgesOf(seen);
  const around = samples.slice(before, behind + 1);
  const other = around.find(({ bootId }) => bootId !== around[0].bootId);
  if (other !== undefined) reasons.push({ code: "restart", rule: null, bootMs: other.bootMs });
  const gap = longestGap(seen);
  if (gap.ms > gapMs) {
    const rule = rules.one("gap")?.id ?? null;
    const length = { found: gap.ms / 1000, wanted: gapMs / 1000 };
    reasons.push({ code: "gap", rule, bootMs: gap.bootMs, ...length });
  }
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

/** The longest time in which nobody saw the temperatures, from before the hold to behind it. */
function longestGap(seen: SeenHold): { readonly ms: number; readonly bootMs: number } {
  const { samples, temperatures } = seen;
  const { before, behind } = edgesOf(seen);
  let longest = { ms: 0, bootMs: samples[before].bootMs };
  let seenMs = samples[before].bootMs;
  for (let index = before + 1; index <= behind; index++) {
    const { bootMs } = samples[index];
    if (bootMs - seenMs > longest.ms) longest = { ms: bootMs - seenMs, bootMs: seenMs };
    // A sample without its temperatures saw nothing.
    if (range(samples[index], temperatures) !== null) seenMs = bootMs;
  }
  return longest;
}
