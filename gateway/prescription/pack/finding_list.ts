/** Findings of one review, as rules are evaluated. */
import type { HistoryLine } from "../facts.ts";
import { type Finding, LEVELS } from "../verdict.ts";
import type { CompiledRule, Instance } from "./compiled_rule.ts";
import type { Value, Values } from "./condition.ts";
import { compareEarlier, restingOn } from "./earlier.ts";
import { called, filled } from "./finding_text.ts";

const ORDER: readonly Finding["level"][] = ["black", "could-not-check", ...LEVELS.slice(1)];

/** What could not be checked, and what of the history it rests on. */
interface Unchecked {
  readonly finding: Finding;
  readonly past: ReadonlySet<HistoryLine>;
}

export class FindingList {
  readonly #found: Finding[] = [];
  /** What could not be checked, of one rule and for one want, is told once for all its lines. */
  readonly #unchecked = new Map<string, Unchecked>();

  /** Evaluates one rule, on a medicine of earlier where there is one; whether it is found. */
  evaluate(
    instance: Instance,
    above: Values,
    lines: readonly number[],
    past: readonly HistoryLine[] = [],
  ): boolean {
    const { rule, cells } = instance;
    const missing: string[] = [];
    for (const { name, optional } of rule.inputs) {
      if (above[name] !== undefined) continue;
      if (optional) return false;
      missing.push(name);
    }
    const values: Values = cells === null ? above : withCells(instance, above);
    let holds: boolean;
    try {
      holds = rule.condition.holds(values);
    } catch (error) {
      const failure = missing.length > 0 ? null : String(error).split("\n")[0];
      this.couldNotCheck(rule, lines, missing, recorded(rule, above), { past, failure });
      return true;
    }
    if (!holds) return false;
    this.#found.push({
      rule: instance.id,
      level: instance.level,
      lines: [...lines],
      text: filled(instance, above),
      source: instance.source,
      ...(instance.comment === undefined ? {} : { comment: instance.comment }),
      inputs: { ...recorded(rule, above), ...instance.shown },
      missing,
      ...restingOn(past),
    });
    return true;
  }

  couldNotCheck(
    rule: CompiledRule,
    lines: readonly number[],
    missing: readonly string[],
    inputs: Record<string, unknown>,
    { past = [], failure = null }: {
      readonly past?: readonly HistoryLine[];
      readonly failure?: string | null;
    } = {},
  ): void {
    const key = [rule.id, ...missing].join(" ");
    const known = this.#unchecked.get(key);
    const all = [...new Set([...known?.finding.lines ?? [], ...lines])].sort((a, b) => a - b);
    const { zh, en } = rule.title;
    const why = failure === null
      ? { zh: `缺少${called(missing, "zh")}`, en: `missing: ${called(missing, "en")}` }
      : { zh: `规则出错（${failure}）`, en: `the rule failed (${failure})` };
    const finding: Finding = {
      rule: rule.id,
      level: "could-not-check",
      lines: all,
      text: { zh: `无法核查“${zh}”：${why.zh}`, en: `Could not check "${en}": ${why.en}` },
      source: rule.source,
      inputs: known?.finding.inputs ?? inputs,
      missing: [...missing],
    };
    this.#unchecked.set(key, { finding, past: (known?.past ?? new Set()).union(new Set(past)) });
  }

  add(findings: readonly Finding[]): void {
    this.#found.push(...findings);
  }

  /** The gravest first; then by rule, by line, and by what of the history it rests on. */
  sorted(): Finding[] {
    const unchecked = [...this.#unchecked.values()].map(({ finding, past }) => ({
      ...finding,
      ...restingOn([...past]),
    }));
    return [...this.#found, ...unchecked].sort((a, b) =>
      ORDER.indexOf(a.level) - ORDER.indexOf(b.level) ||
      (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0) ||
      compareLines(a.lines, b.lines) || comparePast(a, b)
    );
  }
}

function comparePast({ earlier: [a] = [] }: Finding, { earlier: [b] = [] }: Finding): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareEarlier(a, b);
}

/** What the condition names: cells of the row, ages that the patient has reached, values. */
function withCells({ rule, cells, ages }: Instance, above: Values): Values {
  const values: Record<string, Value | undefined> = {};
  for (const name of rule.condition.names) values[name] = cells?.[name] ?? above[name];
  for (const { name, count, of } of ages) {
    const age = of === "days" ? above.ageDays : above.ageMonths;
    // Of a patient whose age nobody knows it is missing, too.
    if (typeof age === "bigint") values[name] = age >= BigInt(count);
  }
  return values;
}

function compareLines(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    if (a[at] !== b[at]) return a[at] - b[at];
  }
  return a.length - b.length;
}

/** Inputs as JSON has them; they are far below 2^53. */
function recorded(rule: CompiledRule, values: Values): Record<string, unknown> {
  const plain = (value: Value | undefined) =>
    typeof value === "bigint" ? Number(value) : value ?? null;
  return Object.fromEntries(rule.recorded.map((name) => [name, plain(values[name])]));
}
