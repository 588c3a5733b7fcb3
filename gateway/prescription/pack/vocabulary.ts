/**
 * The names that a rule's condition may use: what each is of, its kind in CEL, the largest it can
 * be. Whole numbers only, in base units; nothing else of a prescription reaches a condition.
 */
import { AMOUNT_MAX } from "./amount.ts";

/** What a rule is evaluated for, once each. A pair is a line and another, or one of the history. */
export const SUBJECTS = ["prescription", "line", "ingredient", "pair"] as const;
export type Subject = typeof SUBJECTS[number];

export type Kind = "int" | "bool" | "string" | "list<string>";

export interface Name {
  readonly of: Subject;
  readonly kind: Kind;
  /** Whole numbers beyond it are absurd, and count as missing. */
  readonly max?: number;
  /** Shown with the point so many digits from the right. */
  readonly power?: number;
  readonly zh: string;
  readonly en: string;
}

/** Persons are not older than that: 164 years. */
const AGE_DAYS_MAX = 60_000;
const AGE_MONTHS_MAX = 2000;
/** A tonne. */
const WEIGHT_GRAMS_MAX = 1_000_000;
/** Ten years' supply, in thousandths of a day. */
const SUPPLY_MAX = 4_000_000;

const text = (of: Subject, zh: string, en: string): Name => ({ of, kind: "string", zh, en });
const texts = (of: Subject, zh: string, en: string): Name => ({ of, kind: "list<string>", zh, en });
const yes = (of: Subject, zh: string, en: string): Name => ({ of, kind: "bool", zh, en });
const int = (of: Subject, max: number, zh: string, en: string, power = 0): Name => ({
  of,
  kind: "int",
  max,
  power,
  zh,
  en,
});

export const VOCABULARY: Readonly<Record<string, Name>> = {
  setting: text("prescription", "就诊类型", "setting"),
  form: text("prescription", "处方类型", "form"),
  rescue: yes("prescription", "抢救", "rescue"),
  doses: int("prescription", 366, "剂数", "doses of slices"),
  validDays: int("prescription", 10_000, "有效期延长天数", "days that it stays valid"),
  daysSinceIssue: int("prescription", 100_000, "开具后天数", "days since it was issued"),
  drugs: int("prescription", 60, "药品种数（饮片不计）", "drugs, slices not counted"),
  reasonLonger: yes("prescription", "延长用量理由", "reason for a longer supply"),
  reasonPain: yes("prescription", "癌痛或中重度慢性疼痛", "cancer pain or chronic pain"),
  reasonLongTerm: yes("prescription", "长期处方评估", "assessment for a long-term prescription"),
  reasonDose: yes("prescription", "超剂量理由", "reason for a larger dose"),
  diagnosed: yes("prescription", "有临床诊断", "whether a diagnosis was given"),
  diagnoses: texts("prescription", "临床诊断", "diagnoses"),
  sexGiven: yes("prescription", "写明性别", "whether the sex was given"),
  sex: text("prescription", "性别", "sex"),
  ageDays: int("prescription", AGE_DAYS_MAX, "年龄（天）", "age in days"),
  ageMonths: int("prescription", AGE_MONTHS_MAX, "年龄（月）", "age in months"),
  ageGiven: yes("prescription", "写明年龄", "whether an age was given"),
  ageTold: text("prescription", "年龄写法", "how the age was told"),
  weightGrams: int("prescription", WEIGHT_GRAMS_MAX, "体重（kg）", "weight in kg", 3),
  pregnant: yes("prescription", "是否妊娠", "pregnancy"),
  breastfeeding: yes("prescription", "是否哺乳", "breastfeeding"),
  renal: int("prescription", 1_000_000, "肌酐清除率（ml/min）", "creatinine clearance, ml/min", 3),
  allergies: texts("prescription", "过敏史", "allergies"),
  prescriberTitle: text("prescription", "医师职称", "prescriber's title"),
  prescriberRights: texts("prescription", "医师处方权", "prescriber's rights"),
  place: text("prescription", "机构类别", "kind of the site"),
  hospitalLevel: int("prescription", 3, "医院级别", "level of the hospital"),
  prescriptionClasses: texts("prescription", "处方药品类别", "classes of all drugs"),

  drug: text("line", "药品", "drug"),
  ingredients: texts("line", "成分", "ingredients"),
  atc: texts("line", "ATC 编码", "ATC codes"),
  classes: texts("line", "药品类别", "classes"),
  route: text("line", "给药途径", "route"),
  times: int("line", 1000, "给药次数", "how many times"),
  timesDays: int("line", 1000, "给药间隔天数", "in how many days"),
  days: int("line", 366, "用药天数", "days of use"),
  supplyMilliDays: int("line", SUPPLY_MAX, "处方用量（天）", "days that the quantity lasts", 3),
  quantityParts: int("line", AMOUNT_MAX, "处方总量（份）", "the quantity, in parts of doseParts"),
  doseParts: int("line", AMOUNT_MAX, "单次剂量（份）", "the dose, in parts of quantityParts"),
  officialName: yes("line", "使用规范药名", "whether the official name was used"),
  doseInPacks: yes("line", "以包装为剂量单位", "whether the dose is told in packs"),
  directions: texts("line", "用法原文", "directions in their own words"),
  groupIngredients: texts("line", "同组药品成分", "ingredients of the same infusion"),

  ingredient: text("ingredient", "成分", "ingredient"),
  perDose: int("ingredient", AMOUNT_MAX, "单次剂量", "single dose"),
  perDay: int("ingredient", AMOUNT_MAX, "日剂量", "daily dose"),
  total: int("ingredient", AMOUNT_MAX, "总量", "amount in the whole quantity"),

  past: yes("pair", "对方为历史用药", "whether the other is of the history"),
  sameGroup: yes("pair", "同组输液", "whether both are in one infusion"),
  shared: texts("pair", "相同项", "what both have"),
  otherDrug: text("pair", "另一药品", "the other drug"),
  otherIngredients: texts("pair", "另一药品成分", "the other's ingredients"),
  otherAtc: texts("pair", "另一药品 ATC 编码", "the other's ATC codes"),
  otherClasses: texts("pair", "另一药品类别", "the other's classes"),
  otherRoute: text("pair", "另一药品给药途径", "the other's route"),
};

/** Not a name in conditions: whether the medicines of earlier could be had at all. */
export const HISTORY = { zh: "既往用药", en: "medicines of earlier" } as const;

/** Amounts, which mean something only beside an amount of the same unit. */
export const AMOUNT_NAMES: readonly string[] = ["perDose", "perDay", "total"];

const SEEN_BY: Readonly<Record<Subject, readonly Subject[]>> = {
  prescription: ["prescription"],
  line: ["prescription", "line"],
  ingredient: ["prescription", "line", "ingredient"],
  pair: ["prescription", "line", "pair"],
};

/** The names that a rule for such a subject may use. */
export function namesFor(subject: Subject): ReadonlyMap<string, Name> {
  const seen = SEEN_BY[subject];
  return new Map(Object.entries(VOCABULARY).filter(([, { of }]) => seen.includes(of)));
}
