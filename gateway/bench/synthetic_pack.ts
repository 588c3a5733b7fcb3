/** Packs that mean nothing, of any size: for measurements only, and marked as such. */
import type { PackSource } from "../prescription/pack/document.ts";

type RuleSource = PackSource["rules"][number];
type TableSource = PackSource["tables"][number];

const rule = {
  level: "orange",
  title: { zh: "合成规则", en: "a synthetic rule" },
  text: { zh: "合成规则：{days}天", en: "a synthetic rule: {days} days" },
  source: { document: "none", clause: "none", words: "synthetic" },
  effective: { from: "2020-01-01" },
  applies: "all",
} as const;

/** Conditions as those of real rules: supply, frequency, kidneys and age, diagnoses; two drugs. */
const KINDS: readonly (Pick<RuleSource, "per" | "inputs" | "when" | "with">)[] = [
  {
    per: "line",
    inputs: ["supplyMilliDays", "reasonLonger", "classes"],
    when: `supplyMilliDays > 7000 + limit && !reasonLonger && !("narcotic" in classes)`,
  },
  {
    per: "line",
    inputs: ["times", "timesDays"],
    when: "times * 7 > (100 + limit) * timesDays",
  },
  {
    per: "line",
    inputs: ["renal", "ageMonths", "sex"],
    when: `renal < limit && ageMonths >= 216 || sex == "none"`,
  },
  {
    per: "line",
    inputs: ["diagnoses", "days"],
    when: `diagnoses.exists(d, d.startsWith("Q")) && days > limit`,
  },
  { per: "pair", inputs: ["days"], when: "days > 60 + limit", with: { history: "never" } },
];

export function ingredientOf(index: number): string {
  return `synthetic-${index}`;
}

/** Ingredients that a pack of so many rules speaks of: each has one of every kind. */
export function ingredientsIn(rules: number): number {
  return Math.floor(rules / KINDS.length);
}

/** Of which ingredient, and of which kind, the rule of this number is. */
function placeOf(index: number, rules: number) {
  const ingredients = ingredientsIn(rules);
  const ingredient = index % ingredients;
  return {
    kind: Math.floor(index / ingredients) % KINDS.length,
    ingredients: [ingredientOf(ingredient)],
    neighbour: [ingredientOf((ingredient + 1) % ingredients)],
  };
}

/** So many rows of five tables, as a county's pack has them: each is a rule of its own. */
export function tablePack(rows: number): PackSource {
  const rules = KINDS.map((kind, index): RuleSource => ({
    ...rule,
    ...kind,
    id: `kind-${index}`,
    cells: { limit: { kind: "int" } },
  }));
  const tables = KINDS.map((_, index): TableSource => ({ rule: `kind-${index}`, rows: [] }));
  for (let row = 0; row < rows; row++) {
    const { kind, ingredients, neighbour } = placeOf(row, rows);
    tables[kind].rows.push({
      id: `row-${row}`,
      ingredients,
      ...(KINDS[kind].with === undefined ? {} : { with: { ingredients: neighbour } }),
      cells: { limit: row % 900 },
    });
  }
  return packOf(`tables-${rows}`, rules, tables);
}

/** So many rules, each with a condition of its own: worse than any pack that people write. */
export function conditionPack(rules: number): PackSource {
  return packOf(
    `conditions-${rules}`,
    Array.from({ length: rules }, (_, index): RuleSource => {
      const { kind, ingredients, neighbour } = placeOf(index, rules);
      const { with: other, when, ...rest } = KINDS[kind];
      return {
        ...rule,
        ...rest,
        id: `rule-${index}`,
        applies: { ingredients },
        ...(other === undefined ? {} : { with: { ...other, ingredients: neighbour } }),
        when: when.replaceAll("limit", String(index % 900)),
      };
    }),
  );
}

/** So many rules for one ingredient: each is a candidate wherever that is prescribed. */
export function crowdedPack(candidates: number): PackSource {
  const lineKinds = KINDS.filter(({ per }) => per === "line");
  return packOf(
    `crowded-${candidates}`,
    Array.from({ length: candidates }, (_, index): RuleSource => {
      const { when, ...rest } = lineKinds[index % lineKinds.length];
      return {
        ...rule,
        ...rest,
        id: `rule-${index}`,
        applies: { ingredients: [ingredientOf(0)] },
        when: when.replaceAll("limit", String(index % 900)),
      };
    }),
  );
}

function packOf(name: string, rules: RuleSource[], tables: TableSource[] = []): PackSource {
  return {
    format: "tributary-pack-1",
    head: {
      name,
      version: "1",
      title: { zh: "合成规则包，仅供测试", en: "synthetic, for measurements only" },
      kind: "synthetic",
      effective: { from: "2020-01-01" },
      documents: { none: { title: "none" } },
    },
    rules,
    tables,
    cases: [],
  };
}
