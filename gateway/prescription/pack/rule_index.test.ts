import { expect, test } from "vitest";
import * as fc from "fast-check";
import { DRUG_CLASSES } from "../facts.ts";
import { factsFrom, reviewerOf, type RuleSource } from "./fixture_pack.ts";

const pick = (...names: string[]) => fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 });
const codes = pick("a", "b", "c");
const atcCodes = ["J01CA04", "J01CR02", "M01AE01", "N02BE01"];
const some = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });

const drug = fc.record({
  drug: fc.constantFrom("a", "b", "c"),
  ingredients: codes,
  atc: pick(...atcCodes),
  classes: fc.uniqueArray(fc.constantFrom(...DRUG_CLASSES), { maxLength: 3 }),
  route: fc.constantFrom("oral", "skin"),
});
const keys = fc.record({
  drugs: some(codes),
  ingredients: some(codes),
  atc: some(pick("J", "J01", "J01C", "J01CA", "M01AE01")),
  classes: some(fc.uniqueArray(fc.constantFrom(...DRUG_CLASSES), { minLength: 1 })),
  routes: some(pick("oral", "skin")),
});

type Drug = typeof drug extends fc.Arbitrary<infer T> ? T : never;
type Keys = typeof keys extends fc.Arbitrary<infer T> ? T : never;

/** What the index is to find, said without one. */
function isFor(keys: Keys, drug: Drug): boolean {
  const oneOf = <T>(wanted: readonly T[] | undefined, has: (one: T) => boolean) =>
    wanted === undefined || wanted.some(has);
  return oneOf(keys.drugs, (one) => one === drug.drug) &&
    oneOf(keys.ingredients, (one) => drug.ingredients.includes(one)) &&
    oneOf(keys.atc, (one) => drug.atc.some((code) => code.startsWith(one))) &&
    oneOf(keys.classes, (one) => drug.classes.includes(one)) &&
    oneOf(keys.routes, (one) => one === drug.route);
}

const given = (keys: Keys) =>
  Object.fromEntries(Object.entries(keys).filter(([, list]) => list !== undefined));

test("a rule is found for exactly the drugs that it names", () => {
  fc.assert(fc.property(fc.array(keys, { minLength: 1, maxLength: 8 }), drug, (all, drug) => {
    const rules = all.map((keys): Partial<RuleSource> => ({
      per: "line",
      applies: Object.keys(given(keys)).length === 0 ? "all" : given(keys),
    }));
    const { facts, atMs } = factsFrom({ lines: [drug] });
    const found = reviewerOf(rules).review(facts, atMs).map(({ rule }) => rule);
    const wanted = all.flatMap((keys, index) =>
      isFor(keys, drug) ? [`test/rule-${index + 1}`] : []
    );
    expect(found).toEqual(wanted.sort());
  }));
});

test("a rule for two drugs is found for exactly those that it names, in either order", () => {
  const one = keys.filter((keys) => Object.keys(given(keys)).length > 0);
  fc.assert(fc.property(one, keys, drug, drug, (first, second, a, b) => {
    const reviewer = reviewerOf([{
      per: "pair",
      applies: given(first),
      with: given(second),
      inputs: [{ name: "history", missing: "not-applicable" }],
    }]);
    const wanted = isFor(first, a) && isFor(second, b) || isFor(first, b) && isFor(second, a);
    const together = factsFrom({ lines: [a, b] });
    expect(reviewer.review(together.facts, together.atMs).length).toBe(wanted ? 1 : 0);
    const past = factsFrom({ lines: [a], history: [b] });
    expect(reviewer.review(past.facts, past.atMs).length).toBe(wanted ? 1 : 0);
  }));
});
