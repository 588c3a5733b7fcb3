import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WasteEvent } from "../entry/event.ts";
import {
  CARRIER,
  confirmed,
  OTHER_CARRIER,
  OTHER_STORE,
  scaled,
  SHARPS,
  STORE,
  Story,
  VEHICLE,
  WARD,
} from "../fixture_waste.ts";
import { DEFAULT_RULES } from "../rules.ts";
import type { BagStanding } from "./bag.ts";
import { EVERYTHING } from "./fixture_everything.ts";
import { type Ledger, ledgerOf } from "./ledger.ts";

const fold = (events: readonly WasteEvent[]): Ledger => ledgerOf(events, DEFAULT_RULES);

function bagOf(events: readonly WasteEvent[], bag = "B1"): BagStanding {
  const standing = fold(events).bags.get(bag);
  if (standing === undefined) throw new Error(`no ${bag}`);
  return standing;
}

const disputes = (standing: BagStanding) => standing.conflicts.map(({ about }) => about);

const arrivals = fc.subarray(EVERYTHING, { minLength: 1 }).chain((events) =>
  fc.record({
    events: fc.constant(events),
    order: fc.shuffledSubarray(events, { minLength: events.length }),
    repeats: fc.array(fc.constantFrom(...events), { maxLength: 10 }),
  })
);

describe("a ledger is the same", () => {
  test("W1 W4 whatever order entries came in, and however often", () => {
    fc.assert(
      fc.property(arrivals, ({ events, order, repeats }) => {
        expect(fold([...order, ...repeats])).toEqual(fold(events));
      }),
      { numRuns: 500 },
    );
  });

  test("W4 at two nodes that were cut off: what both wrote is in the history of its bag", () => {
    fc.assert(
      fc.property(arrivals, ({ events }) => {
        const told = new Set(
          [...fold(events).bags.values()].flatMap(({ history }) => history.map(({ id }) => id)),
        );
        const named = events.filter(({ body }) => "bags" in body && body.bags.length > 0);
        expect(named.map(({ body }) => body.id).filter((id) => !told.has(id))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

test("W4 no state was reached without two persons, whatever a power cut left of the entries", () => {
  const made: Readonly<Record<string, WasteEvent["kind"]>> = {
    "handed-over": "waste-handover",
    "stored": "waste-stored",
    "departed": "waste-departed",
    "received": "waste-received",
    "disposed": "waste-disposed",
  };
  fc.assert(
    fc.property(fc.subarray(EVERYTHING), (events) => {
      for (const { state, history } of fold(events).bags.values()) {
        if (!Object.hasOwn(made, state)) continue;
        const kind = state === "disposed" ? "waste-received" : made[state];
        const moves = history.filter((one) => one.kind === kind && one.role === "stands");
        const persons = moves.map(({ id }) => personsOf(events, id));
        expect(Math.max(...persons)).toBe(2);
        if (state === "disposed") expect(events.some((one) => one.kind === made[state])).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

/** How many persons confirmed an entry, in itself or elsewhere. */
function personsOf(events: readonly WasteEvent[], id: string): number {
  const persons = events.flatMap(({ body }) => {
    if (body.id === id && "confirmations" in body) {
      return body.confirmations.map(({ person }) => person.id);
    }
    return "of" in body && body.of === id && "confirmation" in body
      ? [body.confirmation.person.id]
      : [];
  });
  return new Set(persons).size;
}

describe("the life of a bag", () => {
  const site = new Story("site");
  const sealed = site.sealed("B1");
  const boxed = site.boxed("L1", ["B1"]);
  const handover = site.handover([], { loads: ["L1"] });
  const stored = site.stored([], { loads: ["L1"] });
  const departed = site.departed(["B1"], { loads: ["L1"] });
  const received = site.received(["B1"], { loads: ["L1"] });
  const all = [sealed, boxed, handover, stored, departed, received, site.disposed()];

  test.each([
    [1, "sealed", WARD],
    [2, "sealed", WARD],
    [3, "handed-over", CARRIER],
    [4, "stored", STORE],
    [5, "departed", VEHICLE],
    [6, "received", { kind: "disposer", id: "disposer" }],
    [7, "disposed", { kind: "disposer", id: "disposer" }],
  ])("W1 W4 goes from ward to disposer: after %i entries it is %s", (count, state, custodian) => {
    const standing = bagOf(all.slice(0, count));
    expect(standing).toMatchObject({ state, custodian, conflicts: [], pending: [] });
    expect(standing.load).toBe(count < 2 ? null : "L1");
    expect(standing.manifest).toBe(count < 5 ? null : "M-1");
    expect(standing.history).toHaveLength(count);
  });

  test("W5 小箱进大箱: what moves the large box moves the bags of the small one", () => {
    const large = site.boxed("L2", [], { loads: ["L1"] });
    const gone = site.departed([], { loads: ["L2"] });
    const standing = bagOf([sealed, boxed, handover, stored, large, gone]);
    expect(standing).toMatchObject({ state: "departed", load: "L1", loads: ["L1", "L2"] });
    expect(fold([sealed, boxed, large]).loads.get("L2")).toMatchObject({ loads: ["L1"] });
  });

  test("W5 a bag that went from the small box into the large one came along until then", () => {
    const into = site.boxed("L2", ["B1"], { outOf: "L1", after: [boxed.body.id] });
    const later = site.moved("waste-handover", [STORE, OTHER_STORE], [], { loads: ["L1"] });
    const standing = bagOf([sealed, boxed, handover, stored, into, later]);
    expect(standing).toMatchObject({ state: "stored", custodian: STORE, load: "L2" });
    expect(standing.conflicts).toEqual([]);
  });
});

describe("W4 a move counts", () => {
  const ward = new Story("ward");
  const sealed = ward.sealed("B1");
  const alone = ward.handover(["B1"], { confirmations: [confirmed("nurse")] });

  test("once a second person confirmed it, here or at another node", () => {
    expect(bagOf([sealed, alone])).toMatchObject({ state: "sealed", pending: [alone.body.id] });
    const standing = bagOf([sealed, alone, new Story("store").confirms(alone, "carrier")]);
    expect(standing).toMatchObject({ state: "handed-over", pending: [] });
  });

  test("not by the same person with another credential, nor by the same credential", () => {
    const pin = (person: string, id: string) => ({
      person: { id: person },
      credential: { method: "pin", id },
    });
    const badge = { person: { id: "nurse" }, credential: { method: "badge", id: "7" } };
    for (const given of [[pin("nurse", "n"), badge], [pin("nurse", "n"), pin("carrier", "n")]]) {
      const handover = ward.handover(["B1"], { confirmations: given });
      expect(bagOf([sealed, handover]).state).toBe("sealed");
    }
  });
});

describe("W1 what was sealed", () => {
  const ward = new Story("ward");
  const sealed = ward.sealed("B1");
  const anew = ward.sealed("B1", { category: SHARPS });

  test("cannot be changed by sealing it once more: that is a conflict, and no category", () => {
    const standing = bagOf([sealed, anew]);
    expect(standing.category).toBeNull();
    expect(standing.conflicts).toMatchObject([{
      about: "category",
      alternatives: [{ id: sealed.body.id, says: "841-001-01" }, { says: "841-002-01" }],
    }]);
  });

  test("is changed by a reversal of two persons and a new entry; its clock runs on (W5)", () => {
    const reversal = ward.reversed(sealed);
    expect(bagOf([sealed, reversal]).state).toBe("void");
    const standing = bagOf([sealed, reversal, anew]);
    expect(standing).toMatchObject({ state: "sealed", category: SHARPS, conflicts: [] });
    expect(standing.sealings).toHaveLength(2);
    expect(standing.history.map(({ role }) => role)).toEqual(["reversed", "stands", "stands"]);
  });

  test("is not changed by a reversal that one person made, or that was reversed itself", () => {
    const alone = ward.reversed(sealed, { confirmations: [confirmed("nurse")] });
    expect(bagOf([sealed, alone])).toMatchObject({ state: "sealed", pending: [alone.body.id] });
    const reversal = ward.reversed(sealed);
    expect(bagOf([sealed, reversal, ward.reversed(reversal)]).state).toBe("sealed");
  });

  test("takes one weighing a bag: the same reading for two bags is named", () => {
    const weight = scaled(4000, "scale.1-0f/reading/7");
    const events = [ward.sealed("B1", { weight }), ward.sealed("B2", { weight })];
    expect(fold(events).faults).toEqual([
      { kind: "one-reading-two-bags", reading: "scale.1-0f/reading/7", bags: ["B1", "B2"] },
    ]);
  });
});

describe("custody of two points that were cut off", () => {
  const [ward, store] = [new Story("ward"), new Story("store")];
  const sealed = ward.sealed("B1");
  const handover = ward.handover(["B1"]);
  const label = { bag: "B1", category: "841-001-01", grams: 4000, sealedMs: 0, clock: "trusted" };
  const labels = [{ ...label, ward: WARD.id }];

  test("W4 W5 joins where one took what the other gave, whatever their clocks say", () => {
    const stored = store.at(0).stored(["B1"], { labels });
    expect(bagOf([stored])).toMatchObject({ state: "stored", category: "841-001-01" });
    const standing = bagOf([stored, handover, sealed]);
    expect(standing).toMatchObject({ state: "stored", custodian: STORE, conflicts: [] });
  });

  test("W4 names two custodians, until a person resolves it; the bag's clock runs on", () => {
    const elsewhere = store.moved("waste-stored", [OTHER_CARRIER, OTHER_STORE], ["B1"], {
      missing: [],
      unexpected: [],
      labels,
      weight: scaled(4000),
    });
    const events = [sealed, handover, elsewhere];
    const split = bagOf(events);
    expect(split).toMatchObject({ state: "handed-over", custodian: null });
    expect(split.conflicts).toMatchObject([{
      about: "custodian",
      alternatives: [{ says: "store/store-2" }, { says: "person/carrier" }],
    }]);
    const resolved = ward.resolved(["custodian", "B1"], elsewhere, [handover]);
    const settled = bagOf([...events, resolved]);
    expect(settled).toMatchObject({ state: "stored", custodian: OTHER_STORE, conflicts: [] });
    expect(settled.history.map(({ role }) => role)).toContain("set-aside");
  });

  describe("W4 what two persons confirmed", () => {
    const later = store.moved("waste-stored", [CARRIER, STORE], ["B1"], {
      ...{ missing: [], unexpected: [], labels: [], weight: scaled(4000) },
      after: [handover.body.id],
    });
    const events = [sealed, handover, later];

    test("is not set aside by a resolution of what does not disagree", () => {
      for (const [keeps, against] of [[handover, later], [later, handover], [sealed, handover]]) {
        const resolved = ward.resolved(["custodian", "B1"], keeps, [against]);
        expect(bagOf([...events, resolved])).toMatchObject({ state: "stored", custodian: STORE });
      }
      const boxed = ward.boxed("L1", ["B1"]);
      const aside = ward.resolved(["box", "B1"], sealed, [boxed]);
      expect(bagOf([...events, boxed, aside]).load).toBe("L1");
      const label = ward.resolved(["category", "B1"], later, [sealed]);
      expect(bagOf([...events, label]).category).toBe("841-001-01");
    });

    test("is set aside by two persons alone: one who resolves waits for the second", () => {
      const away = store.moved("waste-handover", [WARD, OTHER_CARRIER], ["B1"]);
      const second = undefined;
      const alone = ward.resolved(["custodian", "B1"], away, [handover], { second });
      const split = bagOf([sealed, handover, away, alone]);
      expect(split).toMatchObject({ custodian: null, pending: [alone.body.id] });
      expect(split.conflicts).toHaveLength(1);
      const same = ward.confirms(alone, "head nurse");
      expect(bagOf([sealed, handover, away, alone, same]).custodian).toBeNull();
      const both = bagOf([sealed, handover, away, alone, store.confirms(alone, "matron")]);
      expect(both).toMatchObject({ custodian: OTHER_CARRIER, conflicts: [], pending: [] });
    });
  });

  test("W1 W2 names two categories, two weights, two wards and two boxes", () => {
    const other = store.sealed("B1", {
      category: SHARPS,
      source: { ward: "ward-9" },
      weight: scaled(4081, "s.1-0/reading/1"),
    });
    const boxes = [ward.boxed("L1", ["B1"]), store.boxed("L2", ["B1"])];
    const standing = bagOf([sealed, other, ...boxes]);
    expect(disputes(standing)).toEqual(["category", "source", "weight", "box"]);
    expect(standing).toMatchObject({ category: null, weight: null, load: null });
    expect([...standing.loads].sort()).toEqual(["L1", "L2"]);
  });

  test.each([
    [4080, []],
    [4081, ["weight"]],
    [3922, []],
    [3921, ["weight"]],
  ])(
    "W6 two weights of one bag agree within 2 % of the lesser: 4000 g and %i g",
    (grams, expected) => {
      const again = { bag: "B1", confirmations: [confirmed("keeper")] };
      const weighed = store.write("waste-weighed", {
        ...again,
        weight: scaled(grams, "s.1-0/reading/2"),
      });
      expect(disputes(bagOf([sealed, weighed]))).toEqual(expected);
    },
  );

  test("a resolution settles what it saw; what comes later is shown again", () => {
    const other = store.sealed("B1", { category: SHARPS });
    const third = store.sealed("B1", { category: "841-005-01" });
    const resolved = ward.resolved(["category", "B1"], sealed, [other]);
    expect(bagOf([sealed, other, resolved]).category).toBe("841-001-01");
    const again = bagOf([sealed, other, resolved, third]);
    expect(again).toMatchObject({ category: null });
    expect(again.conflicts[0].alternatives).toHaveLength(2);
  });

  test("two resolutions that contradict each other settle nothing until one is replaced", () => {
    const other = store.sealed("B1", { category: SHARPS });
    const one = ward.resolved(["category", "B1"], sealed, [other]);
    const two = store.resolved(["category", "B1"], other, [sealed]);
    const split = bagOf([sealed, other, one, two]);
    expect(split.conflicts[0].resolutions).toEqual([one.body.id, two.body.id].sort());
    const over = [one.body.id, two.body.id];
    const last = ward.resolved(["category", "B1"], other, [sealed], { over });
    expect(bagOf([sealed, other, one, two, last])).toMatchObject({ category: SHARPS });
  });

  test("a resolution replaces none of another bag", () => {
    const other = store.sealed("B1", { category: SHARPS });
    const resolved = ward.resolved(["category", "B1"], sealed, [other]);
    const over = [resolved.body.id];
    const elsewhere = ward.resolved(["category", "B2"], sealed, [other], { over });
    expect(bagOf([sealed, other, resolved, elsewhere])).toMatchObject({ category: "841-001-01" });
  });

  test("W4 a move of its box that waits for a second person waits at the bag, too", () => {
    const boxed = ward.boxed("L1", ["B1"]);
    const moved = ward.handover([], { loads: ["L1"], confirmations: [confirmed("nurse")] });
    const waiting = bagOf([sealed, boxed, moved]);
    expect(waiting).toMatchObject({ state: "sealed", pending: [moved.body.id] });
    const second = ward.write("waste-confirmation", {
      of: moved.body.id,
      confirmation: confirmed("carrier"),
    });
    const done = bagOf([sealed, boxed, moved, second]);
    expect(done).toMatchObject({ state: "handed-over", custodian: CARRIER, pending: [] });
  });

  test("moves in a circle that nobody can order: the latest by the clock counts", () => {
    const back = ward.moved("waste-handover", [CARRIER, WARD], ["B1"]);
    expect(bagOf([sealed, handover, back])).toMatchObject({ custodian: WARD, conflicts: [] });
  });

  test("W6 a bag that a store looked for in vain is missing, and found when it comes", () => {
    const missing = [{ bag: "B1", explanation: "not in the box" }];
    const stored = store.stored([], { missing, loads: ["L1"] });
    const boxed = ward.boxed("L1", ["B1"]);
    const standing = bagOf([sealed, boxed, handover, stored]);
    expect(standing).toMatchObject({ custodian: CARRIER, state: "handed-over" });
    expect(standing.missing).toEqual({ stored: stored.body.id, explanation: "not in the box" });
    const found = bagOf([sealed, boxed, handover, stored, store.stored(["B1"])]);
    expect(found).toMatchObject({ custodian: STORE, missing: null });
  });
});
