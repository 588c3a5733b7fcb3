/**
 * Every number of waste that a law, a practice or we ourselves set: what it is, where it is from,
 * since when (README, "Rules"). A county that has another changes it in the configuration.
 */
import * as z from "zod";

const TEXT_LENGTH_MAX = 500;

/** One number with its source; what is not `confirmed` is in the README, "To be confirmed". */
const ruleNumber = z.strictObject({
  value: z.number().positive().describe("The number"),
  unit: z.string().min(1).max(20).describe("Its unit"),
  rule: z.string().regex(/^W\d{1,2}$/, "want a rule id such as W5").describe("Of acceptance"),
  source: z.string().min(1).max(TEXT_LENGTH_MAX).describe("The text that says so"),
  effective: z.iso.date().describe("Since when, YYYY-MM-DD"),
  confirmed: z.boolean().describe("Whether somebody compared it with that text"),
});
export type RuleNumber = z.infer<typeof ruleNumber>;

/** Where there is no public source: this system's own number, or practice. */
const OWN = { source: "Tributary", effective: "2026-01-01", confirmed: false };
const REGULATIONS_12 = {
  source: "医疗废物管理条例（国务院令第380号）第十二条",
  effective: "2003-06-16",
  confirmed: true,
};
/** Two days at most in the temporary store; ours run from the sealing on. */
const REGULATIONS_17 = { ...REGULATIONS_12, source: "医疗废物管理条例（国务院令第380号）第十七条" };
/** Waste of the epidemic was to be stored for 24 hours at most. */
const EPIDEMIC = {
  source: "新型冠状病毒感染的肺炎疫情医疗废物应急处置管理与技术指南（试行）",
  effective: "2020-01-28",
  confirmed: false,
};
/** Whoever loses medical waste reports it to the county's authorities within 48 hours. */
const MEASURES = {
  source: "医疗卫生机构医疗废物管理办法（卫生部令第36号）",
  effective: "2003-10-15",
  confirmed: false,
};
const TRANSFER = {
  source: "危险废物转移管理办法（生态环境部、公安部、交通运输部令第23号）",
  effective: "2022-01-01",
  confirmed: false,
};
const LEDGER = {
  source: "危险废物管理计划和管理台账制定技术导则（HJ 1259-2022）",
  effective: "2022-10-01",
  confirmed: false,
};

function rule(
  id: string,
  value: number,
  unit: string,
  from: { readonly source: string; readonly effective: string; readonly confirmed: boolean },
  about: string,
) {
  return ruleNumber.default({ rule: id, value, unit, ...from }).describe(about);
}

export const wasteRules = z.strictObject({
  bagGramsMax: rule("W7", 30_000, "g", OWN, "Most that a bag weighs"),
  recordGramsMax: rule(
    "W7",
    1_000_000,
    "g",
    OWN,
    "Most that one entry of a store, or one manifest, holds",
  ),
  storeFullShare: rule("W7", 0.8, "1", OWN, "From this share of what it holds on a store warns"),
  toleranceShare: rule(
    "W6",
    0.02,
    "1",
    OWN,
    "By how much a store's weight may differ from what was collected",
  ),
  keyedDivisionGrams: rule(
    "W6",
    10,
    "g",
    OWN,
    "Step of a keyed weight at a site without a scale; elsewhere its scales' largest",
  ),
  weightAgeSeconds: rule(
    "W2",
    60,
    "s",
    OWN,
    "How old a stable weight may be when a bag is sealed with it",
  ),
  warnHours: rule("W5", 24, "h", OWN, "From the sealing to the warning"),
  breachHours: rule("W5", 48, "h", REGULATIONS_17, "From the sealing to the breach"),
  /** Half of the time that is left, as without an epidemic. */
  epidemicWarnHours: rule("W5", 12, "h", OWN, "The same warning in an epidemic"),
  epidemicBreachHours: rule("W5", 24, "h", EPIDEMIC, "The same breach in an epidemic"),
  institutionHours: rule("W9", 2, "h", OWN, "From the site's alarm to the institution's"),
  regulatorHours: rule("W9", 24, "h", MEASURES, "From the site's alarm to the regulator's"),
  silentMinutes: rule(
    "W9",
    30,
    "min",
    OWN,
    "Nothing came from a site for so long: its county tells for it what is past the limit",
  ),
  receiptHours: rule("W8", 120, "h", TRANSFER, "From the departure to the receipt, at the most"),
  manifestYears: rule("W8", 10, "a", TRANSFER, "How long manifests are kept"),
  ledgerYears: rule("W8", 5, "a", LEDGER, "How long the ledger is kept"),
  registerYears: rule("W8", 3, "a", REGULATIONS_12, "How long the register is kept"),
});
export type WasteRules = z.infer<typeof wasteRules>;
export type RuleName = keyof WasteRules;

/** What holds where the configuration says nothing. */
export const DEFAULT_RULES: WasteRules = wasteRules.parse({});
