/** Vials of several doses, by product: data, each with its source and its date (C14). */
import * as z from "zod";
import { code } from "../life/subject.ts";

export const PACK_DOSES_MAX = 100;
const VIALS_MAX = 200;
const SOURCE_LENGTH_MAX = 500;
/**
 * Of opened live vaccines, the shorter of two: 预防接种工作规范 (2016) has half an hour for these,
 * an hour for others. To be confirmed: the README.
 */
const OPEN_MINUTES = 30;
/** 28 days: WHO's policy of multi-dose vials (WHO/IVB/14.07) knows nothing longer. */
const OPEN_MINUTES_MAX = 28 * 24 * 60;

const vialSpec = z.strictObject({
  product: code.describe("First seven digits of its trace codes, or its GTIN")
    .meta({ examples: ["8123456"] }),
  doses: z.int().min(2).max(PACK_DOSES_MAX).describe("Doses of one vial"),
  openMinutes: z.int().min(1).max(OPEN_MINUTES_MAX).default(OPEN_MINUTES)
    .describe("So long an opened vial may be used; then the rest is thrown away"),
  source: z.string().trim().min(1).max(SOURCE_LENGTH_MAX)
    .describe("Document and clause that the numbers are from, such as its leaflet"),
  effective: z.iso.date().describe("Day from which it counts, as 2026-11-29"),
});
export type VialSpec = z.infer<typeof vialSpec>;

export const vialsConfig = z.array(vialSpec).max(VIALS_MAX).default([])
  .refine((specs) => {
    const names = specs.map(({ product, effective }) => JSON.stringify([product, effective]));
    return new Set(names).size === names.length;
  }, { error: "two entries have one product and one day; leave one of them" });

/** As it counts on a day, `2026-11-29`; `null`: a pack of the product is one dose. */
export function vialSpecOf(
  specs: readonly VialSpec[],
  product: string,
  day: string,
): VialSpec | null {
  return specs.filter((one) => one.product === product && one.effective <= day)
    .sort((one, other) => one.effective < other.effective ? -1 : 1).at(-1) ?? null;
}
