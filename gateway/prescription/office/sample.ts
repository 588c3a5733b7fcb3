/**
 * Which prescriptions of a month are commented on (处方点评). Nobody chooses: each has a rank made
 * of county, month, a seed that an entry tells, and its own number, and the lowest are drawn. So
 * whoever has the entry and the prescriptions draws the same.
 */
import { createHash } from "node:crypto";

/** What a sample is drawn of: outpatient and emergency, or those at discharge. */
export const GROUPS = ["outpatient", "discharge"] as const;
export type Group = typeof GROUPS[number];

/**
 * 医院处方点评管理规范（试行）（卫医管发〔2010〕28号）: of outpatient and emergency prescriptions at
 * least 1 ‰ and 100 a month; of wards at least 1 %, by records of discharge, and 30 (P13).
 */
export const SAMPLE_SIZES = {
  outpatient: { oneOf: 1000, atLeast: 100 },
  discharge: { oneOf: 100, atLeast: 30 },
} as const satisfies Readonly<Record<Group, { oneOf: number; atLeast: number }>>;

/** How many are drawn of so many; all where there are fewer than the least. */
export function sampleSize(group: Group, population: number): number {
  const { oneOf, atLeast } = SAMPLE_SIZES[group];
  return Math.min(population, Math.max(atLeast, Math.ceil(population / oneOf)));
}

/** To which group a prescription's setting belongs; inpatients are looked at on discharge. */
export function groupOf(setting: string): Group | null {
  if (setting === "outpatient" || setting === "emergency") return "outpatient";
  return setting === "discharge" ? "discharge" : null;
}

export interface SampleKey {
  readonly site: string;
  readonly number: string;
}

export interface Draw {
  readonly county: string;
  /** `2026-11`, as the calendar in Asia/Shanghai has it. */
  readonly month: string;
  /** 64 hexadecimal digits. */
  readonly seed: string;
}

export function rankOf({ county, month, seed }: Draw, { site, number }: SampleKey): string {
  return createHash("sha256").update(JSON.stringify([county, month, seed, site, number]))
    .digest("hex");
}

/**
 * Of one month: three times what the largest county known has, 22,000 a day; and of discharges
 * twenty times what its hospitals have. Two thousand are drawn of as many.
 */
export const POPULATION_MAX: Readonly<Record<Group, number>> = {
  outpatient: 2_000_000,
  discharge: 200_000,
};

/** Drawn of one group of one month, at one hospital. */
export const DRAWN_MAX = 2000;

/** Of all hospitals of a county, of one group: with both an entry is not full. */
export const DRAWN_OF_COUNTY_MAX = 8000;

/**
 * Places that have a sample of their own, as the registry calls them: the rule is each hospital's.
 * What is smaller, or of no known kind, has one together.
 */
const HOSPITALS: readonly (string | null)[] = ["hospital", "township-hospital", "community-centre"];

export function isHospital(kind: string | null): boolean {
  return HOSPITALS.includes(kind);
}

interface Ranked {
  readonly rank: string;
  readonly key: SampleKey;
}

/**
 * Draws while prescriptions of one group go by, each once, in whatever order. How many are drawn is
 * known only at the end, so it holds {@link DRAWN_MAX}.
 */
export class Drawing {
  readonly #draw: Draw;
  readonly #group: Group;
  #kept: Ranked[] = [];
  /** Those of patients who are known, of each the lowest. */
  readonly #ofPatients = new Map<string, Ranked>();
  #others = 0;

  constructor(group: Group, draw: Draw) {
    this.#group = group;
    this.#draw = draw;
  }

  /** Of how many it is drawn. */
  get population(): number {
    return this.#others + this.#ofPatients.size;
  }

  /**
   * Of several of one `patient` the one with the lowest rank counts, and the patient once. Throws
   * where there are more than {@link POPULATION_MAX}.
   */
  add(key: SampleKey, patient: string | null = null): void {
    if (this.population === POPULATION_MAX[this.#group]) {
      throw new RangeError(`Cannot draw of more than ${this.population}: ${this.#group}`);
    }
    const one = { rank: rankOf(this.#draw, key), key };
    if (patient !== null) {
      const before = this.#ofPatients.get(patient);
      if (before === undefined || one.rank < before.rank) this.#ofPatients.set(patient, one);
      return;
    }
    this.#others++;
    this.#kept.push(one);
    if (this.#kept.length >= 2 * DRAWN_MAX) this.#kept = lowest(this.#kept, DRAWN_MAX);
  }

  /** Those that are drawn of all that went by, in the order of their ranks. */
  drawn(): SampleKey[] {
    const all = [...this.#kept, ...this.#ofPatients.values()];
    return lowest(all, sampleSize(this.#group, this.population)).map(({ key }) => key);
  }
}

/** One {@link Drawing} for each hospital, and one for all other places together. */
export class CountyDrawing {
  readonly #group: Group;
  readonly #draw: Draw;
  readonly #isOwn: (site: string) => boolean;
  readonly #own = new Map<string, Drawing>();
  readonly #others: Drawing;

  constructor(group: Group, draw: Draw, isOwn: (site: string) => boolean) {
    this.#group = group;
    this.#draw = draw;
    this.#isOwn = isOwn;
    this.#others = new Drawing(group, draw);
  }

  /** Hospitals of which something went by, in order. */
  get hospitals(): string[] {
    return [...this.#own.keys()].sort();
  }

  add(key: SampleKey, patient: string | null = null): void {
    this.#of(key.site).add(key, patient);
  }

  #of(site: string): Drawing {
    const known = this.#own.get(site);
    if (known !== undefined) return known;
    if (!this.#isOwn(site)) return this.#others;
    const drawing = new Drawing(this.#group, this.#draw);
    this.#own.set(site, drawing);
    return drawing;
  }

  /** Hospital by hospital, the other places last. */
  result(): { readonly population: number; readonly drawn: SampleKey[] } {
    const own = this.hospitals.flatMap((site) => this.#own.get(site) ?? []);
    const all = [...own, this.#others];
    return {
      population: all.reduce((sum, { population }) => sum + population, 0),
      drawn: all.flatMap((drawing) => drawing.drawn()),
    };
  }
}

function lowest(ranked: readonly Ranked[], count: number): Ranked[] {
  return ranked.toSorted((a, b) => a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0).slice(0, count);
}
