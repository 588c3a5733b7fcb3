/** Small packs to test with. */
import type { PackSource } from "./document.ts";
import { packSchema, packText, parsePack } from "./document.ts";
import { compilePack } from "./compile_pack.ts";
import { factsOf, packCase, type PackCaseSource } from "./case.ts";
import { compile, type Reviewer } from "./reviewer.ts";

export type RuleSource = PackSource["rules"][number];
export type TableSource = PackSource["tables"][number];

export const ruleSource: RuleSource = {
  id: "rule",
  level: "orange",
  title: { zh: "规则", en: "a rule" },
  text: { zh: "规则", en: "a rule" },
  source: { document: "book", clause: "1", words: "so it is" },
  effective: { from: "2020-01-01" },
  per: "prescription",
  applies: "all",
  inputs: [],
  when: "true",
};

export function packSource(
  rules: readonly Partial<RuleSource>[],
  tables: readonly TableSource[] = [],
  cases: PackSource["cases"] = [],
): PackSource {
  return {
    format: "tributary-pack-1",
    head: {
      name: "test",
      version: "1",
      title: { zh: "试验", en: "for tests" },
      kind: "synthetic",
      effective: { from: "2020-01-01" },
      documents: { book: { title: "书" } },
    },
    rules: rules.map((rule, index) => ({ ...ruleSource, id: `rule-${index + 1}`, ...rule })),
    tables: [...tables],
    cases,
  };
}

export function reviewerOf(
  rules: readonly Partial<RuleSource>[],
  tables: readonly TableSource[] = [],
): Reviewer {
  return compile(parsePack(packText(packSource(rules, tables))));
}

/** What is wrong with a pack's rules, each with its place. */
export function faultsOf(
  rules: readonly Partial<RuleSource>[],
  tables: readonly TableSource[] = [],
): string[] {
  const compiled = compilePack(packSchema.parse(packSource(rules, tables)));
  return compiled.kind === "compiled"
    ? []
    : compiled.faults.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

/** A prescription as cases write it: ordinary in all that is not said. */
export function factsFrom(prescription: PackCaseSource["prescription"]) {
  return factsOf(packCase.parse({ id: "case", prescription, expect: {} }));
}

/** Findings as `rule level`, in their order. */
export function found(reviewer: Reviewer, prescription: PackCaseSource["prescription"]): string[] {
  const { facts, atMs } = factsFrom(prescription);
  return reviewer.review(facts, atMs).map(({ rule, level }) =>
    `${rule.replace("test/", "")} ${level}`
  );
}
