/**
 * How long a prescription is kept (处方管理办法 第五十条): ordinary, emergency and paediatric ones a
 * year; with toxic drugs or psychotropics of class II two; with narcotics or psychotropics of class
 * I three (P14). Nothing is deleted by it: whoever destroys does so by the institution's own
 * approval, and this says of what it may be asked.
 */
import { dayOf } from "../shanghai_day.ts";
import type { DrugClass } from "../facts.ts";

const DAY_MS = 86_400_000;

const YEARS: Readonly<Partial<Record<DrugClass, 2 | 3>>> = {
  "narcotic": 3,
  "psychotropic-1": 3,
  "psychotropic-2": 2,
  "toxic": 2,
};

export const KEEP_YEARS = [1, 2, 3] as const;
export type KeepYears = typeof KEEP_YEARS[number];

interface KeptLine {
  readonly drug: string | null;
  readonly classes: readonly DrugClass[];
}

/** Years by the strictest line; with an unknown drug, or with nothing known of lines, three. */
export function keepYears(lines: readonly KeptLine[] | null): KeepYears {
  if (lines === null) return 3;
  const years = lines.flatMap(({ drug, classes }): KeepYears[] =>
    drug === null ? [3] : classes.map((one) => YEARS[one] ?? 1)
  );
  return years.includes(3) ? 3 : years.includes(2) ? 2 : 1;
}

/**
 * The last day, as days since 1970 in Asia/Shanghai, on which a prescription of `ms` is kept: the
 * same date so many years later. 29 February ends on 1 March.
 */
export function keptUntilDay(ms: number, years: KeepYears): number {
  const day = new Date(dayOf(ms) * DAY_MS);
  const end = Date.UTC(day.getUTCFullYear() + years, day.getUTCMonth(), day.getUTCDate());
  return end / DAY_MS;
}
