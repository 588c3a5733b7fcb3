/**
 * The county's registry of people and places that have rights (P14). YAML, one file a county:
 *
 *     registry: qingshan
 *     issued: 2026-09-01
 *     prescribers:
 *       - id: dr-1                  # as prescriptions name the prescriber
 *         sites: [site-017]         # where that number is this person's; none: everywhere
 *         account: zhang            # with which this person signs in, where there is one
 *         title: attending
 *         antimicrobials: restricted
 *         narcotic: yes             # narcotics and psychotropics I, one qualification
 *         from: 2024-01-01
 *         until: 2026-12-31         # the last day; none: not known yet
 *     pharmacists:
 *       - account: li
 *         title: pharmacist
 *         dispensingSince: 2019-07-01
 *         trained: 2026-03-01
 *         from: 2026-03-05
 *     places:                       # what a site is, where the law tells them apart
 *       - { site: site-001, kind: hospital, level: 2, from: 2020-01-01 }
 *       - { site: site-017, kind: village-clinic, from: 2020-01-01 }
 *     intravenousAntimicrobials:    # clinics that may infuse them
 *       - site: site-017
 *         from: 2025-01-01
 *
 * Asked by the day of issue in Asia/Shanghai; a request says nothing about rights.
 */
import * as z from "zod";
import { type PathFault, readDataFile, wholeNumber } from "./data_file.ts";
import type { PrescriberFacts } from "./facts.ts";
import { dayOfDate, monthsBetween } from "./shanghai_day.ts";

/** Several times what a county of a million has. */
const PEOPLE_MAX = 20_000;
const SITES_MAX = 1000;

const id = z.string().min(1).max(64);
const date = z.iso.date("want a date as 2026-09-01");
const yesOrNo = z.enum(["yes", "no"]).default("no");
const dated = { from: date, until: date.optional() };

/** Titles as rules know them, and those of pharmacists. */
const PRESCRIBERS = [
  "village-doctor",
  "resident",
  "attending",
  "associate-chief",
  "chief",
] as const;
const PHARMACISTS = ["assistant", "pharmacist", "senior", "associate-chief", "chief"] as const;
/** Whose word counts where a senior pharmacist's is asked for. */
const SENIOR: readonly string[] = ["senior", "associate-chief", "chief"];
/** A right to a grade is one to those below it, 抗菌药物临床应用管理办法 24. */
const GRADES = ["none", "unrestricted", "restricted", "special"] as const;

/** The last three want approval to infuse antimicrobials, 抗菌药物临床应用管理办法 29. */
const PLACES = [
  "hospital",
  "township-hospital",
  "community-centre",
  "community-station",
  "clinic",
  "village-clinic",
] as const;

const registrySchema = z.strictObject({
  registry: id,
  issued: date,
  by: z.string().max(200).optional(),
  /** What a reviewer has behind him, 医疗机构处方审核规范 (国卫办医发〔2018〕14号) 5. */
  reviewers: z.strictObject({
    dispensingYears: wholeNumber(0, 50),
    source: z.string().min(1).max(200),
    effective: date,
  }).default({
    dispensingYears: 3,
    source: "医疗机构处方审核规范（国卫办医发〔2018〕14号）第五条",
    effective: "2018-07-10",
  }),
  prescribers: z.array(z.strictObject({
    id,
    sites: z.array(id).min(1).max(SITES_MAX).optional(),
    account: id.optional(),
    title: z.enum(PRESCRIBERS),
    antimicrobials: z.enum(GRADES).default("none"),
    narcotic: yesOrNo,
    ...dated,
  })).max(PEOPLE_MAX).default([]),
  pharmacists: z.array(z.strictObject({
    account: id,
    title: z.enum(PHARMACISTS),
    dispensingSince: date,
    /** When the examination that ends the training was passed. */
    trained: date.optional(),
    ...dated,
  })).max(PEOPLE_MAX).default([]),
  places: z.array(z.strictObject({
    site: id,
    kind: z.enum(PLACES),
    /** Of a hospital, 医院分级管理办法: 1, 2 or 3. */
    level: wholeNumber(1, 3).optional(),
    ...dated,
  })).max(SITES_MAX).default([]),
  intravenousAntimicrobials: z.array(z.strictObject({ site: id, ...dated }))
    .max(SITES_MAX).default([]),
});
type Written = z.infer<typeof registrySchema>;
type Prescriber = Written["prescribers"][number];
type Pharmacist = Written["pharmacists"][number];

interface MayNot {
  readonly kind: "not";
  readonly reason: string;
}

/** Whether somebody may review prescriptions on a day, and why not; `senior`: by the title. */
export type MayReview = { readonly kind: "may"; readonly senior: boolean } | MayNot;

/** Whether somebody is a prescriber on a day, by which account; `null`: by none here. */
export type MayPrescribe = { readonly kind: "may"; readonly account: string | null } | MayNot;

export interface Registry {
  readonly name: string;
  /** `sha256:` and the hash of its text. */
  readonly version: string;
  /** `day`: of issue, as `dayOf` of shanghai_day.ts counts. */
  prescriber(id: string, site: string, day: number): PrescriberFacts;
  mayPrescribe(id: string, site: string, day: number): MayPrescribe;
  mayReview(account: string, day: number): MayReview;
  /** What kind of place a site is on a day; `null`: it is not said. */
  kindOf(site: string, day: number): typeof PLACES[number] | null;
}

/** Reads it; throws `DataFileError` with every fault, its line and what is wanted. */
export function parseRegistry(text: string, file = "registry.yaml"): Registry {
  const kind = { what: "registry", schema: registrySchema, faults };
  const { data, version } = readDataFile(text, file, kind);
  const prescribers = Map.groupBy(data.prescribers, (one) => one.id);
  const pharmacists = Map.groupBy(data.pharmacists, (one) => one.account);
  const places = Map.groupBy(data.places, (one) => one.site);
  const placeOf = (site: string, day: number) => {
    const place = places.get(site)?.find((one) => holdsOn(one, day));
    return { place: place?.kind ?? null, level: place?.level ?? null };
  };
  const clinics = Map.groupBy(data.intravenousAntimicrobials, (one) => one.site);
  /** `null`: it has nobody of that number there. */
  const standing = (id: string, site: string, day: number) => {
    const own = prescribers.get(id)?.filter((one) => isAt(one, site)) ?? [];
    return own.length === 0 ? null : own.find((one) => holdsOn(one, day)) ?? "not-then";
  };
  return {
    name: data.registry,
    version,
    prescriber: (id, site, day) => {
      const found = standing(id, site, day);
      const at = { id, ...placeOf(site, day) };
      if (found === null) return { ...at, registered: null, rights: null, title: null };
      // Whose registration is over, or has not begun, has no rights on that day.
      if (found === "not-then") return { ...at, registered: "no", rights: [], title: null };
      const infuses = clinics.get(site)?.some((one) => holdsOn(one, day)) ?? false;
      return { ...at, registered: "yes", rights: rightsOf(found, infuses), title: found.title };
    },
    mayPrescribe: (id, site, day) => {
      const found = standing(id, site, day);
      if (found === null) return not(`"${id}" is no prescriber of the registry at ${site}`);
      if (found === "not-then") return not(`"${id}" is no prescriber at ${site} on that day`);
      return { kind: "may", account: found.account ?? null };
    },
    kindOf: (site, day) => placeOf(site, day).place,
    mayReview: (account, day) => {
      const now = pharmacists.get(account)?.find((one) => holdsOn(one, day));
      if (now === undefined) {
        return not(`"${account}" is no pharmacist of the registry on that day`);
      }
      return judged(now, data.reviewers.dispensingYears, day);
    },
  };
}

function judged(
  { account, title, dispensingSince, trained }: Pharmacist,
  years: number,
  day: number,
): MayReview {
  if (title === "assistant") return not(`"${account}" has no title of pharmacist or above`);
  if (monthsBetween(dayOfDate(dispensingSince), day) < years * 12) {
    return not(`"${account}" has not dispensed for ${years} years: since ${dispensingSince}`);
  }
  if (trained === undefined || dayOfDate(trained) > day) {
    return not(`"${account}" is not trained to review prescriptions on that day`);
  }
  return { kind: "may", senior: SENIOR.includes(title) };
}

function not(reason: string): MayNot {
  return { kind: "not", reason };
}

interface Dated {
  readonly from: string;
  readonly until?: string | undefined;
}

function holdsOn({ from, until }: Dated, day: number): boolean {
  return dayOfDate(from) <= day && (until === undefined || day <= dayOfDate(until));
}

function isAt({ sites }: Prescriber, site: string): boolean {
  return sites === undefined || sites.includes(site);
}

function rightsOf({ antimicrobials, narcotic }: Prescriber, infuses: boolean): string[] {
  const grade = GRADES.indexOf(antimicrobials);
  return [
    ...GRADES.slice(1, grade + 1).map((one) => `antimicrobial-${one}`),
    ...(narcotic === "yes" ? ["narcotic"] : []),
    ...(infuses ? ["intravenous-antimicrobial"] : []),
  ];
}

/** What no single field can tell: days that run backwards, and one person twice on one day. */
function faults(data: Written): PathFault[] {
  const sets = (one: Prescriber, other: Prescriber) =>
    one.sites === undefined || other.sites === undefined ||
    one.sites.some((site) => other.sites?.includes(site));
  return [
    ...datedFaults("prescribers", data.prescribers, ({ id }) => id, sets),
    ...datedFaults("pharmacists", data.pharmacists, ({ account }) => account),
    ...datedFaults("places", data.places, ({ site }) => site),
    ...datedFaults("intravenousAntimicrobials", data.intravenousAntimicrobials, ({ site }) => site),
  ];
}

function datedFaults<T extends Dated>(
  section: keyof Written,
  rows: readonly T[],
  nameOf: (row: T) => string,
  meet: (one: T, other: T) => boolean = () => true,
): PathFault[] {
  const before = new Map<string, T[]>();
  return rows.flatMap((row, index) => {
    const { from, until } = row;
    if (until !== undefined && until < from) {
      const message = `found ${until}, before it began; want ${from} or later`;
      return [{ path: [section, index, "until"], message }];
    }
    const others = before.get(nameOf(row)) ?? [];
    before.set(nameOf(row), [...others, row]);
    const twice = others.some((one) => overlap(one, row) && meet(one, row));
    if (!twice) return [];
    const message = `"${nameOf(row)}" stands here twice on one day; end the earlier one before it`;
    return [{ path: [section, index, "from"], message }];
  });
}

function overlap(one: Dated, other: Dated): boolean {
  return one.from <= (other.until ?? "9999-12-31") && other.from <= (one.until ?? "9999-12-31");
}
