/** Weights in the units that scales show. The factors are exact, so that no table is loaded. */
import { scaled } from "../numbers.ts";
import type { WeightUnit } from "./frame.ts";

/** Kilograms; the pound by the international agreement of 1959. */
const KILOGRAMS: Record<WeightUnit, number> = {
  kg: 1,
  g: 0.001,
  "[lb_av]": 0.45359237,
  t: 1000,
};

export function inUnit(value: number, from: WeightUnit, to: WeightUnit): number {
  return from === to ? value : scaled(value, KILOGRAMS[from] / KILOGRAMS[to], 0);
}
