import { expect, test } from "vitest";
import {
  factsFrom,
  faultsOf,
  found,
  reviewerOf,
  type RuleSource,
  type TableSource,
} from "./fixture_pack.ts";

const dose: Partial<RuleSource> = {
  id: "dose",
  per: "ingredient",
  cells: {
    maxPerDay: { kind: "amount" },
    from: { kind: "age", default: "0 d" },
    until: { kind: "age", default: "150 a" },
  },
  inputs: ["perDay", "ageDays"],
  when: "from && !until && perDay > maxPerDay",
  text: {
    zh: "{ingredient}：{perDay}，最多{maxPerDay}",
    en: "{ingredient}: {perDay} of {maxPerDay}",
  },
};
const doses: TableSource = {
  rule: "dose",
  rows: [
    {
      id: "adult",
      ingredients: ["paracetamol"],
      cells: { maxPerDay: "4 g", from: "12 a" },
    },
    {
      id: "child",
      ingredients: ["paracetamol"],
      level: "red",
      cells: { maxPerDay: "1.5 g", until: "12 a" },
    },
  ],
};
const paracetamol = (perDay: string | null) => ({
  ingredients: [{ code: "paracetamol", perDay, perDose: null }],
});

test("a row of a table is a rule of its own, with its own level", () => {
  const reviewer = reviewerOf([dose], [doses]);
  const child = { ageDays: 4382, ageMonths: 143 };
  expect(found(reviewer, { lines: [paracetamol("4 g")] })).toEqual([]);
  expect(found(reviewer, { lines: [paracetamol("4.000001 g")] })).toEqual(["dose/adult orange"]);
  expect(found(reviewer, { patient: child, lines: [paracetamol("1.5 g")] })).toEqual([]);
  expect(found(reviewer, { patient: child, lines: [paracetamol("1.6 g")] }))
    .toEqual(["dose/child red"]);
});

test("a finding has the numbers that its rule saw, and says them in both languages", () => {
  const { facts, atMs } = factsFrom({ lines: [{}, paracetamol("5 g")] });
  const [finding] = reviewerOf([dose], [doses]).review(facts, atMs);
  expect(finding).toMatchObject({
    lines: [2],
    text: { zh: "paracetamol：5 g，最多4 g", en: "paracetamol: 5 g of 4 g" },
    source: "《书》1：“so it is”",
    inputs: { perDay: 5_000_000, ageDays: 14_610, maxPerDay: "4 g", from: "12 a" },
    missing: [],
  });
});

test("P5 a missing input is told only where it decides", () => {
  const reviewer = reviewerOf([dose], [doses]);
  const patient = { ageDays: null };
  expect(found(reviewer, { patient, lines: [paracetamol("1.5 g")] })).toEqual([]);
  expect(found(reviewer, { patient, lines: [paracetamol("2 g")] }))
    .toEqual(["dose could-not-check"]);
  expect(found(reviewer, { lines: [paracetamol(null)] })).toEqual(["dose could-not-check"]);
  const { facts, atMs } = factsFrom({ lines: [paracetamol(null), paracetamol(null)] });
  expect(reviewer.review(facts, atMs)).toMatchObject([{
    lines: [1, 2],
    missing: ["perDay"],
    text: { en: 'Could not check "a rule": missing: daily dose' },
  }]);
});

test("P5 an amount in another unit than the table's could not be checked", () => {
  const reviewer = reviewerOf([dose], [doses]);
  expect(found(reviewer, { lines: [paracetamol("1 ml")] })).toEqual(["dose could-not-check"]);
});

test("P5 an absurd number could not be checked, and never passes", () => {
  const rule = { inputs: ["weightGrams"], when: "weightGrams < 3000" };
  for (const weightGrams of [-1, 1_000_001, Number.MAX_SAFE_INTEGER]) {
    expect(found(reviewerOf([rule]), { patient: { weightGrams }, lines: [{}] }))
      .toEqual(["rule-1 could-not-check"]);
  }
});

test("P5 an input that may be missing leaves the rule out", () => {
  const rule = {
    inputs: [{ name: "renal", missing: "not-applicable" as const }],
    when: "renal < 30000",
  };
  expect(found(reviewerOf([rule]), { patient: { renal: null }, lines: [{}] })).toEqual([]);
});

test("P5 known to have none differs from not asked", () => {
  const rule: Partial<RuleSource> = {
    per: "ingredient",
    inputs: ["ingredient", "allergies"],
    when: "ingredient in allergies",
  };
  const lines = [{ ingredients: ["amoxicillin"] }];
  const with_ = (allergies: string[] | null) =>
    found(reviewerOf([rule]), { patient: { allergies }, lines });
  expect(with_([])).toEqual([]);
  expect(with_(["amoxicillin"])).toEqual(["rule-1 orange"]);
  expect(with_(null)).toEqual(["rule-1 could-not-check"]);
});

test("P5 an unknown drug, ingredient or route is told for its line, whatever the pack", () => {
  const reviewer = reviewerOf([{ when: "false" }]);
  for (const unknown of [{ drug: null }, { ingredients: null }, { route: null }]) {
    expect(found(reviewer, { lines: [{}, unknown] }))
      .toEqual(["tributary/unknown-in-line could-not-check"]);
  }
  const { facts, atMs } = factsFrom({ lines: [{}, {}] });
  const unknowns = [{ at: "lines.1.dose.unit", code: "unknown-code", detail: "no unit 撮" }];
  expect(reviewer.review({ ...facts, unknowns }, atMs)).toMatchObject([
    { lines: [2], text: { zh: "无法识别：no unit 撮" }, missing: ["lines.1.dose.unit"] },
  ]);
});

test("P14: whatever the pack, only who is a prescriber on that day passes", () => {
  const reviewer = reviewerOf([{ when: "false" }]);
  const by = (registered: "yes" | "no" | null) =>
    found(reviewer, { prescriber: { registered }, lines: [{}, {}] });
  expect(by("yes")).toEqual([]);
  expect(by("no")).toEqual(["tributary/prescriber black"]);
  expect(by(null)).toEqual(["tributary/prescriber could-not-check"]);
  // Facts of earlier say it by rights and title alone.
  const { facts, atMs } = factsFrom({ lines: [{}] });
  const earlier = (rights: string[] | null, title: string | null) =>
    reviewer.review({ ...facts, prescriber: { id: "dr", rights, title } }, atMs)
      .map(({ level }) => level);
  expect([earlier([], "resident"), earlier([], null), earlier(null, null)])
    .toEqual([[], ["black"], ["could-not-check"]]);
});

test("a rule is in force from midnight to midnight in Shanghai", () => {
  const reviewer = reviewerOf([{ effective: { from: "2026-03-01", until: "2026-03-31" } }]);
  const on = (issued: string) => found(reviewer, { issued, lines: [{}] }).length;
  expect(on("2026-02-28T23:59:59+08:00")).toBe(0);
  expect(on("2026-02-28T16:00:00Z")).toBe(1);
  expect(on("2026-03-31T23:59:59+08:00")).toBe(1);
  expect(on("2026-04-01T00:00:00+08:00")).toBe(0);
});

const pair: Partial<RuleSource> = {
  id: "pair",
  per: "pair",
  applies: { ingredients: ["warfarin"] },
  with: { atc: ["M01A"] },
  inputs: ["history", "past"],
  when: "past || !past",
};
const warfarin = { ingredients: ["warfarin"], atc: ["B01AA03"] };
const ibuprofen = { ingredients: ["ibuprofen"], atc: ["M01AE01"] };

test("a rule for two drugs finds them in either order, and once", () => {
  const reviewer = reviewerOf([pair]);
  expect(found(reviewer, { lines: [warfarin, ibuprofen] })).toEqual(["pair orange"]);
  expect(found(reviewer, { lines: [ibuprofen, {}, warfarin] })).toEqual(["pair orange"]);
  expect(found(reviewer, { lines: [ibuprofen, {}] })).toEqual([]);
});

test("a rule for two drugs finds the other among medicines of earlier, whichever it is", () => {
  const reviewer = reviewerOf([pair]);
  expect(found(reviewer, { lines: [warfarin], history: [ibuprofen] })).toEqual(["pair orange"]);
  expect(found(reviewer, { lines: [ibuprofen], history: [warfarin] })).toEqual(["pair orange"]);
  const never = reviewerOf([{
    ...pair,
    inputs: ["past"],
    with: { ...pair.with, history: "never" },
  }]);
  expect(found(never, { lines: [ibuprofen], history: [warfarin] })).toEqual([]);
  const only = reviewerOf([{ ...pair, with: { ...pair.with, history: "only" } }]);
  expect(found(only, { lines: [ibuprofen, warfarin] })).toEqual([]);
  expect(found(only, { lines: [ibuprofen], history: [warfarin] })).toEqual(["pair orange"]);
});

test("P5 without history, lines for which a rule would have looked could not be checked", () => {
  const reviewer = reviewerOf([pair]);
  const { facts, atMs } = factsFrom({ lines: [ibuprofen, {}, warfarin], history: null });
  expect(reviewer.review(facts, atMs).map(({ level, lines, missing }) => [level, lines, missing]))
    .toEqual([["could-not-check", [1, 3], ["history"]], ["orange", [1, 3], []]]);
  expect(found(reviewer, { lines: [{}], history: null })).toEqual([]);
  expect(found(reviewer, { lines: [ibuprofen], history: [{ drug: null }, warfarin] }))
    .toEqual(["pair could-not-check", "pair orange"]);
});

test("P13 duplicates are found by ingredient and by chemical subgroup", () => {
  const twice = (same: "ingredient" | "atc5"): Partial<RuleSource> => ({
    per: "pair",
    applies: "all",
    with: { same },
    inputs: [{ name: "history", missing: "not-applicable" }],
    when: "true",
    text: { zh: "{shared}", en: "{shared}" },
  });
  const reviewer = reviewerOf([twice("ingredient"), twice("atc5")]);
  const naproxen = { ingredients: ["naproxen"], atc: ["M01AE02"] };
  expect(found(reviewer, { lines: [ibuprofen, naproxen] })).toEqual(["rule-2 orange"]);
  expect(found(reviewer, { lines: [ibuprofen, ibuprofen] }))
    .toEqual(["rule-1 orange", "rule-2 orange"]);
  expect(found(reviewer, { lines: [warfarin, ibuprofen] })).toEqual([]);
});

test("the gravest finding comes first, then what could not be checked", () => {
  const reviewer = reviewerOf([
    { level: "blue" },
    { level: "yellow" },
    { level: "red", inputs: ["renal"], when: "renal < 1" },
    { level: "red" },
    { level: "black" },
    { level: "orange" },
  ]);
  expect(found(reviewer, { patient: { renal: null }, lines: [{}] }).map((one) => one.split(" ")[1]))
    .toEqual(["black", "could-not-check", "red", "orange", "yellow", "blue"]);
});

test("P13 1-9: one table is read by two rules, of which each has its own level and item", () => {
  const unsigned = {
    ...dose,
    id: "unsigned",
    level: "blue",
    inputs: [
      { name: "perDay", missing: "not-applicable" },
      { name: "ageDays", missing: "not-applicable" },
      "reasonDose",
    ],
    when: "from && !until && perDay > maxPerDay && !reasonDose",
    comment: "1-9",
  } satisfies Partial<RuleSource>;
  const rows = doses.rows.map((row) => ({ ...row, comment: "2-5" }));
  const reviewer = reviewerOf([dose, unsigned], [{ rule: ["dose", "unsigned"], rows }]);
  const items = (reasons: { dose: boolean }) => {
    const { facts, atMs } = factsFrom({
      reasons,
      patient: { ageDays: 4382, ageMonths: 143 },
      lines: [paracetamol("1.6 g")],
    });
    return reviewer.review(facts, atMs).map(({ rule, level, comment }) => [rule, level, comment]);
  };
  const limit = ["test/dose/child", "red", "2-5"];
  expect(items({ dose: false })).toEqual([limit, ["test/unsigned/child", "blue", "1-9"]]);
  expect(items({ dose: true })).toEqual([limit]);
  expect(faultsOf([dose], [{ rule: ["dose", "nothing"], rows }]))
    .toEqual(['tables.0.rule: there is no rule "nothing"; name one of rules/']);
});

test("P13 1-7: a unit that the drug is not told in is an item, one that nobody mapped is none", () => {
  const reviewer = reviewerOf([{ when: "false" }]);
  const { facts, atMs } = factsFrom({ lines: [{}] });
  const items = (code: string, at: string) =>
    reviewer.review({ ...facts, unknowns: [{ at, code, detail: "" }] }, atMs)
      .map(({ level, comment }) => [level, comment]);
  expect(items("not-convertible", "lines.0.dose.unit")).toEqual([["could-not-check", "1-7"]]);
  expect(items("not-convertible", "lines.0.quantity.unit")).toEqual([["could-not-check", "1-7"]]);
  expect(items("unknown-code", "lines.0.dose.unit")).toEqual([["could-not-check", undefined]]);
});
