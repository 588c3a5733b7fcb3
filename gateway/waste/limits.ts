/** What no bag, no record and no store may hold more of (rule W7). */
import type { Text } from "../../drivers/profile_parts.ts";
import type { Refusal } from "./refusal.ts";
import type { WasteRules } from "./rules.ts";

/** A bag's weight, grams: more than nothing, and at most what a bag may hold. */
export function bagFault(grams: number, { bagGramsMax }: WasteRules): Refusal | null {
  return gramsFault(grams, bagGramsMax.value, { zh: "每袋", en: "a bag" });
}

/** What one entry of a store, or one manifest, holds altogether, grams. */
export function recordFault(grams: number, { recordGramsMax }: WasteRules): Refusal | null {
  return gramsFault(grams, recordGramsMax.value, { zh: "每条记录", en: "a record" });
}

function gramsFault(grams: number, max: number, of: Text): Refusal | null {
  const field = "weight.grams";
  if (!(grams > 0)) {
    const text = { zh: "重量须大于 0，请重新称重", en: "the weight must be above 0: weigh again" };
    return { rule: "W7", field, text };
  }
  if (grams <= max) return null;
  const [is, most] = [kilograms(grams), kilograms(max)];
  const text = {
    zh: `重量 ${is} kg，超过${of.zh}上限 ${most} kg，请分装`,
    en: `${is} kg is more than the ${most} kg of ${of.en}: divide it`,
  };
  return { rule: "W7", field, text };
}

export interface Fullness {
  /** Of its capacity. */
  readonly share: number;
  readonly isWarning: boolean;
}

/** How full a store is; above the share of the rules it warns. Grams. */
export function fullnessOf(
  heldGrams: number,
  capacityGrams: number,
  { storeFullShare }: WasteRules,
): Fullness {
  const isWarning = !isWithinShare(heldGrams, capacityGrams, storeFullShare.value);
  return { share: heldGrams / capacityGrams, isWarning };
}

/** Shares have six places at most: what is exactly at a limit is not beside it by a rounding. */
const PARTS = 1_000_000;

/** Whether a part, in whole grams, is at most this share of all. */
export function isWithinShare(partGrams: number, allGrams: number, share: number): boolean {
  return partGrams * PARTS <= allGrams * Math.round(share * PARTS);
}

/** Grams as kilograms, with three places and no noise of binary fractions. */
export function kilograms(grams: number): string {
  return (grams / 1000).toFixed(3);
}
