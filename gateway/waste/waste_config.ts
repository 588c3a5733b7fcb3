/** What a site with medical waste configures. */
import * as z from "zod";
import { code } from "./entry/subject.ts";
import { wasteRules } from "./rules.ts";

const SCALES_MAX = 50;
const STORES_MAX = 20;
const PLACES_MAX = 300;

export const wasteConfig = z.strictObject({
  rules: wasteRules.prefault({}).describe("Numbers of the rules, each with its source"),
  scales: z.array(z.strictObject({
    device: code.describe("Its device").meta({ examples: ["ward-scale"] }),
    point: code.default("weight").describe("Point that says the stable weight, in kg"),
    divisionGrams: z.int().min(1).max(1_000_000).describe("Its smallest step, grams"),
  })).max(SCALES_MAX).default([]).describe("Scales whose weights count"),
  stores: z.array(z.strictObject({
    id: code.describe("Its id").meta({ examples: ["store-1"] }),
    name: z.string().min(1).max(100).describe("What people call it"),
    capacityGrams: z.int().min(1).describe("What it may hold, grams"),
  })).max(STORES_MAX).default([]).describe("Temporary stores"),
  places: z.array(z.strictObject({
    kind: z.enum(["ward", "person", "vehicle", "disposer"]).describe("What it is"),
    id: code.describe("Its id").meta({ examples: ["ward-3"] }),
    name: z.string().min(1).max(100).describe("What people call it"),
  })).max(PLACES_MAX).default([])
    .describe("Wards, collectors, vehicles and disposers that pages offer beside the stores"),
  manifestRegion: z.string().regex(/^\d{4}$/, "want the first four digits of a region's code")
    .optional().describe("Region that manifests' numbers are given in (GB/T 2260), such as 3401"),
  printer: z.strictObject({
    widthMm: z.int().min(20).max(200).default(70).describe("Width of a label, mm"),
    heightMm: z.int().min(20).max(200).default(50).describe("Height of a label, mm"),
    dotsPerMm: z.number().min(6).max(24).default(8).describe("8 is 203 dpi, 12 is 300 dpi"),
    font: z.string().regex(/^[A-Z]:[\w.-]{1,20}$/, "want a font such as E:SIMSUN.FNT")
      .default("E:SIMSUN.FNT").describe("Chinese font in the printer"),
  }).prefault({}).describe("Printer of labels, which speaks ZPL II"),
});
export type WasteConfig = z.infer<typeof wasteConfig>;

/** Of a keyed weight, grams: it may have been read from any scale of the site (W6). */
export function keyedDivisionGrams({ scales, rules }: WasteConfig): number {
  if (scales.length === 0) return Math.ceil(rules.keyedDivisionGrams.value);
  return Math.max(...scales.map(({ divisionGrams }) => divisionGrams));
}
