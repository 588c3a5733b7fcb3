/**
 * The county's drug list as it is written: YAML, a few lines a drug. Codes are the keys.
 *
 *     list: demo-county
 *     issued: 2026-09-01
 *     source: where the strengths and classes are from
 *     ingredients:
 *       amoxicillin: { zh: 阿莫西林, en: amoxicillin, atc: J01CA04 }
 *       calcitriol: { zh: 骨化三醇, en: calcitriol, atc: A11CC04, counted: ng }
 *       insulin: { zh: 胰岛素, en: insulin, atc: A10AB01, counted: mIU }
 *       isatis: { zh: 板蓝根, en: isatis root, counted: mpcs }   # its strength is `1 piece`
 *     drugs:
 *       amoxicillin-capsule-250mg:
 *         zh: 阿莫西林胶囊
 *         en: amoxicillin capsules
 *         form: capsule
 *         classes: [antimicrobial-unrestricted]
 *         ingredients: { amoxicillin: 0.25 g }
 *         piece: 粒                      # what one is called, or a list: [瓶, 袋]
 *         pack: { 板: 12, 盒: 24 }       # the smallest is what is not broken
 *       gentamicin-injection:
 *         zh: 硫酸庆大霉素注射液
 *         en: gentamicin injection
 *         form: injection
 *         atc: J01GB03                   # of its ingredients' codes only this
 *         classes: [injection, antimicrobial-unrestricted]
 *         ingredients: { gentamicin: 80 mg }
 *         labelled: 8 万单位             # 1 支 = 2 ml = 80 mg = 8 万单位
 *         volume: 2 ml
 *         piece: 支
 *       ibuprofen-suspension:
 *         zh: 布洛芬混悬液
 *         en: ibuprofen suspension
 *         form: suspension
 *         ingredients: { ibuprofen: 20 mg/ml }
 *         volume: 100 ml
 *         piece: 瓶
 *         words: { 滴: 0.05 ml }
 *     routes: { oral: { zh: 口服, en: by mouth, wst364: "1" } }
 *     frequencies:
 *       tid: { zh: 每日三次, en: three times a day, times: 3, days: 1 }
 *       q8h: { zh: 每8小时一次, en: every 8 hours, every: 8 h }
 *       prn: { zh: 必要时, en: as needed, times: as-needed }
 *     allergies: { penicillins: { zh: 青霉素类, en: penicillins, atc: J01C } }
 *     diagnoses: { 感冒: J00 }           # words that clinics write instead of a code
 *     units: { 茶匙: 5 ml }              # beyond those of measure.ts
 *     supply: { rounding: smallest-pack, exactFor: [special-storage] }
 *
 * A drug's code is the national one where there is one (国家医保药品代码, 23 characters: 国家医疗
 * 保障局, 医保药品分类与代码; or 国药准字 and a letter and eight digits: 药品注册管理办法 (2020),
 * article 123), else the county's own.
 *
 * A strength is what one piece has (`0.25 g`), or `20 mg/ml`, `100 mg/5 ml` of its `volume`,
 * `1 mg/g` of its labelled mass, or `0.9 %`: grams in 100 ml where the piece has a volume, in 100 g
 * where it has a labelled mass (中国药典 2020, 凡例: percentages). `labelled` says what a dose in g
 * or 单位 is counted against; without it that is the strength of a drug with one ingredient. A
 * compound without it takes doses in pieces and ml only. Slices have `ingredients: { herb: 1 g }`
 * and no piece. As needed, but three times a day at most, is a frequency as tid is.
 */
import * as z from "zod";
import { oneOrMore, wholeNumber } from "./data_file.ts";
import { BASE_UNITS, DRUG_CLASSES } from "./facts.ts";

const DRUGS_MAX = 20_000;
const CODES_MAX = 5_000;
/** Of one drug; Chinese proprietary medicines have up to some fifty. */
const INGREDIENTS_MAX = 60;
const WORDS_MAX = 20;

/** Lists of codes, and ours of others: letters, digits and `.-_`, or an approval number. */
export const nationalCode = z.string().regex(
  /^(国药准字[A-Z]{1,2}\d{8}|[A-Za-z0-9][A-Za-z0-9._-]{0,39})$/,
  "want letters, digits, - . _ (40 at most), or 国药准字 with one or two letters and 8 digits",
);
const text = z.string().min(1).max(200);
const word = z.string().min(1).max(16);
const amountText = z.string().min(1).max(40);
const day = z.iso.date("want a date as 2026-09-01");
const classes = z.array(z.enum(DRUG_CLASSES)).max(DRUG_CLASSES.length);

/** Anatomical, therapeutic, chemical: WHO ATC index; a class of it is its beginning. */
const atc = z.string().regex(
  /^[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?$/,
  "want an ATC code as J01CA04, or the beginning of one",
);

/**
 * ICD-10 with the extensions of 疾病分类与代码国家临床版 2.0 and GB/T 14396-2016: a letter and two
 * digits, and up to a digit or `x`, two digits, `x` and three digits: `J45.900x001`, `J46.x00`.
 */
export const icd10 = z.string().regex(
  /^[A-Z]\d\d(\.[\dx]\d{0,2}(x\d{3})?)?$/,
  "want an ICD-10 code as J45.9 or J45.900x001",
);

const named = { zh: text, en: text };

const ingredient = z.strictObject({
  ...named,
  atc: oneOrMore(atc, WORDS_MAX).default([]),
  /** In which unit every amount of it is told to rules. */
  counted: z.enum(BASE_UNITS).default("ug"),
});

const drug = z.strictObject({
  ...named,
  form: text,
  classes: classes.default([]),
  /** Of the product where it is not that of its ingredients: a compound has its own. */
  atc: oneOrMore(atc, WORDS_MAX).optional(),
  ingredients: z.record(nationalCode, amountText)
    .refine((all) => Object.keys(all).length > 0, "want one ingredient or more")
    .refine((all) => Object.keys(all).length <= INGREDIENTS_MAX, `want ${INGREDIENTS_MAX} or less`),
  /** What one piece is called; slices have none and are counted by mass. */
  piece: oneOrMore(word, WORDS_MAX).default([]),
  /** Packs and how many pieces each has; the smallest is what is not broken. */
  pack: z.record(word, wholeNumber(1, 100_000)).default({}),
  /** Of one piece. */
  volume: amountText.optional(),
  labelled: oneOrMore(amountText, WORDS_MAX).default([]),
  /** Other words for a part of it, as an amount: `滴: 0.05 ml`, `喷: 1 piece`. */
  words: z.record(word, amountText).default({}),
});
export type WrittenDrug = z.infer<typeof drug>;

const frequency = z.union([
  z.strictObject({ ...named, times: wholeNumber(1, 100), days: wholeNumber(1, 366) }),
  z.strictObject({
    ...named,
    every: z.string().regex(/^[1-9]\d{0,2} (h|d|wk)$/, "want hours, days or weeks as 8 h"),
  }),
  z.strictObject({ ...named, times: z.literal("as-needed") }),
], "want times and days (3 and 1), or every (8 h), or times: as-needed; and zh and en");
export type WrittenFrequency = z.infer<typeof frequency>;

const allergy = z.strictObject({
  ...named,
  ingredients: z.array(nationalCode).max(1000).default([]),
  classes: classes.default([]),
  /** Beginnings of the ATC codes that it is about. */
  atc: oneOrMore(atc, WORDS_MAX).default([]),
});

const route = z.strictObject({
  ...named,
  /** Its value in CV06.00.102 用药途径代码 of WS/T 364.12 (`403`: into the muscle). */
  wst364: z.string().regex(/^\d{1,3}$/, "want a value of CV06.00.102, as 403").optional(),
});

/** How days of supply are counted (P4). */
const supply = z.strictObject({
  /**
   * `smallest-pack`: what is over because a pack is not broken counts for no days: 24 capsules,
   * 3 a day for 7 days, are 7 days; another pack would be 16. `none`: 24 capsules are 8 days.
   */
  rounding: z.enum(["none", "smallest-pack"]).default("none"),
  /**
   * Classes that are counted by the piece all the same. Narcotic, psychotropic and toxic drugs are
   * in any case.
   */
  exactFor: classes.default([]),
});

const renal = z.strictObject({
  /** What an eGFR per 1.73 m² is taken as: nothing, or creatinine clearance. */
  indexed: z.enum(["refuse", "as-clearance"]).default("refuse"),
  /** An older value counts as none. */
  daysMax: wholeNumber(1, 3660).optional(),
});

function listOf<T extends z.ZodType>(each: T, most: number) {
  return z.record(nationalCode, each).default({})
    .refine((all) => Object.keys(all).length <= most, `want ${most} or less`);
}

export const drugListSchema = z.strictObject({
  list: nationalCode,
  issued: day,
  source: z.string().max(2000).optional(),
  ingredients: listOf(ingredient, DRUGS_MAX),
  drugs: listOf(drug, DRUGS_MAX),
  routes: listOf(route, CODES_MAX),
  frequencies: listOf(frequency, CODES_MAX),
  allergies: listOf(allergy, CODES_MAX),
  diagnoses: z.record(z.string().min(1).max(64), icd10).default({})
    .refine((all) => Object.keys(all).length <= DRUGS_MAX, `want ${DRUGS_MAX} or less`),
  units: z.record(word, amountText).default({}),
  supply: supply.default({ rounding: "none", exactFor: [] }),
  renal: renal.default({ indexed: "refuse" }),
});
export type WrittenDrugList = z.infer<typeof drugListSchema>;
