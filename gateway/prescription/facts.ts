/**
 * What rules see of a prescription: national codes and whole numbers of base units, made of the
 * recorded form by a site's mapping. What could not be made is `null`, and `unknowns` says why: a
 * rule that needs it could not check (P5).
 */

/**
 * Micrograms, microlitres, thousandths of an international unit, or thousandths of a piece; and
 * nanograms, for ingredients that are dosed in parts of a microgram (calcitriol 0.25 µg). All
 * amounts of one ingredient are in one unit: that which the drug list says for it.
 */
export const BASE_UNITS = ["ug", "ng", "ul", "mIU", "mpcs"] as const;
export type BaseUnit = typeof BASE_UNITS[number];

/** A whole number of base units, below 2^53; what would be larger or a fraction is refused. */
export interface BaseAmount {
  readonly value: number;
  readonly unit: BaseUnit;
}

/** An ingredient, and how much of it one dose and one day have. */
export interface IngredientFacts {
  /** Code of the county's list of ingredients; its ATC codes are those of the list. */
  readonly code: string;
  readonly perDose: BaseAmount | null;
  /** On a day with most doses: ten a week are two on one day; `null` also for as-needed. */
  readonly perDay: BaseAmount | null;
  /** In the whole quantity; facts of earlier do not say it. */
  readonly total?: BaseAmount | null;
}

/** What the law and its rules tell drugs apart by. */
export const DRUG_CLASSES = [
  "narcotic",
  "psychotropic-1",
  "psychotropic-2",
  "toxic",
  "radioactive",
  "precursor",
  "antimicrobial-unrestricted",
  "antimicrobial-restricted",
  "antimicrobial-special",
  "tuberculosis",
  "tcm-injection",
  "tcm-slice",
  "tcm-proprietary",
  "special-storage",
  "sustained-release",
  "injection",
  /** What others are dissolved or diluted in, as a whole infusion: isotonic solutions, water. */
  "solvent",
  "dressing",
] as const;
export type DrugClass = typeof DRUG_CLASSES[number];

export interface LineFacts {
  /** From 1, as in the recorded prescription. */
  readonly line: number;
  readonly group: number | null;
  /** National code of the product; `null`: unknown drug. */
  readonly drug: string | null;
  readonly ingredients: readonly IngredientFacts[] | null;
  readonly atc: readonly string[];
  readonly classes: readonly DrugClass[];
  /** Code of the county's list of routes. */
  readonly route: string | null;
  /** `{times, days}`: three times in one day, once in seven; `null` also for as-needed. */
  readonly frequency: { readonly times: number; readonly days: number } | null;
  readonly days: number;
  /**
   * Days that the quantity lasts, in thousandths and no less, rounded to packs as the county says:
   * more than 7,000 is more than seven days. Of less than days it says nothing: see supplyDoses.
   */
  readonly supplyMilliDays: number | null;
  /**
   * Quantity and dose in the largest part of which both are whole numbers, below 2^53 and never
   * rounded: 1 and 1 are one dose, 5 and 2 two and a half. Facts of earlier do not say it.
   */
  readonly supplyDoses?: { readonly quantity: number; readonly dose: number } | null;
  readonly quantity: BaseAmount | null;
  readonly written?: WrittenFacts;
}

/** How a line was written, which is commented on whatever it means (P13). */
export interface WrittenFacts {
  /** Whether the name has the drug's own in it, or an ingredient's; `null`: no name was sent. */
  readonly officialName: boolean | null;
  /** Whether the dose is told in whole packs of more than one piece. */
  readonly doseInPacks: boolean;
  /** Route and frequency in words where some were sent, else the site's codes. */
  readonly directions: readonly string[];
}

export type Answer = "yes" | "no" | null;

/** In which words an age was told: a date of birth, a unit, or only by the resident ID. */
export type AgeTold = "date" | "d" | "wk" | "mo" | "a" | "resident-id";

export interface PatientFacts {
  /** Under which this patient's history is kept; `null`: nobody can say who it is. */
  readonly key: string | null;
  readonly sex: "male" | "female" | null;
  /** On the day of issue in Asia/Shanghai; `null` where neither date of birth nor age was given. */
  readonly ageDays: number | null;
  /** Completed months on that day, for limits in months and years (three years are 36). */
  readonly ageMonths?: number | null;
  readonly ageTold?: AgeTold | null;
  readonly weightGrams: number | null;
  readonly pregnant: Answer;
  readonly breastfeeding: Answer;
  /** Creatinine clearance, thousandths of ml/min. */
  readonly renal: number | null;
  /** Codes of substances; empty: known to have none; `null`: not asked, or one is unknown. */
  readonly allergies: readonly string[] | null;
}

/**
 * How far a history reaches: all sites of the county; what of them this centre had heard while it
 * could not hear the other one; those that a number of one site's own, or a node that is cut off,
 * lets know; none, where nobody can say who the patient is.
 */
export const HISTORY_REACHES = ["county", "heard", "own-site", "none"] as const;
export type HistoryReach = typeof HISTORY_REACHES[number];

/** Medicines of earlier of one patient; with more of them the history is of no use. */
export const HISTORY_MAX = 500;

/** A medicine of earlier that has not run out, of whatever site. */
export interface HistoryLine {
  readonly site: string;
  readonly prescription: string;
  /** Of that prescription, and its line from 1; histories of earlier do not say them. */
  readonly version?: number;
  readonly line?: number;
  readonly issuedMs: number;
  readonly untilMs: number;
  readonly drug: string | null;
  readonly ingredients: readonly IngredientFacts[];
  readonly atc: readonly string[];
  readonly classes: readonly DrugClass[];
  readonly route: string | null;
}

/** Rights from the county's dated registry, never from the request (P14). */
export interface PrescriberFacts {
  readonly id: string;
  /**
   * Whether the registry has the prescriber there on the day of issue: `no` is over or not begun,
   * `null` known to no registry. Facts of earlier do not say it.
   */
  readonly registered?: Answer;
  readonly rights: readonly string[] | null;
  /** `village-doctor`, `resident`, `attending`, `associate-chief`, `chief`. */
  readonly title: string | null;
  /**
   * Kind of the site, as registry.ts names them, and the level of a hospital, on the day of issue;
   * `null`: the registry does not say. Facts of earlier do not, either.
   */
  readonly place?: string | null;
  readonly level?: number | null;
}

export interface Unknown {
  /** Where in the recorded prescription, counted from 0: `lines.2.dose.unit`. */
  readonly at: string;
  /** One of `UNKNOWN_CODES`: `unknown-code`, `not-convertible`, `no-registry`, … */
  readonly code: string;
  readonly detail: string;
}

export interface Facts {
  readonly site: string;
  readonly id: string;
  readonly setting: "outpatient" | "emergency" | "inpatient" | "discharge";
  readonly form: "western" | "tcm-slices";
  readonly rescue: boolean;
  readonly doses: number | null;
  readonly issuedMs: number;
  /** Whole days after the day of issue, Asia/Shanghai, until which it may be dispensed. */
  readonly validDays: number;
  readonly reasons: {
    readonly longer: boolean;
    readonly pain: boolean;
    readonly longTerm: boolean;
    readonly dose?: boolean;
  };
  /** ICD-10 codes; empty: no diagnosis was given; `null`: one is not known. */
  readonly diagnoses: readonly string[] | null;
  readonly patient: PatientFacts;
  readonly prescriber: PrescriberFacts;
  readonly lines: readonly LineFacts[];
  /** `null`: the history could not be had. */
  readonly history: readonly HistoryLine[] | null;
  /** Facts of earlier do not say it: theirs was taken for the county's. */
  readonly historyReach?: HistoryReach;
  readonly unknowns: readonly Unknown[];
  /** Versions of the mapping and of the drug list that made them, with `+` between. */
  readonly mapping: string;
}
