/** What a pack is made of: documents that it cites, rules, rows of tables, and cases. */
import * as z from "zod";
import { DRUG_CLASSES } from "../facts.ts";
import { SETTINGS } from "../prescription.ts";
import { LEVELS } from "../verdict.ts";
import { SUBJECTS } from "./vocabulary.ts";

/** Rules and rows of one pack together. */
export const RULES_MAX = 20_000;
export const CASES_MAX = 5000;
/** Keys of one list of one rule: as many herbs as a pharmacopoeia has. */
const KEYS_MAX = 1000;

const id = z.string().max(80).regex(/^[a-z0-9]+([._-][a-z0-9]+)*$/, "want words like dose-max.1");
const words = z.string().min(1).max(2000);
const code = z.string().min(1).max(64);
const day = z.iso.date();

/** In Chinese and in English. */
const both = z.strictObject({ zh: words, en: words });

/** Days of Asia/Shanghai, both of them within; without `until` it has no end. */
export const effective = z.strictObject({ from: day, until: day.optional() });

/** A document that rules rest on. */
export const document = z.strictObject({
  title: words,
  /** As its issuer numbers it: 卫生部令第53号. */
  number: words.optional(),
  url: z.url({ protocol: /^https?$/ }).optional(),
});

/** Where a rule's number comes from, in the document's own words. */
export const source = z.strictObject({
  /** One of the head's documents. */
  document: id,
  /** 第十九条 */
  clause: words,
  words,
  /** `false`: the text itself could not be seen; shown as "to be confirmed". */
  confirmed: z.boolean().default(true),
});
export type Source = z.infer<typeof source>;

/** Of what a rule speaks: one of each list that is there. */
const keys = z.strictObject({
  drugs: z.array(code).min(1).max(KEYS_MAX).optional(),
  ingredients: z.array(code).min(1).max(KEYS_MAX).optional(),
  /** Whole levels of ATC: `J`, `J01`, `J01C`, `J01CA`, `J01CA04`. */
  atc: z.array(
    z.string().regex(/^[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?$/, "want whole levels of ATC: J01CA"),
  ).min(1).max(KEYS_MAX).optional(),
  classes: z.array(z.enum(DRUG_CLASSES)).min(1).optional(),
  routes: z.array(code).min(1).max(KEYS_MAX).optional(),
});
export type Keys = z.infer<typeof keys>;
export const KEY_KINDS = ["drugs", "ingredients", "atc", "classes", "routes"] as const;

const applies = keys.extend({
  settings: z.array(z.enum(SETTINGS)).min(1).optional(),
  forms: z.array(z.enum(["western", "tcm-slices"])).min(1).optional(),
});
export type Applies = z.infer<typeof applies>;

/** The other of a pair: by keys, or by what both have. */
const other = keys.extend({
  /** `atc5`: one chemical subgroup, the first five characters. */
  same: z.enum(["drug", "ingredient", "atc5"]).optional(),
  /** Only medicines of earlier, or only lines of this prescription. */
  history: z.enum(["only", "never"]).optional(),
});
export type Other = z.infer<typeof other>;

/** What a missing input means (P5). */
const input = z.union([
  z.string(),
  z.strictObject({
    name: z.string(),
    missing: z.enum(["could-not-check", "not-applicable"]),
    /** Of history: what one site knows is not enough, since others give out, too. */
    reach: z.literal("county").optional(),
  }),
]);

export const CELL_KINDS = ["int", "bool", "text", "texts", "amount", "age"] as const;
export type CellKind = typeof CELL_KINDS[number];
const cellValue = z.union([z.int(), z.boolean(), words, z.array(words).max(KEYS_MAX)]);
export type CellValue = z.infer<typeof cellValue>;
const cellName = z.string().max(40).regex(/^[a-z][a-zA-Z0-9]*$/, "want a name like maxPerDay");

/** A column of the table that a rule reads. */
const cell = z.strictObject({ kind: z.enum(CELL_KINDS), default: cellValue.optional() });

export const rule = z.strictObject({
  id,
  level: z.enum(LEVELS),
  title: both,
  /** `{name}` is filled by the value of an input or cell. */
  text: both,
  source,
  effective,
  per: z.enum(SUBJECTS),
  applies: z.union([z.literal("all"), applies]),
  with: other.optional(),
  inputs: z.array(input).max(20),
  cells: z.record(cellName, cell).optional(),
  /** CEL: where it is true there is a finding. */
  when: z.string().min(1),
  /** Item of 处方点评 (P13). */
  comment: z.string().regex(/^(1-([1-9]|1[0-5])|2-[1-9]|3-[1-4])$/).optional(),
});
export type Rule = z.infer<typeof rule>;

/** One row of a table: the rule once more, for other drugs and with other numbers. */
export const row = z.strictObject({
  id,
  ...keys.shape,
  with: other.optional(),
  level: z.enum(LEVELS).optional(),
  source: source.optional(),
  effective: effective.optional(),
  comment: rule.shape.comment,
  cells: z.record(cellName, cellValue).default({}),
});
export type Row = z.infer<typeof row>;

/** A table stands in a file of its own; several may be read by one rule, and one by several. */
export const table = z.strictObject({
  /** Of several the first is the one that levels and comment items of rows are for. */
  rule: z.union([id, z.array(id).min(1).max(10)]),
  rows: z.array(row).min(1).max(RULES_MAX),
});

export const head = z.strictObject({
  name: z.string().max(40).regex(/^[a-z][a-z0-9-]*$/, "want a name like county-rules"),
  version: z.string().max(40).regex(/^[0-9A-Za-z][0-9A-Za-z.-]*$/),
  title: both,
  /** `demonstration` and `synthetic` packs are shown as such wherever they decide. */
  kind: z.enum(["real", "demonstration", "synthetic"]),
  effective,
  documents: z.record(id, document),
});
export type Head = z.infer<typeof head>;
