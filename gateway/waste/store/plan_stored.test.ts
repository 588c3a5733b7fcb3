import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type StoredBody, storedBody } from "../entry/move_body.ts";
import type { WasteEvent } from "../entry/event.ts";
import { BOTH, CARRIER, OTHER_CARRIER, scaled, SITE, STORE, Story } from "../fixture_waste.ts";
import { heldBy } from "../life/bag.ts";
import { ledgerOf } from "../life/ledger.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { balanceOf, imbalanceText } from "./balance.ts";
import { holdingOf, planStored, type StoredPlan } from "./plan_stored.ts";

/** Bags of these weights, collected by the carrier. */
function collected(...grams: readonly number[]): WasteEvent[] {
  const ward = new Story("ward");
  const bags = grams.map((_, index) => `B${index + 1}`);
  return [
    ...bags.map((bag, index) =>
      ward.sealed(bag, { weight: scaled(grams[index], `s.1-0/reading/${index + 1}`) })
    ),
    ward.handover(bags),
  ];
}

function bodyOf(bags: readonly string[], grams: number, otherwise: object = {}): StoredBody {
  return storedBody.parse({
    id: "stored",
    site: SITE,
    from: CARRIER,
    to: STORE,
    bags,
    loads: [],
    after: [],
    confirmations: BOTH,
    weight: scaled(grams),
    missing: [],
    unexpected: [],
    labels: [],
    ...otherwise,
  });
}

function plan(events: readonly WasteEvent[], body: StoredBody): StoredPlan {
  return planStored(body, ledgerOf(events, DEFAULT_RULES), DEFAULT_RULES);
}

const kinds = (plan: StoredPlan) =>
  plan.kind === "blocked" ? plan.unexplained.map(({ kind }) => kind) : plan.kind;

const TWO = ["B1", "B2"];

describe("W6 a store takes", () => {
  test.each([
    [9799, ["weight"]],
    [9800, "store"],
    [10_000, "store"],
    [10_200, "store"],
    [10_201, ["weight"]],
  ])("10 kg within 2 %%: %i g", (grams, expected) => {
    expect(kinds(plan(collected(4000, 6000), bodyOf(TWO, grams)))).toEqual(expected);
  });

  test.each([
    [279, ["weight"]],
    [280, "store"],
    [320, "store"],
    [321, ["weight"]],
  ])("little within a step of the scale for each bag: 300 g of two, %i g", (grams, expected) => {
    expect(kinds(plan(collected(100, 200), bodyOf(TWO, grams)))).toEqual(expected);
  });

  test("nothing while a bag is missing, which is named; explained it may be written", () => {
    const events = collected(4000, 6000);
    const blocked = plan(events, bodyOf(["B1"], 4000));
    expect(blocked).toMatchObject({
      kind: "blocked",
      unexplained: [{ kind: "missing-bag", bag: "B2" }],
    });
    const missing = [{ bag: "B2", explanation: "not in the box" }];
    expect(plan(events, bodyOf(["B1"], 4000, { missing })).kind).toBe("store");
  });

  test("nothing that is one bag too many, nor one that somebody else holds", () => {
    const ward = new Story("elsewhere");
    const other = [
      ward.sealed("B3", { weight: scaled(1000, "s.1-0/reading/7") }),
      ward.handover(["B3"], { to: OTHER_CARRIER }),
    ];
    const events = [...collected(4000, 6000), ...other];
    expect(kinds(plan(events, bodyOf([...TWO, "B3"], 11_000)))).toEqual(["unexpected-bag"]);
    expect(kinds(plan(events, bodyOf([...TWO, "B9"], 10_000)))).toEqual([
      "unexpected-bag",
      "unweighed-bag",
    ]);
  });

  test("with a hint where the scale says that a label was passed over", () => {
    const blocked = plan(collected(4000, 6000), bodyOf(["B1"], 10_000));
    expect(blocked).toMatchObject({
      unexplained: [{ kind: "missing-bag", bag: "B2" }, { kind: "weight", fitsAll: true }],
    });
    const texts = blocked.kind === "blocked" ? blocked.unexplained.map(imbalanceText) : [];
    expect(texts[0].zh).toBe("缺少已收集的包装袋 B2：请查找或说明");
    expect(texts[1].en).toContain("a label may have been passed over");
  });

  test("no explanation of what is not so: the bag would be missing for ever", () => {
    const missing = [{ bag: "B7", explanation: "lost" }];
    const refused = plan(collected(4000, 6000), bodyOf(TWO, 10_000, { missing }));
    expect(refused).toMatchObject({
      kind: "refused",
      faults: [{ rule: "W6", field: "missing.0.bag" }],
    });
  });

  test("a closed box with all that is in it, and names what is not when it was opened", () => {
    const box = new Story("box");
    const events = [...collected(4000, 6000), box.boxed("L1", ["B2"])];
    expect(plan(events, bodyOf(["B1"], 10_000, { loads: ["L1"] })).kind).toBe("store");
    const missing = [{ bag: "B2", explanation: "the box was empty" }];
    expect(plan(events, bodyOf(["B1"], 4000, { loads: ["L1"], missing })).kind).toBe("store");
  });

  test("what it knows by its label alone, from a ward that is cut off", () => {
    const label = { bag: "B1", category: "841-001-01", sealedMs: 0, clock: "trusted" };
    const labels = [{ ...label, grams: 4000, ward: "ward-3" }];
    const unexpected = [{ bag: "B1", explanation: "the ward is cut off" }];
    const explained = { labels, unexpected };
    expect(plan([], bodyOf(["B1"], 4000, explained)).kind).toBe("store");
    expect(kinds(plan([], bodyOf(["B1"], 4500, explained)))).toEqual(["weight"]);
  });

  test("W7 no more than a record holds", () => {
    expect(plan(collected(4000), bodyOf(["B1"], 1_000_001))).toMatchObject({
      kind: "refused",
      faults: [{ rule: "W7" }],
    });
  });

  test("whatever is lost or too much, by its name: exactly these bags", () => {
    const bags = fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 20 });
    fc.assert(fc.property(bags, fc.uniqueArray(fc.nat(40), { maxLength: 20 }), (was, is) => {
      const weight = { grams: 1000, from: "scale" as const, divisionGrams: 10 };
      const of = (numbers: readonly number[]) => numbers.map((one) => ({ bag: `${one}`, weight }));
      const extra = of(is.filter((one) => !was.includes(one)));
      const counted = { bags: is.map(String), grams: is.length * 1000, divisionGrams: 10 };
      const { imbalances } = balanceOf(of(was), extra, counted, DEFAULT_RULES);
      const missing = was.filter((one) => !is.includes(one)).map((bag) => `missing-bag ${bag}`);
      const named = imbalances.map((one) => `${one.kind} ${"bag" in one ? one.bag : ""}`);
      expect(named).toEqual([...missing, ...extra.map(({ bag }) => `unexpected-bag ${bag}`)]);
    }));
  });
});

test("W7 a store warns above 80 % of what it holds", () => {
  const events = [...collected(40_000, 40_000), new Story("store").stored(TWO)];
  const held = heldBy(ledgerOf(events, DEFAULT_RULES).bags.values(), STORE)
    .map(({ bag, weight }) => ({ bag, grams: weight?.grams ?? null }));
  expect(holdingOf(held, 100_000, DEFAULT_RULES)).toMatchObject({
    bags: 2,
    grams: 80_000,
    isWarning: false,
  });
  expect(holdingOf(held, 99_999, DEFAULT_RULES).isWarning).toBe(true);
});
