/**
 * Legal and clinical numbers of sterile supply: configuration, each with an id, its source and the
 * day from which it holds. Several editions of one id may stand side by side.
 */
import * as z from "zod";

/** How air is removed: by pulses of vacuum, or by steam that is lighter. */
export const METHODS = ["prevacuum", "gravity"] as const;
export type Method = typeof METHODS[number];

/** What lies in the chamber; `test`: a test pack and nothing else. */
export const LOADS = ["instruments", "dressings", "mixed", "other", "test"] as const;
export type Load = typeof LOADS[number];

const TEXT_LENGTH_MAX = 300;
const RULES_MAX = 200;

const about = {
  /** `s1-hold-prevacuum` */
  id: z.string().regex(/^s[1-6]-[a-z0-9-]{1,60}$/, "want an id such as s1-hold-prevacuum"),
  source: z.string().min(1).max(TEXT_LENGTH_MAX),
  /** First day in China, `2017-06-01`. */
  effective: z.iso.date(),
  /** What still has to be checked against the official text. */
  toConfirm: z.string().min(1).max(TEXT_LENGTH_MAX).optional(),
};

const seconds = z.number().min(0).max(86_400);
const kelvin = z.number().min(0).max(50);
const temperatureCel = z.number().min(50).max(150);

export const ruleSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    ...about,
    kind: z.literal("hold"),
    method: z.enum(METHODS),
    loads: z.array(z.enum(LOADS)).min(1),
    /** Of programs that it is for. */
    setpointMinCel: temperatureCel,
    setpointMaxCel: temperatureCel,
    seconds,
  }),
  /** By how much the temperature may be above the program's. */
  z.strictObject({ ...about, kind: z.literal("band"), kelvin }),
  /** So long nobody may have looked while it sterilises. */
  z.strictObject({ ...about, kind: z.literal("gap"), seconds }),
  /** Samples that are no further apart tell when the hold begins and ends. */
  z.strictObject({ ...about, kind: z.literal("resolution"), seconds }),
  /** Where the device tells no phases, the temperature may swing so long until it holds. */
  z.strictObject({ ...about, kind: z.literal("settle"), seconds }),
  /** A clock that is set by more, within a cycle, makes its times doubtful. */
  z.strictObject({ ...about, kind: z.literal("clock-jump"), seconds }),
  /** By how much steam may be off what its pressure says. */
  z.strictObject({ ...about, kind: z.literal("saturation"), kelvin }),
  /** How many days one Bowie-Dick test is good for; 1: that day alone. */
  z.strictObject({ ...about, kind: z.literal("bowie-dick"), days: z.int().min(1).max(7) }),
  /** At least so often a biological indicator. */
  z.strictObject({
    ...about,
    kind: z.literal("biological-interval"),
    days: z.int().min(1).max(31),
  }),
  /** After one that failed, so many in a row have to pass before the device is used again. */
  z.strictObject({ ...about, kind: z.literal("biological-return"), count: z.int().min(1).max(10) }),
  /** Chemical indicators of a load that have to be read before it is released. */
  z.strictObject({ ...about, kind: z.literal("chemical"), results: z.int().min(0).max(100) }),
  /** Class of the chemical indicator by which an implant may leave in an emergency. */
  z.strictObject({ ...about, kind: z.literal("emergency-class"), class: z.int().min(1).max(6) }),
  /** So long after an implant left early its biological result may be out. */
  z.strictObject({ ...about, kind: z.literal("early-result"), hours: z.number().min(1).max(720) }),
  /** Persons who release a load, one after the other. */
  z.strictObject({ ...about, kind: z.literal("release-steps"), persons: z.int().min(1).max(2) }),
  /** So long after an alarm that nobody closed the institution hears of it, and the regulator. */
  z.strictObject({
    ...about,
    kind: z.literal("escalation"),
    institutionHours: z.number().min(0).max(720),
    regulatorHours: z.number().min(0).max(720),
  }),
  /** So long records are kept at least; the standard's three years are the least (S6). */
  z.strictObject({ ...about, kind: z.literal("retention"), years: z.int().min(3).max(100) }),
]);

export type Rule = z.infer<typeof ruleSchema>;
export type RuleKind = Rule["kind"];
export type RuleOf<K extends RuleKind> = Extract<Rule, { readonly kind: K }>;

/** Kinds of which one rule has to be in force. */
const SINGLE = [
  "band",
  "gap",
  "resolution",
  "settle",
  "clock-jump",
  "saturation",
  "bowie-dick",
  "biological-interval",
  "biological-return",
  "chemical",
  "emergency-class",
  "early-result",
  "release-steps",
  "escalation",
  "retention",
] as const satisfies readonly RuleKind[];

/** All editions of all rules. */
export const ruleBookSchema = z.array(ruleSchema).min(1).max(RULES_MAX).superRefine(
  (rules, context) => {
    const seen = new Set<string>();
    for (const [index, { id, effective }] of rules.entries()) {
      const edition = `${id} ${effective}`;
      if (seen.has(edition)) {
        const message = `there are two editions of ${id} from ${effective}; leave one out`;
        context.addIssue({ code: "custom", path: [index, "effective"], message });
      }
      seen.add(edition);
    }
    for (const kind of SINGLE) {
      const ids = new Set(rules.filter((rule) => rule.kind === kind).map(({ id }) => id));
      if (ids.size === 1) continue;
      const found = ids.size === 0 ? "there is none" : `there are ${[...ids].join(", ")}`;
      const message = `want one rule "${kind}"; ${found}`;
      context.addIssue({ code: "custom", path: [], message });
    }
  },
);
export type RuleBook = readonly Rule[];

/** The editions that hold on one day: one of each id. */
export interface RulesInForce {
  readonly holds: readonly RuleOf<"hold">[];
  /** The one rule of a kind; `null` before its first edition. */
  one<K extends RuleKind>(kind: K): RuleOf<K> | null;
}

/** The rules of a day in China, `2026-03-02`. */
export function rulesOn(book: RuleBook, day: string): RulesInForce {
  const byId = new Map<string, Rule>();
  for (const rule of book) {
    if (rule.effective > day) continue;
    const other = byId.get(rule.id);
    if (other === undefined || other.effective < rule.effective) byId.set(rule.id, rule);
  }
  const inForce = [...byId.values()];
  const isOf = <K extends RuleKind>(kind: K) => (rule: Rule): rule is RuleOf<K> =>
    rule.kind === kind;
  return {
    holds: inForce.filter(isOf("hold")),
    one: <K extends RuleKind>(kind: K) => inForce.find(isOf(kind)) ?? null,
  };
}
