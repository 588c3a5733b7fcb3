/**
 * What a site's own codes mean in the county's. YAML, kept by the county, one file a site:
 *
 *     mapping: qingshan
 *     site: site-017
 *     issued: 2026-09-01
 *     asIs: [diagnoses]          # where the site's codes are national ones already
 *     drugs: { "0012": amoxicillin-capsule-250mg }
 *     routes: { PO: oral }
 *     frequencies: { TID: tid }
 *     units: { T: 片 }           # words beyond those that measure.ts and the drug list know
 *     diagnoses: { gm01: J00 }
 *     allergies: { QMS: penicillins }
 *
 * Codes are compared byte by byte: `po` is not `PO`, and a code that is not here is unknown. Units
 * and nothing else are compared as `spelling` leaves them.
 */
import * as z from "zod";
import { type PathFault, readDataFile } from "./data_file.ts";
import type { DrugList } from "./drug_list.ts";
import { icd10, nationalCode } from "./drug_list_schema.ts";
import { spelling, UNITS } from "./measure.ts";

/** What codes are of; each is a list in the mapping. */
export const SECTIONS = [
  "drugs",
  "routes",
  "frequencies",
  "units",
  "diagnoses",
  "allergies",
] as const;
export type Section = typeof SECTIONS[number];

/** Several times what one hospital has of drugs and of diagnoses. */
const CODES_MAX = 40_000;

const localCode = z.string().min(1).max(64);

function codesInto<T extends z.ZodType>(national: T) {
  return z.record(localCode, national).default({})
    .refine((all) => Object.keys(all).length <= CODES_MAX, `want ${CODES_MAX} or less`);
}

export const mappingSchema = z.strictObject({
  mapping: nationalCode,
  site: z.string().min(1).max(64),
  issued: z.iso.date("want a date as 2026-09-01"),
  by: z.string().max(200).optional(),
  asIs: z.array(z.enum(SECTIONS)).max(SECTIONS.length).default([]),
  drugs: codesInto(nationalCode),
  routes: codesInto(nationalCode),
  frequencies: codesInto(nationalCode),
  units: codesInto(z.string().min(1).max(16)),
  diagnoses: codesInto(icd10),
  allergies: codesInto(nationalCode),
});

export interface Mapping {
  readonly name: string;
  readonly site: string;
  /** `sha256:` and the hash of its text. */
  readonly version: string;
  readonly issued: string;
  readonly asIs: ReadonlySet<Section>;
  readonly codes: Readonly<Record<Section, ReadonlyMap<string, string>>>;
}

/** What a site's codes mean, and the county's list that says the rest. */
export interface Codes {
  readonly mapping: Mapping;
  readonly drugs: DrugList;
}

/**
 * Reads a site's mapping; throws `DataFileError` with every fault, its line and what is wanted. A
 * code that the drug list does not have is a fault too.
 */
export function parseMapping(text: string, list: DrugList, file = "mapping.yaml"): Mapping {
  const kind = {
    what: "mapping",
    schema: mappingSchema,
    faults: (data: z.infer<typeof mappingSchema>) =>
      SECTIONS.flatMap((section) => sectionFaults(section, data[section], list)),
  };
  const { data, version } = readDataFile(text, file, kind);
  const plain = ([word, unit]: [string, string]) => [spelling(word), spelling(unit)] as const;
  return {
    name: data.mapping,
    site: data.site,
    version,
    issued: data.issued,
    asIs: new Set(data.asIs),
    codes: {
      drugs: new Map(Object.entries(data.drugs)),
      routes: new Map(Object.entries(data.routes)),
      frequencies: new Map(Object.entries(data.frequencies)),
      units: new Map(Object.entries(data.units).map(plain)),
      diagnoses: new Map(Object.entries(data.diagnoses)),
      allergies: new Map(Object.entries(data.allergies)),
    },
  };
}

function sectionFaults(
  section: Section,
  codes: Readonly<Record<string, string>>,
  list: DrugList,
): PathFault[] {
  return Object.entries(codes).flatMap(([local, national]) => {
    const path = [section, local];
    if (section === "units" && UNITS.has(spelling(local))) {
      return [{
        path,
        message: `"${local}" is a unit everywhere; it cannot mean another one here`,
      }];
    }
    return isNational(section, national, list)
      ? []
      : [{ path, message: `the drug list has no "${national}" among its ${section}` }];
  });
}

/** A unit may be a word of one drug only: whether it fits shows when it is used. */
function isNational(section: Section, code: string, list: DrugList): boolean {
  return section === "units" || isIcd10(section, code) ||
    (section !== "diagnoses" && list[section].has(code));
}

function isIcd10(section: Section, code: string): boolean {
  return section === "diagnoses" && icd10.safeParse(code).success;
}

/** The national code that a site's code means, or `null`. */
export function nationalCodeOf(
  section: Exclude<Section, "units">,
  local: string,
  mapping: Mapping,
  list: DrugList,
): string | null {
  const found = mapping.codes[section].get(local);
  // A list of later may have dropped what the mapping still names.
  if (found !== undefined) return isNational(section, found, list) ? found : null;
  if (section === "diagnoses") {
    const asIs = mapping.asIs.has(section) ? plainIcd10(local) : null;
    return asIs ?? list.diagnoses.get(spelling(local)) ?? null;
  }
  return mapping.asIs.has(section) && list[section].has(local) ? local : null;
}

/** Without the dagger or asterisk of dual coding (`M32.101+`), which ICD-10 has behind a code. */
function plainIcd10(local: string): string | null {
  const code = spelling(local).replace(/[+*†]$/, "");
  return isIcd10("diagnoses", code) ? code : null;
}
