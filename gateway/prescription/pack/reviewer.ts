/**
 * Reviews prescriptions by one pack. It is pure: the same pack and the same facts at the same
 * moment give the same findings in the same order (P6).
 */
import {
  type BaseUnit,
  type Facts,
  HISTORY_MAX,
  type HistoryLine,
  type IngredientFacts,
  type LineFacts,
} from "../facts.ts";
import type { Finding } from "../verdict.ts";
import { alwaysFound } from "./always_found.ts";
import { dayOf } from "../../../sync/day.ts";
import type { Instance } from "./compiled_rule.ts";
import { compilePack } from "./compile_pack.ts";
import type { Values } from "./condition.ts";
import { faultsText, type Pack, PackError, pathText } from "./document.ts";
import { type Keyed, keyed } from "./drug_keys.ts";
import { inOneOrder } from "./earlier.ts";
import { FindingList } from "./finding_list.ts";
import { DrugIndex, inForce, PairIndex } from "./rule_index.ts";
import { ingredientValues, lineValues, pairValues, prescriptionValues } from "./values.ts";

/** A line with what rules see of it. */
interface Line {
  readonly facts: LineFacts;
  readonly keyed: Keyed;
  readonly values: Values;
}

/** What rules see of a prescription, whichever pack they are of. */
export interface Seen {
  readonly values: Values;
  readonly lines: readonly Line[];
}

/** `atMs`: when it is reviewed, which decides whether the prescription is still valid. */
export function seenIn(facts: Facts, atMs: number): Seen {
  const values = prescriptionValues(facts, atMs);
  const lines = facts.lines.map((line): Line => ({
    facts: line,
    keyed: keyed(line),
    values: lineValues(values, line, facts.lines),
  }));
  return { values, lines };
}

/** Throws {@link PackError}, which tells all faults of the pack's rules at once. */
export function compile(pack: Pack): Reviewer {
  const compiled = compilePack(pack);
  if (compiled.kind === "compiled") return new Reviewer(pack, compiled.instances);
  const lines = compiled.faults.map(({ path, message }) => `${pathText(path)}: ${message}`);
  throw new PackError(faultsText(`the pack "${pack.head.name}"`, lines));
}

export class Reviewer {
  readonly pack: Pack;
  readonly #prescription: DrugIndex;
  readonly #line: DrugIndex;
  readonly #ingredient: DrugIndex;
  readonly #pair: PairIndex;

  constructor(pack: Pack, instances: readonly Instance[]) {
    this.pack = pack;
    this.#prescription = new DrugIndex(instances, "prescription");
    this.#line = new DrugIndex(instances, "line");
    this.#ingredient = new DrugIndex(instances, "ingredient");
    this.#pair = new PairIndex(instances);
  }

  /** `atMs` as for {@link seenIn}; whoever has more than one pack makes `seen` once for all. */
  review(facts: Facts, atMs: number, { values, lines }: Seen = seenIn(facts, atMs)): Finding[] {
    const day = dayOf(facts.issuedMs);
    const found = new FindingList();
    found.add(alwaysFound(facts));
    this.#reviewPrescription(facts, day, values, lines, found);
    for (const line of lines) this.#reviewLine(facts, day, line, found);
    lines.forEach((line, index) => {
      for (const other of lines.slice(index + 1)) this.#reviewLines(facts, day, line, other, found);
    });
    this.#reviewHistory(facts, day, lines, found);
    return found.sorted();
  }

  #reviewPrescription(
    facts: Facts,
    day: number,
    values: Values,
    lines: readonly Line[],
    found: FindingList,
  ): void {
    for (const instance of this.#prescription.every) {
      if (inForce(instance, facts, day)) found.evaluate(instance, values, []);
    }
    const linesOf = new Map<Instance, number[]>();
    for (const { facts: { line }, keyed } of lines) {
      for (const instance of this.#prescription.forDrug(keyed)) {
        linesOf.set(instance, [...linesOf.get(instance) ?? [], line]);
      }
    }
    for (const [instance, numbers] of linesOf) {
      if (inForce(instance, facts, day)) found.evaluate(instance, values, numbers);
    }
  }

  #reviewLine(facts: Facts, day: number, line: Line, found: FindingList): void {
    const numbers = [line.facts.line];
    const evaluate = (instance: Instance) => {
      if (inForce(instance, facts, day)) found.evaluate(instance, line.values, numbers);
    };
    for (const instance of this.#line.every) evaluate(instance);
    for (const instance of this.#line.forDrug(line.keyed)) evaluate(instance);

    const valuesOf = (line.facts.ingredients ?? []).map((one) => inEachUnit(line.values, one));
    const evaluateEach = (instance: Instance) => {
      if (!inForce(instance, facts, day)) return;
      const { applies: { ingredients: wanted }, unit } = instance;
      (line.facts.ingredients ?? []).forEach(({ code }, index) => {
        if (wanted !== undefined && !wanted.includes(code)) return;
        found.evaluate(instance, valuesOf[index](unit), numbers);
      });
    };
    for (const instance of this.#ingredient.every) evaluateEach(instance);
    for (const instance of this.#ingredient.forDrug(line.keyed)) evaluateEach(instance);
  }

  #reviewLines(facts: Facts, day: number, line: Line, other: Line, found: FindingList): void {
    const sameGroup = line.facts.group !== null && line.facts.group === other.facts.group;
    const numbers = [line.facts.line, other.facts.line];
    const done = new Set<Instance>();
    const evaluate = (instance: Instance, one: Line, two: Line) => {
      if (done.has(instance) || instance.other?.history === "only") return;
      if (!inForce(instance, facts, day)) return;
      const shared = sharedOf(instance, one.facts, two.facts);
      if (shared === null) return;
      const plain = { past: false, sameGroup, shared };
      if (found.evaluate(instance, pairValues(one.values, two.facts, plain), numbers)) {
        done.add(instance);
      }
    };
    for (const instance of this.#pair.every) evaluate(instance, line, other);
    for (const instance of this.#pair.forPair(line.keyed, other.keyed)) {
      evaluate(instance, line, other);
    }
    for (const instance of this.#pair.forPair(other.keyed, line.keyed)) {
      evaluate(instance, other, line);
    }
  }

  #reviewHistory(facts: Facts, day: number, lines: readonly Line[], found: FindingList): void {
    const history = inOneOrder(facts.history ?? []);
    const usable = history.length <= HISTORY_MAX;
    // A medicine that nobody knows could be any.
    const unknown = usable ? history.filter(({ drug }) => drug === null) : [];
    if (facts.history === null || !usable || unknown.length > 0) {
      this.#missHistory(facts, day, lines, unknown, found);
    } else if ((facts.historyReach ?? "county") !== "county") {
      this.#missOtherSites(facts, day, lines, found);
    }
    if (!usable) return;
    const past = history.map((one) => ({ facts: one, keyed: keyed(one) }));
    for (const line of lines) {
      for (const other of past) this.#reviewPast(facts, day, line, other, found);
    }
  }

  /** `unknown`: medicines of it that nobody knows; none where there is no history. */
  #missHistory(
    facts: Facts,
    day: number,
    lines: readonly Line[],
    unknown: readonly HistoryLine[],
    found: FindingList,
  ): void {
    for (const { facts: { line }, keyed } of lines) {
      for (const rule of this.#pair.historyRules(keyed, facts, day)) {
        if (rule.history === null || rule.history.optional) continue;
        found.couldNotCheck(rule, [line], ["history"], {}, { past: unknown });
      }
    }
  }

  /** What this site knows is less than some rules are about; others make do with it. */
  #missOtherSites(facts: Facts, day: number, lines: readonly Line[], found: FindingList): void {
    const { historyReach } = facts;
    for (const { facts: { line }, keyed } of lines) {
      for (const rule of this.#pair.historyRules(keyed, facts, day)) {
        if (rule.history === null || rule.history.optional || !rule.wantsCounty) continue;
        found.couldNotCheck(rule, [line], ["countyHistory"], { historyReach });
      }
    }
  }

  /** Whichever of the two a rule names first: its names of a line are of the one at hand. */
  #reviewPast(
    facts: Facts,
    day: number,
    line: Line,
    other: { readonly facts: HistoryLine; readonly keyed: Keyed },
    found: FindingList,
  ): void {
    const instances = new Set([
      ...this.#pair.every,
      ...this.#pair.forPair(line.keyed, other.keyed),
      ...this.#pair.forPair(other.keyed, line.keyed),
    ]);
    for (const instance of instances) {
      if (instance.other?.history === "never" || !inForce(instance, facts, day)) continue;
      const shared = sharedOf(instance, line.facts, other.facts);
      if (shared === null) continue;
      const plain = { past: true, sameGroup: false, shared };
      const values = pairValues(line.values, other.facts, plain);
      found.evaluate(instance, values, [line.facts.line], [other.facts]);
    }
  }
}

/** Its values as rules with amounts in that unit see them, made once for all of these. */
function inEachUnit(above: Values, ingredient: IngredientFacts) {
  const made = new Map<BaseUnit | null, Values>();
  return (unit: BaseUnit | null): Values => {
    const known = made.get(unit) ?? ingredientValues(above, ingredient, unit);
    made.set(unit, known);
    return known;
  };
}

/** What both have of what the rule asks for; `null`: nothing, so that it is not for them. */
function sharedOf(
  { other }: Instance,
  one: LineFacts | HistoryLine,
  two: LineFacts | HistoryLine,
): string[] | null {
  const both = (a: readonly string[], b: readonly string[]) => {
    const shared = [...new Set(a)].filter((item) => b.includes(item));
    return shared.length === 0 ? null : shared;
  };
  switch (other?.same) {
    case undefined:
      return [];
    case "drug":
      return one.drug !== null && one.drug === two.drug ? [one.drug] : null;
    case "ingredient":
      return both(codesOf(one), codesOf(two));
    case "atc5":
      return both(subgroupsOf(one), subgroupsOf(two));
  }
}

function codesOf({ ingredients }: LineFacts | HistoryLine): string[] {
  return (ingredients ?? []).map(({ code }) => code);
}

/** ATC's chemical subgroups: five characters. */
function subgroupsOf({ atc }: LineFacts | HistoryLine): string[] {
  return atc.filter((code) => code.length >= 5).map((code) => code.slice(0, 5));
}
