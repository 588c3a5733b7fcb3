/**
 * The five categories of medical waste (医疗废物分类目录 2021年版, 国卫医函〔2021〕238号) with their
 * codes in the national catalogue of hazardous waste (国家危险废物名录, class HW01; rule W1).
 */
import type { Text } from "../../drivers/profile_parts.ts";

export const CATEGORY_CODES = [
  "841-001-01",
  "841-002-01",
  "841-003-01",
  "841-004-01",
  "841-005-01",
] as const;
export type CategoryCode = typeof CATEGORY_CODES[number];

export interface Category {
  readonly code: CategoryCode;
  readonly name: Text;
  /** As the catalogue of hazardous waste says it: `In` infectious, `T` toxic, and so on. */
  readonly hazards: readonly string[];
}

export const CATEGORIES: Readonly<Record<CategoryCode, Category>> = {
  "841-001-01": {
    code: "841-001-01",
    name: { zh: "感染性废物", en: "Infectious waste" },
    hazards: ["In"],
  },
  "841-002-01": {
    code: "841-002-01",
    name: { zh: "损伤性废物", en: "Sharps" },
    hazards: ["In"],
  },
  "841-003-01": {
    code: "841-003-01",
    name: { zh: "病理性废物", en: "Pathological waste" },
    hazards: ["In"],
  },
  "841-004-01": {
    code: "841-004-01",
    name: { zh: "化学性废物", en: "Chemical waste" },
    hazards: ["T", "C", "I", "R"],
  },
  "841-005-01": {
    code: "841-005-01",
    name: { zh: "药物性废物", en: "Pharmaceutical waste" },
    hazards: ["T"],
  },
};
