/**
 * Finds the rules for a drug, and for two drugs, by their keys: what is not for them costs nothing,
 * however many rules a pack has.
 */
import type { Facts } from "../facts.ts";
import type { CompiledRule, Instance } from "./compiled_rule.ts";
import { EVERY, type Keyed, keyLists, matches } from "./drug_keys.ts";
import type { Subject } from "./vocabulary.ts";

type Lists = readonly (readonly string[])[];

interface Entry {
  readonly instance: Instance;
  /** Beside the list by which it was found. */
  readonly rest: Lists;
}

interface PairEntry {
  readonly instance: Instance;
  readonly rest: Lists;
  readonly otherRest: Lists;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Rules that are in force on a day, and for this kind of prescription. */
export function inForce({ fromDay, untilDay, applies }: Instance, facts: Facts, day: number) {
  return fromDay <= day && day <= untilDay &&
    (applies.settings?.includes(facts.setting) ?? true) &&
    (applies.forms?.includes(facts.form) ?? true);
}

/** Rules for one drug each. */
export class DrugIndex {
  /** Rules that are for every drug, or for the prescription whatever is in it. */
  readonly every: readonly Instance[];
  readonly #byKey = new Map<string, Entry[]>();

  constructor(instances: readonly Instance[], subject: Subject) {
    const every: Instance[] = [];
    for (const instance of instances) {
      if (instance.rule.per !== subject) continue;
      const [first, ...rest] = keyLists(instance.applies);
      if (first === undefined) every.push(instance);
      else new Set(first).forEach((key) => push(this.#byKey, key, { instance, rest }));
    }
    this.every = every;
  }

  /** Each rule once, those for every drug not among them. */
  forDrug(drug: Keyed): Iterable<Instance> {
    const found = new Set<Instance>();
    for (const key of drug.keys) {
      const entries = this.#byKey.get(key);
      if (entries === undefined) continue;
      for (const { instance, rest } of entries) {
        if (matches(rest, drug)) found.add(instance);
      }
    }
    return found;
  }
}

/** Rules for two drugs. */
export class PairIndex {
  /** Found by what both have alone. */
  readonly every: readonly Instance[];
  readonly #byKeys = new Map<string, Map<string, PairEntry[]>>();
  /** Rules that look at history, by each key of either side. */
  readonly #withHistory = new Map<string, Entry[]>();
  readonly #everyWithHistory: ReadonlySet<CompiledRule>;

  constructor(instances: readonly Instance[]) {
    const every: Instance[] = [];
    for (const instance of instances) {
      if (instance.other === null) continue;
      const [first, ...rest] = keyLists(instance.applies);
      if (first === undefined) every.push(instance);
      else this.#add(instance, new Set(first), rest);
    }
    this.every = every;
    this.#everyWithHistory = new Set(
      every.filter(({ rule }) => rule.history !== null).map(({ rule }) => rule),
    );
  }

  #add(instance: Instance, first: ReadonlySet<string>, rest: Lists): void {
    const [otherFirst = [EVERY], ...otherRest] = keyLists(instance.other ?? {});
    for (const key of first) {
      const inner = this.#byKeys.get(key) ?? new Map<string, PairEntry[]>();
      this.#byKeys.set(key, inner);
      for (const other of new Set(otherFirst)) push(inner, other, { instance, rest, otherRest });
    }
    if (instance.rule.history === null) return;
    for (const key of first) push(this.#withHistory, key, { instance, rest });
    for (const key of new Set(otherFirst)) {
      push(this.#withHistory, key, { instance, rest: otherRest });
    }
  }

  /** Rules for one drug with another, in this order; those in `every` not among them. */
  forPair(one: Keyed, other: Keyed): Iterable<Instance> {
    const found = new Set<Instance>();
    for (const key of one.keys) {
      const inner = this.#byKeys.get(key);
      if (inner === undefined) continue;
      for (const otherKey of other.keys) {
        for (const { instance, rest, otherRest } of inner.get(otherKey) ?? []) {
          if (matches(rest, one) && matches(otherRest, other)) found.add(instance);
        }
      }
    }
    return found;
  }

  /** Rules that would have looked for this drug among medicines of earlier. */
  historyRules(drug: Keyed, facts: Facts, day: number): Iterable<CompiledRule> {
    const found = new Set(this.#everyWithHistory);
    for (const key of drug.keys) {
      for (const { instance, rest } of this.#withHistory.get(key) ?? []) {
        if (matches(rest, drug) && inForce(instance, facts, day)) found.add(instance.rule);
      }
    }
    return found;
  }
}
