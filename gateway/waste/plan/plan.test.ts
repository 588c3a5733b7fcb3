import { describe, expect, test } from "vitest";
import { boxedBody, sealedBody } from "../entry/bag_body.ts";
import type { WasteEvent } from "../entry/event.ts";
import { handoverBody } from "../entry/move_body.ts";
import {
  BOTH,
  CARRIER,
  confirmed,
  INFECTIOUS,
  OTHER_CARRIER,
  scaled,
  SITE,
  Story,
  WARD,
} from "../fixture_waste.ts";
import { ledgerOf } from "../life/ledger.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { refusedBoxing, refusedSealing } from "./plan_bag.ts";
import { afterBoxings, afterMoves, refusedMove } from "./plan_move.ts";

const fold = (events: readonly WasteEvent[]) => ledgerOf(events, DEFAULT_RULES);
const subject = { id: "asked", site: SITE };

describe("a bag may be sealed", () => {
  const refused = (events: readonly WasteEvent[], grams: number, usedBy: string | null = null) => {
    const asked = sealedBody.parse({
      ...subject,
      bag: "B1",
      category: INFECTIOUS,
      source: { ward: WARD.id },
      weight: scaled(grams),
      confirmations: [confirmed("nurse")],
    });
    const given = { usedBy, rules: DEFAULT_RULES };
    return refusedSealing(asked, fold(events), given).map(({ rule, field }) => `${rule} ${field}`);
  };
  const ward = new Story("ward");
  const sealed = ward.sealed("B1");

  test("W7 up to 30 kg", () => {
    expect(refused([], 30_000)).toEqual([]);
    expect(refused([], 30_001)).toEqual(["W7 weight.grams"]);
  });

  test("W1 once, and anew once that is reversed", () => {
    expect(refused([sealed], 4000)).toEqual(["W1 bag"]);
    expect(refused([sealed, ward.reversed(sealed)], 4000)).toEqual([]);
    const alone = ward.reversed(sealed, { confirmations: [confirmed("nurse")] });
    expect(refused([sealed, alone], 4000)).toEqual(["W1 bag"]);
  });

  test("W2 with a weighing of its own", () => {
    expect(refused([], 4000, "B7")).toEqual(["W2 weight.reading"]);
  });
});

describe("W4 into a load goes", () => {
  const refused = (events: readonly WasteEvent[], otherwise: object) => {
    const asked = boxedBody.parse({
      ...subject,
      load: "L2",
      box: "box of L2",
      bags: [],
      loads: [],
      outOf: null,
      after: [],
      confirmations: [confirmed("carrier")],
      ...otherwise,
    });
    return refusedBoxing(asked, fold(events)).map(({ field, text }) => `${field}: ${text.en}`);
  };
  const ward = new Story("ward");
  const sealed = ward.sealed("B1");
  const boxed = ward.boxed("L1", ["B1"]);

  test("a bag that lies in none, or is taken out of the one that it lies in", () => {
    expect(refused([sealed], { bags: ["B1", "B9"] })).toEqual([]);
    expect(refused([sealed, boxed], { bags: ["B1"], outOf: "L1" })).toEqual([]);
    expect(refused([sealed, boxed], { bags: ["B1"] })).toEqual([
      "bags.0: B1 is in load L1: say that it is taken out of that",
    ]);
  });

  test("no bag whose sealing was reversed", () => {
    expect(refused([sealed, ward.reversed(sealed)], { bags: ["B1"] })).toEqual([
      "bags.0: bag B1 is void",
    ]);
  });

  test("a load, but not one that holds it already, however deep", () => {
    const nested = [
      ward.boxed("L3", [], { loads: ["L2"] }),
      ward.boxed("L4", [], { loads: ["L3"] }),
    ];
    expect(refused([boxed, ...nested], { loads: ["L1"] })).toEqual([]);
    expect(refused(nested, { loads: ["L4"] })).toEqual([
      "loads.0: load L4 holds this one: it cannot go into it",
    ]);
  });

  test("one box a load", () => {
    expect(refused([sealed, boxed], { load: "L1", box: "another", bags: ["B9"] })).toEqual([
      "box: load L1 is in box box of L1, not in another",
    ]);
  });
});

describe("W4 waste is handed on", () => {
  const ward = new Story("ward");
  const sealed = ward.sealed("B1");
  const boxed = ward.boxed("L1", ["B1"]);
  const handover = ward.handover(["B1"]);
  const refused = (events: readonly WasteEvent[], otherwise: object) => {
    const asked = handoverBody.parse({
      ...subject,
      from: WARD,
      to: CARRIER,
      bags: ["B1"],
      loads: [],
      after: [],
      confirmations: BOTH,
      ...otherwise,
    });
    return refusedMove(asked, fold(events)).map(({ text }) => text.en);
  };

  test("by whoever has it; what this node never heard of goes too", () => {
    expect(refused([sealed], {})).toEqual([]);
    expect(refused([], {})).toEqual([]);
    expect(refused([sealed, handover], { to: OTHER_CARRIER })).toEqual([
      "person/carrier has bag B1, not ward/ward-3: a handover is missing",
    ]);
    expect(refused([sealed, boxed, handover], { bags: [], loads: ["L1"] })).toHaveLength(1);
  });

  test("not once its sealing was reversed", () => {
    expect(refused([sealed, ward.reversed(sealed)], {})).toEqual([
      "the sealing of bag B1 was reversed",
    ]);
  });

  test("naming what it follows, so that it does not stand beside it", () => {
    const events = [sealed, boxed, handover];
    expect(afterMoves({ bags: ["B1", "B9"], loads: [] }, fold(events))).toEqual([handover.body.id]);
    expect(afterMoves({ bags: [], loads: ["L1"] }, fold(events))).toEqual([handover.body.id]);
    expect(afterBoxings({ bags: ["B1"], loads: ["L1"] }, fold(events))).toEqual([boxed.body.id]);
    const back = ward.moved("waste-handover", [OTHER_CARRIER, WARD], ["B1"], {
      after: [handover.body.id],
    });
    expect(fold([...events, back]).bags.get("B1")).toMatchObject({ custodian: WARD });
  });
});
