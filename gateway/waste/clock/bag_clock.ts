/** The clock of a bag: it warns and breaches so long after the sealing (rule W5). */
import { type Age, ageOf, type Present } from "../../age.ts";
import type { BagStanding, BagState } from "../life/bag.ts";
import type { WasteRules } from "../rules.ts";
import type { EpidemicMode } from "./epidemic.ts";

const HOUR_MS = 3_600_000;

/** `stopped`: it left the store on a manifest, or there is no such bag any more. */
export type ClockStage = "running" | "warning" | "breached" | "stopped";

export interface BagClock {
  readonly stage: ClockStage;
  /** Since the sealing; `null`: nobody told here when that was. */
  readonly age: Age | null;
  readonly isEpidemic: boolean;
  /** Ages at which it warns and breaches now. */
  readonly warnMs: number;
  readonly breachMs: number;
  /** Until the breach; negative: since. `null` without an age. */
  readonly remainsMs: number | null;
  /** How long the breach has held: not from before an epidemic was declared. */
  readonly breachedForMs: number;
  /** What it runs from: id of an entry. */
  readonly from: string | null;
}

const GONE: ReadonlySet<BagState> = new Set<BagState>([
  "void",
  "departed",
  "received",
  "disposed",
]);

/** Reaching an age counts: at 24:00:00 it warns, a millisecond before it does not. */
export function bagClock(
  bag: BagStanding,
  present: Present,
  { mode, rules }: { readonly mode: EpidemicMode; readonly rules: WasteRules },
): BagClock {
  const hours = mode.isOn
    ? [rules.epidemicWarnHours.value, rules.epidemicBreachHours.value]
    : [rules.warnHours.value, rules.breachHours.value];
  const [warnMs, breachMs] = hours.map((one) => one * HOUR_MS);
  const oldest = oldestOf(bag, present);
  const limits = { isEpidemic: mode.isOn, warnMs, breachMs, from: oldest?.from ?? null };
  if (oldest === null || GONE.has(bag.state)) {
    const age = oldest?.age ?? null;
    return { stage: "stopped", age, ...limits, remainsMs: null, breachedForMs: 0 };
  }
  const { age } = oldest;
  const stage = age.ms >= breachMs ? "breached" : age.ms >= warnMs ? "warning" : "running";
  const remainsMs = breachMs - age.ms;
  return { stage, age, ...limits, remainsMs, breachedForMs: breachedFor(remainsMs, mode, present) };
}

/** Of several sealings (one that was corrected, two that disagree) the oldest counts. */
function oldestOf(
  { sealings, history }: BagStanding,
  present: Present,
): { readonly age: Age; readonly from: string } | null {
  const later = history.map(({ time }) => time);
  const ages = sealings.map((sealing) => {
    const moment = sealing.from === "entry" ? sealing.time : sealing;
    return { age: ageOf(moment, present, later), from: sealing.id };
  });
  return ages.reduce<typeof ages[number] | null>(
    (oldest, one) => oldest === null || one.age.ms > oldest.age.ms ? one : oldest,
    null,
  );
}

function breachedFor(remainsMs: number, { isOn, since }: EpidemicMode, present: Present): number {
  const overMs = Math.max(0, -remainsMs);
  if (!isOn || since === null) return overMs;
  return Math.min(overMs, ageOf(since.time, present).ms);
}
