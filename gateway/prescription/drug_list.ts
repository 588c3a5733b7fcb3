/** The county's drug list, read, checked and ready to be asked; `drug_list_schema.ts` shows it. */
import { type DataFile, type PathFault, readDataFile } from "./data_file.ts";
import { compiledDrug, type Drug } from "./drug.ts";
import { drugListSchema, type WrittenDrugList, type WrittenFrequency } from "./drug_list_schema.ts";
import type { BaseUnit, DrugClass } from "./facts.ts";
import { type Measured, measured, spelling, UNITS } from "./measure.ts";

export interface Ingredient {
  readonly zh: string;
  readonly en: string;
  readonly atc: readonly string[];
  /** In which unit every amount of it is told to rules. */
  readonly counted: BaseUnit;
}

/** So many times in so many days, as the smallest whole numbers; `null`: as needed. */
export type Frequency = { readonly times: number; readonly days: number } | null;

/** What an allergy is about: ingredients by code, classes, and beginnings of ATC codes. */
export interface AllergySubstance {
  readonly zh: string;
  readonly en: string;
  readonly ingredients: readonly string[];
  readonly classes: readonly DrugClass[];
  readonly atc: readonly string[];
}

export interface DrugList {
  readonly name: string;
  /** `sha256:` and the hash of its text. */
  readonly version: string;
  readonly issued: string;
  readonly drugs: ReadonlyMap<string, Drug>;
  readonly ingredients: ReadonlyMap<string, Ingredient>;
  readonly routes: ReadonlyMap<string, { readonly zh: string; readonly en: string }>;
  readonly frequencies: ReadonlyMap<string, Frequency>;
  readonly allergies: ReadonlyMap<string, AllergySubstance>;
  /** Words that mean a code of ICD-10, as {@link spelling} leaves them. */
  readonly diagnoses: ReadonlyMap<string, string>;
  /** Units beyond those of all counties, as {@link spelling} leaves them. */
  readonly units: ReadonlyMap<string, Measured>;
  /** All words of all drugs: what is one, and fits no drug of a line, is no unknown code. */
  readonly words: ReadonlySet<string>;
  readonly supply: WrittenDrugList["supply"];
  readonly renal: WrittenDrugList["renal"];
}

/**
 * Reads a drug list; throws `DataFileError` with every fault, its line and what is wanted. Lists
 * of 20,000 drugs and 8 MiB at most; so many take a thread some seconds.
 */
export function parseDrugList(text: string, file = "drugs.yaml"): DrugList {
  const kind = { what: "drug list", schema: drugListSchema, faults: listFaults };
  return compiled(readDataFile(text, file, kind));
}

function compiled({ data, version }: DataFile<WrittenDrugList>): DrugList {
  const ingredients = new Map(Object.entries(data.ingredients));
  const drugs = Object.entries(data.drugs).flatMap(([code, written]) => {
    const result = compiledDrug(code, written, ingredients);
    return result.kind === "drug" ? [[code, result.drug] as const] : [];
  });
  return {
    name: data.list,
    version,
    issued: data.issued,
    drugs: new Map(drugs),
    ingredients,
    routes: new Map(Object.entries(data.routes)),
    frequencies: new Map(
      Object.entries(data.frequencies).map(([code, one]) => [code, frequencyOf(one)]),
    ),
    allergies: new Map(Object.entries(data.allergies)),
    diagnoses: new Map(
      Object.entries(data.diagnoses).map(([word, code]) => [spelling(word), code]),
    ),
    units: new Map(
      Object.entries(data.units).flatMap(([word, amount]) => {
        const what = measured(amount);
        return what === null ? [] : [[spelling(word), what] as const];
      }),
    ),
    words: new Set(drugs.flatMap(([, drug]) => [...drug.words.keys()])),
    supply: data.supply,
    renal: data.renal,
  };
}

const HOURS = { h: 1, d: 24, wk: 168 } as const;

function frequencyOf(written: WrittenFrequency): Frequency {
  if (!("every" in written)) {
    return written.times === "as-needed" || !("days" in written)
      ? null
      : reduced(written.times, written.days);
  }
  const [number, unit] = written.every.split(" ");
  const hours = Number(number) * (unit === "h" ? HOURS.h : unit === "d" ? HOURS.d : HOURS.wk);
  return reduced(24, hours);
}

function reduced(times: number, days: number): { times: number; days: number } {
  const divisor = commonDivisor(times, days);
  return { times: times / divisor, days: days / divisor };
}

function commonDivisor(one: number, other: number): number {
  return other === 0 ? one : commonDivisor(other, one % other);
}

/** What no single field of a list can tell. */
function listFaults(list: WrittenDrugList): PathFault[] {
  const ingredients = new Map(Object.entries(list.ingredients));
  const drugs = Object.entries(list.drugs).flatMap(([code, written]) => {
    const result = compiledDrug(code, written, ingredients);
    if (result.kind === "drug") return [];
    return result.faults.map(({ path, message }) => ({ path: ["drugs", code, ...path], message }));
  });
  return [...drugs, ...allergyFaults(list), ...unitFaults(list)];
}

function allergyFaults(list: WrittenDrugList): PathFault[] {
  return Object.entries(list.allergies).flatMap(([code, { ingredients, classes, atc }]) => {
    const path = ["allergies", code];
    const unknown = ingredients.flatMap((name, index) =>
      Object.hasOwn(list.ingredients, name) ? [] : [{
        path: [...path, "ingredients", index],
        message: `there is no ingredient "${name}" in this list`,
      }]
    );
    const nothing = ingredients.length + classes.length + atc.length === 0;
    const message = "it is about nothing; want ingredients, classes or atc";
    return nothing ? [{ path, message }] : unknown;
  });
}

function unitFaults(list: WrittenDrugList): PathFault[] {
  return Object.entries(list.units).flatMap(([word, amount]) => {
    const path = ["units", word];
    if (UNITS.has(spelling(word))) {
      return [{ path, message: `"${word}" is a unit everywhere; it cannot be another one here` }];
    }
    return measured(amount) === null ? [{ path, message: "want an amount as 5 ml" }] : [];
  });
}
