/**
 * The table of cited prescriptions, for tests: whole prescriptions as a HIS sends them, each group
 * with the words of a regulation, a leaflet or a published example that say what has to come of
 * them. What is expected was written from those words, not from what the rules said.
 *
 *     - rule: P4
 *       source: { document: 处方管理办法, clause: 第六条第（七）项, words: 每张处方不得超过5种药品。 }
 *       prescriptions:
 *         - id: five drugs
 *           lines: [amoxicillin-capsule-250mg 2粒 PO tid 4天 1盒, …]
 *           outcome: pass
 *         - id: six drugs
 *           lines: […]
 *           finds: { legal/drugs-max: black }
 *
 * A source may also be the name of a pack's row, which has document and words itself.
 * A line is drug, dose, route, frequency, days and quantity, as they are written; `组1` behind it
 * is its infusion. The drug is named by the demonstration list, and sent as its site's code. A code
 * may have words behind it, as a HIS sends them: `PO「口服」`. `items` are those of 处方点评 that have
 * to come with the findings, where the row is about them.
 */
import { createHash } from "node:crypto";
import { parse } from "yaml";
import * as z from "zod";
import { dayText } from "../../china_calendar.ts";
import { checkCharacter } from "../../resident_id.ts";
import { type Finding, finding, outcomeOf, OUTCOMES } from "../verdict.ts";

const FOLDER = new URL("./", import.meta.url);
const FILES = [
  "form",
  "days",
  "controlled",
  "antimicrobial",
  "herbs",
  "doses",
  "choice",
  "together",
  "comments",
  "unchecked",
];
const DAY_MS = 86_400_000;

const source = z.union([
  z.string(),
  z.strictObject({ document: z.string(), clause: z.string(), words: z.string().min(4) }),
]);

const level = finding.shape.level;

const row = z.strictObject({
  id: z.string(),
  setting: z.enum(["outpatient", "emergency", "inpatient", "discharge"]).default("outpatient"),
  form: z.enum(["western", "tcm-slices"]).default("western"),
  doses: z.int().optional(),
  rescue: z.boolean().default(false),
  /** Issued so many days before it is sent. */
  daysAgo: z.int().default(0),
  /** Days behind the day of issue on which it may be dispensed. */
  validDays: z.int().optional(),
  by: z.string().default("dr-chief"),
  reasons: z.record(z.string(), z.string()).default({}),
  diagnoses: z.array(z.string()).default(["J18.9"]),
  /** Parts of the patient that differ; `born`: so long before the day of issue, or not told. */
  patient: z.looseObject({ born: z.string().nullable().optional() }).default({}),
  lines: z.array(z.string()).min(1),
  /** Of the same patient, sent before. */
  before: z.array(z.string()).optional(),
  outcome: z.enum(OUTCOMES).optional(),
  finds: z.record(z.string(), level).default({}),
  items: z.array(z.string()).optional(),
});

const group = z.strictObject({
  rule: z.string().regex(/^P\d+$/),
  source,
  prescriptions: z.array(row).min(1),
});

export interface CitedRow extends z.infer<typeof row> {
  readonly rule: string;
  readonly source: z.infer<typeof source>;
  readonly outcome: typeof OUTCOMES[number];
}

const document = z.strictObject({ number: z.string().optional(), url: z.url() });

/** By title, those that no pack has. */
export function citedDocuments(): Readonly<Record<string, z.infer<typeof document>>> {
  const text = Deno.readTextFileSync(new URL("documents.yaml", FOLDER));
  return z.record(z.string(), document).parse(parse(text));
}

/** The outcome is told where nothing is found; else the gravest finding says it (P3). */
export function citedRows(): CitedRow[] {
  return FILES.flatMap((name) => {
    const text = Deno.readTextFileSync(new URL(`${name}.yaml`, FOLDER));
    return z.array(group).parse(parse(text)).flatMap(({ rule, source, prescriptions }) =>
      prescriptions.map((one) => {
        const levels = Object.values(one.finds).map((level) => ({ level }));
        return { ...one, rule, source, outcome: one.outcome ?? outcomeOf(levels) };
      })
    );
  });
}

const LINE = /^(\S+) ([\d.]+)(\S+) (\S+) (\S+) (\d+)天 ([\d.]+)(\S+)(?: 组(\d+))?$/u;
const NAMED = /^(.+?)(?:「(.+)」)?$/u;

/** A code, with `「…」` behind it in words too. */
function coded(written: string): { readonly code: string; readonly text?: string } {
  const [, code = written, text] = NAMED.exec(written) ?? [];
  return text === undefined ? { code } : { code, text };
}

/** `codes`: the site's code by the list's name of a drug. */
export function sentLine(text: string, codes: ReadonlyMap<string, string>) {
  const found = LINE.exec(text);
  if (found === null) throw new Error(`Cannot read the line "${text}"`);
  const [, drug = "", dose, doseUnit, route, frequency, days, quantity, unit, group] = found;
  const named = coded(drug);
  return {
    drug: { ...named, code: codes.get(named.code) ?? named.code },
    dose: { value: dose, unit: doseUnit },
    route: coded(route),
    frequency: coded(frequency),
    days: Number(days),
    quantity: { value: quantity, unit },
    ...(group === undefined ? {} : { group: Number(group) }),
  };
}

export interface SentAs {
  /** Makes number and patient those of one trial alone. */
  readonly trial: string;
  readonly codes: ReadonlyMap<string, string>;
  readonly nowMs: number;
  /** What the same patient was sent before, in place of the row's own lines. */
  readonly before?: boolean;
}

const quantity = z.object({ value: z.string(), unit: z.string() });

const sentPatient = z.strictObject({
  id: z.object({ system: z.string(), value: z.string() }),
  name: z.string(),
  sex: z.string(),
  birthDate: z.string().optional(),
  age: quantity.optional(),
  weight: quantity.optional(),
  renal: quantity.extend({ at: z.string() }).optional(),
  pregnant: z.string(),
  breastfeeding: z.string(),
  allergies: z.object({
    state: z.string(),
    substances: z.array(z.object({ code: z.string() })).optional(),
  }),
});
export type SentPatient = z.infer<typeof sentPatient>;

/** The row as plain JSON of `POST /api/prescriptions`. */
export function sentRow(one: CitedRow, { trial, codes, nowMs, before = false }: SentAs) {
  const issuedMs = nowMs - one.daysAgo * DAY_MS;
  const number = createHash("sha256").update(`${trial} ${one.rule} ${one.id}`).digest("hex")
    .slice(0, 20);
  const lines = before ? one.before ?? [] : one.lines;
  return {
    id: before ? `${number}-b` : number,
    version: 1,
    issuedAt: new Date(issuedMs).toISOString(),
    ...(one.validDays === undefined ? {} : { validUntil: dateOf(issuedMs, one.validDays) }),
    setting: one.setting,
    rescue: one.rescue,
    form: one.form,
    ...(one.doses === undefined ? {} : { doses: one.doses }),
    patient: patientOf(one, `p-${number}`, issuedMs),
    diagnoses: one.diagnoses.map((code) => ({ code })),
    prescriber: { id: one.by },
    reasons: one.reasons,
    lines: lines.map((line) => sentLine(line, codes)),
  };
}

function patientOf({ patient }: CitedRow, value: string, issuedMs: number): SentPatient {
  const { born = "45 a", ...rest } = patient;
  const birthDate = "age" in rest || born === null ? null : bornBefore(issuedMs, born);
  return sentPatient.parse({
    id: birthDate === null
      ? { system: "local", value }
      : { system: "resident-id", value: residentIdOf(value, birthDate, rest.sex) },
    name: "王小明",
    sex: "male",
    ...(birthDate === null ? {} : { birthDate }),
    pregnant: "no",
    breastfeeding: "no",
    allergies: { state: "none-known" },
    ...measured(rest, issuedMs),
  });
}
export type SentRow = ReturnType<typeof sentRow>;

/** Made up of a name, and so that it agrees with the rest (GB 11643): an odd number is a man's. */
function residentIdOf(name: string, birthDate: string, sex: unknown = "male"): string {
  const digits = createHash("sha256").update(name).digest().subarray(0, 8)
    .reduce((all, byte) => `${all}${byte % 10}`, "");
  const [place, sequence] = [`1${digits.slice(0, 5)}`, digits.slice(5, 7)];
  const last = sex === "female" ? 2 : 1;
  const number = `${place}${birthDate.replaceAll("-", "")}${sequence}${last}`;
  return `${number}${checkCharacter(number)}`;
}

/** `null` in the row: not measured. */
function measured(patient: Readonly<Record<string, unknown>>, issuedMs: number) {
  const { weight = { value: "65", unit: "kg" }, renal = { value: "90" }, ...rest } = patient;
  const at = new Date(issuedMs).toISOString();
  return {
    ...(weight === null ? {} : { weight }),
    ...(renal === null ? {} : { renal: { unit: "ml/min", at, ...Object(renal) } }),
    ...rest,
  };
}

/** A date in Shanghai, so many days behind a moment. */
function dateOf(ms: number, days: number): string {
  return dayText(ms + days * DAY_MS);
}

/** The date of birth of who is `3 a`, `35 mo` or `10 d` old on that day, to the day. */
function bornBefore(ms: number, age: string): string {
  const [count, unit] = age.split(" ");
  const day = new Date(`${dateOf(ms, 0)}T00:00:00Z`);
  if (unit === "d") return dateOf(ms, -Number(count));
  const months = unit === "a" ? Number(count) * 12 : Number(count);
  const date = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() - months, 1));
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day.getUTCDate(), last));
  return date.toISOString().slice(0, 10);
}

const LEVELS = ["black", "could-not-check", "red", "orange", "yellow", "blue"] as const;

/** Each rule that found something, with the gravest level that it found. */
export function foundIn(
  findings: readonly Pick<Finding, "rule" | "level">[],
): Record<string, Finding["level"]> {
  const found: Record<string, Finding["level"]> = {};
  for (const { rule, level } of findings) {
    const before = found[rule];
    const isGraver = before === undefined || LEVELS.indexOf(level) < LEVELS.indexOf(before);
    if (isGraver) found[rule] = level;
  }
  return found;
}

/** Items of 处方点评 that come with the findings, each once. */
export function itemsOf(findings: readonly Pick<Finding, "comment">[]): string[] {
  return [...new Set(findings.flatMap(({ comment }) => comment ?? []))].sort();
}
